import { expect, test } from '@jest/globals';
import type { JsonObject } from '@mesitis/kube';
import { KubeError } from '@mesitis/kube';
import type { FaultHook } from '@mesitis/kube/memory';
import { MemoryKube } from '@mesitis/kube/memory';
import { entryConfigMap, startTestBroker } from '@mesitis/broker/testing';
import { PARAMETERS, PLANS } from './offerings.js';
import { world } from './world.js';

const scene = world();

interface Plan extends JsonObject {
  id: string;
  name: string;
  description: string;
}

interface Service extends JsonObject {
  id: string;
  name: string;
  description: string;
  plans: Plan[];
}

async function services(minor = 17): Promise<Service[]> {
  const { status, body } = await scene.platform.send('GET', '/v2/catalog', undefined, { minor });
  expect(status).toBe(200);
  return (body as { services: Service[] }).services;
}

async function service(id: string): Promise<Service | undefined> {
  return (await services()).find((candidate) => candidate.id === id);
}

const text = expect.stringMatching(/\S/) as unknown;
const flag = expect.any(Boolean) as unknown;
const isUnique = (values: readonly string[]): boolean => new Set(values).size === values.length;

test('C1 answers 200 with the services', async () => {
  const { status, body } = await scene.platform.send('GET', '/v2/catalog');
  expect([status, body]).toEqual([200, { services: expect.any(Array) }]);
});

test('C1 answers 200 with an empty array when nothing is offered', async () => {
  const empty = await startTestBroker();
  const { status, body } = await empty.send('GET', '/v2/catalog');
  await empty.stop();
  expect([status, body]).toEqual([200, { services: [] }]);
});

test('C1 answers 503, and no empty catalog, as long as the offerings could not be read', async () => {
  const faults: FaultHook = ({ verb }) =>
    verb === 'list' ? new KubeError('unavailable', 'no connection') : undefined;
  const blind = await startTestBroker({ kube: new MemoryKube({ faults }), waitForCatalog: false });
  const { status, body } = await blind.send('GET', '/v2/catalog');
  await blind.stop();
  expect([status, body]).toMatchObject([503, { error: 'CatalogNotReady' }]);
});

test('C2 keeps every id when offerings come and go', async () => {
  const { kube, send, stop } = await startTestBroker({ objects: [entryConfigMap('kept')] });
  const catalog = async (): Promise<Service[]> =>
    ((await send('GET', '/v2/catalog')).body as { services: Service[] }).services;
  const before = await catalog();
  await kube.create(entryConfigMap('another'));
  let during: Service[];
  do during = await catalog();
  while (during.length === before.length);
  await kube.remove({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'provider-ns', name: 'another' });
  let after: Service[];
  do after = await catalog();
  while (after.length === during.length);
  await stop();
  expect(during.find(({ id }) => id === 'kept-id')).toEqual(before[0]);
  expect(after).toEqual(before);
});

test('C3 publishes complete services with unique ids and names', async () => {
  const all = await services();
  for (const one of all) {
    expect(one).toMatchObject({
      id: text,
      name: text,
      description: text,
      bindable: flag,
      plan_updateable: flag,
      instances_retrievable: true,
      bindings_retrievable: true,
      allow_context_updates: true,
    });
    expect(one.plans.length).toBeGreaterThan(0);
  }
  expect(isUnique(all.map(({ id }) => id))).toBe(true);
  expect(isUnique(all.map(({ name }) => name))).toBe(true);
});

test('C3 claims neither log drains, route services and volumes nor a dashboard client', async () => {
  for (const one of await services()) {
    expect(one).not.toHaveProperty('requires');
    expect(one).not.toHaveProperty('dashboard_client');
  }
});

test('C4 publishes complete plans with unique ids, and names that are unique in the service', async () => {
  const all = await services();
  for (const { plans } of all) {
    for (const plan of plans) {
      expect(plan).toMatchObject({
        id: text,
        name: text,
        description: text,
        free: flag,
        bindable: flag,
        plan_updateable: flag,
      });
    }
    expect(isUnique(plans.map(({ name }) => name))).toBe(true);
  }
  expect(isUnique(all.flatMap(({ plans }) => plans.map(({ id }) => id)))).toBe(true);
});

test('C5 gives names that every client can type, and texts of at most 255 characters', async () => {
  for (const { name, description, plans } of await services()) {
    for (const one of [{ name, description }, ...plans]) {
      expect(one.name).toMatch(/^[a-z0-9][a-z0-9.-]{0,62}$/);
      expect(one.description.length).toBeLessThanOrEqual(255);
    }
  }
});

test('C6 says what it can do: bind, change plans, take changes of the context', async () => {
  expect(await service(PLANS.url.service_id)).toMatchObject({
    bindable: true,
    plan_updateable: true,
    allow_context_updates: true,
    plans: [
      { id: 'url-2', bindable: true, plan_updateable: true, binding_rotatable: true },
      { id: 'url-1', bindable: true, plan_updateable: true, binding_rotatable: true },
      { id: 'url-objects' },
    ],
  });
  expect(await service(PLANS.unbindable.service_id)).toMatchObject({
    bindable: false,
    plans: [{ bindable: false }],
  });
});

test('C7 publishes the schemas of parameters with their dialect, small and self-contained', async () => {
  const schema = { $schema: 'http://json-schema.org/draft-04/schema#', ...PARAMETERS };
  const [plan] = (await service(PLANS.settings.service_id))?.plans ?? [];
  expect(plan?.['schemas']).toMatchObject({
    service_instance: { create: { parameters: schema }, update: { parameters: expect.any(Object) } },
  });
  const url = (await service(PLANS.url.service_id))?.plans ?? [];
  expect(url[0]?.['schemas']).toMatchObject({
    service_binding: { create: { parameters: { $schema: expect.any(String), type: 'object' } } },
  });
  for (const { plans } of await services()) {
    const written = JSON.stringify(plans.map(({ schemas }) => schemas ?? {}));
    expect(written.length).toBeLessThanOrEqual(64 * 1024);
    expect(written).not.toMatch(/"\$ref":"(?!#)/);
  }
});

test('C8 announces no maintenance', async () => {
  expect(JSON.stringify(await services())).not.toContain('maintenance_info');
});

test('C9 answers 304 to its own ETag and date, and the ETag wins', async () => {
  const { platform } = scene;
  const first = await platform.send('GET', '/v2/catalog');
  const etag = first.headers.get('etag') ?? '';
  const date = first.headers.get('last-modified') ?? '';
  const get = async (headers: Record<string, string>): Promise<number> =>
    (
      await platform.send('GET', '/v2/catalog', undefined, {
        headers: { 'cache-control': 'max-age=0', ...headers },
      })
    ).status;
  expect(await get({ 'if-none-match': etag })).toBe(304);
  expect(await get({ 'if-modified-since': date })).toBe(304);
  expect(await get({ 'if-none-match': '"other"', 'if-modified-since': date })).toBe(200);
  expect(await get({ 'if-none-match': etag, 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' })).toBe(
    304,
  );
});

test('C9 gives every version of the catalog an ETag of its own', async () => {
  const etags = await Promise.all(
    [14, 15, 17].map(async (minor) => {
      const { headers } = await scene.platform.send('GET', '/v2/catalog', undefined, { minor });
      return headers.get('etag') ?? '';
    }),
  );
  expect(isUnique(etags)).toBe(true);
});

test('C10 follows the conventions for metadata', async () => {
  expect(await service(PLANS.url.service_id)).toMatchObject({
    metadata: { displayName: 'The URL', documentationUrl: 'https://example.com/docs' },
    plans: [{ metadata: { displayName: 'The URL' } }, { metadata: { displayName: 'The URL' } }, {}],
  });
});
