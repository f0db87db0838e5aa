import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { refOf, type JsonObject, type KubeObject, type ObjectRef } from '@mesitis/kube';
import { Consumer, publish } from './consumer.js';
import { entryOf } from './offerings.js';
import {
  STAGE_MS,
  bindingOf,
  condition,
  isTrue,
  makeNamespaces,
  raiseStage,
  secretData,
  untilObject,
  type Stage,
} from './stage.js';

jest.setTimeout(STAGE_MS);

const NAMESPACE = 'consumer';
const SITE = entryOf('provider-ns', {
  offering: 'site',
  uuid: 'site-1',
  provisionnonclusterurl: { url: 'https://site.example.com:8443' },
  credentialfromcatalog: { username: 'site', password: '${generate.password(24)}' },
});
/** The same for programs that look for the Service Binding Specification. */
const PROJECTED = entryOf('provider-ns', {
  offering: 'projected',
  uuid: 'projected-1',
  provisionnonclusterurl: { url: 'https://site.example.com:8443' },
  credentialfromcatalog: { username: 'site' },
  binding: { type: 'website', provider: 'the-web-team', format: 'servicebinding' },
});

describe('a binding and its Secret', () => {
  let stage: Stage;
  let consumer: Consumer;

  beforeAll(async () => {
    stage = await raiseStage();
    await makeNamespaces(stage.kube, NAMESPACE);
    const broker = await stage.platform.startBroker({
      namespace: 'provider-ns',
      provisionNamespaces: ['objects-ns'],
    });
    await publish(stage, broker, [SITE, PROJECTED]);
    consumer = new Consumer(stage, NAMESPACE);
    await consumer.provision('site', 'site');
  }, STAGE_MS);

  afterAll(() => stage.close(), STAGE_MS);

  const secretOf = (name: string): ObjectRef => ({
    apiVersion: 'v1',
    kind: 'Secret',
    namespace: NAMESPACE,
    name,
  });
  const values = (name: string): Promise<Record<string, string> | undefined> =>
    secretData(stage.kube, NAMESPACE, name);
  const decoded = (secret: KubeObject | undefined, key: string): string =>
    Buffer.from((secret?.['data'] as Record<string, string> | undefined)?.[key] ?? '', 'base64').toString();
  const statusOf = (binding: KubeObject | undefined): JsonObject => (binding?.['status'] ?? {}) as JsonObject;

  async function bind(name: string, annotations: Record<string, string> = {}): Promise<ObjectRef> {
    const binding = bindingOf(NAMESPACE, name);
    await stage.kube.create({
      ...binding,
      metadata: { ...binding.metadata, annotations },
      spec: { instanceRef: { name: 'site' } },
    });
    await consumer.untilReady(refOf(binding));
    return refOf(binding);
  }

  const annotate = (ref: ObjectRef, annotations: Record<string, string>): Promise<KubeObject> =>
    stage.kube.patch(ref, { type: 'merge', body: { metadata: { annotations } } });

  test('come back together, with the same credentials, after the Secret was deleted or edited', async () => {
    const ref = await bind('kept');
    const before = await values('kept');
    expect(before).toMatchObject({ username: 'site', password: expect.stringMatching(/^\w{24}$/) });
    await stage.kube.remove(secretOf('kept'));
    await untilObject(stage.kube, secretOf('kept'), (secret) => decoded(secret, 'username') === 'site');
    await untilObject(stage.kube, ref, isTrue('Ready'));
    expect(await values('kept')).toEqual(before);
    await stage.kube.patch(secretOf('kept'), {
      type: 'merge',
      body: { data: { password: Buffer.from('guess').toString('base64') } },
    });
    await untilObject(
      stage.kube,
      secretOf('kept'),
      (secret) => decoded(secret, 'password') === before?.['password'],
    );
    await consumer.untilReady(ref);
  });

  test('leave a Secret alone that somebody else put in its place', async () => {
    await stage.kube.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'theirs', namespace: NAMESPACE },
      data: { theirs: 'dGhlaXJz' },
    });
    const binding = await consumer.askToBind('theirs', 'site');
    const failed = await untilObject(
      stage.kube,
      binding,
      (object) => condition(object, 'Ready')?.reason === 'ErrorInjectingBindResult',
    );
    expect(condition(failed, 'Ready')?.message).toContain('is not owned by ServiceBinding');
    await consumer.release({ bindings: ['theirs'] });
    expect(await values('theirs')).toEqual({ theirs: 'theirs' });
  });

  test('are what implementations of the Service Binding Specification look for, where that is wanted', async () => {
    const ref = await bind('projected', {
      'mesitis/secret-format': 'servicebinding',
      'mesitis/binding-type': 'website',
    });
    const { binding } = statusOf(await stage.kube.get(ref)) as { binding: { name: string } };
    const secret = await stage.kube.get(secretOf(binding.name));
    expect(secret?.['type']).toBe('servicebinding.io/website');
    expect(await values(binding.name)).toMatchObject({
      type: 'website',
      provider: 'e2e',
      host: 'site.example.com',
      port: '8443',
      uri: 'https://site.example.com:8443',
      username: 'site',
    });
  });

  test('have the shape that the entry of the offering chooses, unless an annotation chooses another', async () => {
    await consumer.provision('projected', 'projected');
    const binding = await consumer.askToBind('as-the-entry-says', 'projected');
    await consumer.untilReady(binding);
    expect(await stage.kube.get(secretOf('as-the-entry-says'))).toHaveProperty(
      'type',
      'servicebinding.io/website',
    );
    expect(await values('as-the-entry-says')).toMatchObject({ type: 'website', provider: 'the-web-team' });

    const other = bindingOf(NAMESPACE, 'as-it-was');
    await stage.kube.create({
      ...other,
      metadata: { ...other.metadata, annotations: { 'mesitis/secret-format': 'opaque' } },
      spec: { instanceRef: { name: 'projected' } },
    });
    await consumer.untilReady(refOf(other));
    expect(await stage.kube.get(secretOf('as-it-was'))).toHaveProperty('type', 'Opaque');
    expect(await values('as-it-was')).not.toHaveProperty('provider');
  });

  test('get new credentials by an annotation, and lose the old ones after the overlap', async () => {
    const ref = await bind('rotated');
    const before = await values('rotated');
    await annotate(ref, { 'mesitis/rotate': 'leaked', 'mesitis/rotation-overlap': '1s' });
    const after = await untilObject(
      stage.kube,
      ref,
      (object) => statusOf(object)['currentBindingID'] !== undefined,
    );
    expect(isTrue('Ready')(after)).toBe(true);
    const now = await values('rotated');
    expect(now).toEqual({ ...before, password: expect.stringMatching(/^\w{24}$/) });
    expect(now?.['password']).not.toBe(before?.['password']);
    await untilObject(stage.kube, ref, (object) => statusOf(object)['predecessors'] === undefined);
    await consumer.release({ bindings: ['rotated'] });
    expect(await values('rotated')).toBeUndefined();
  });

  test('go when they are abandoned', async () => {
    const ref = await bind('abandoned');
    await annotate(ref, { 'mesitis/abandon': 'to be seen to by hand' });
    await consumer.release({ bindings: ['abandoned'] });
    expect(await values('abandoned')).toBeUndefined();
    const { items } = await stage.kube.list({ apiVersion: 'v1', kind: 'Event', namespace: NAMESPACE });
    expect(items.map((event) => event['reason'])).toContain('Abandoned');
  });
});
