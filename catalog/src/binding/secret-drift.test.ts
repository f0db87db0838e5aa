import { afterEach, describe, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject, ObjectRef } from '@mesitis/kube';
import { API_VERSION } from '../model/kinds.js';
import { condition, Harness, isReady, NAMESPACE } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';

const BINDINGS = /service_bindings/;
const SECRET: ObjectRef = { apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACE, name: 'creds' };
const WRITTEN = { uri: 'http://svc.example:80', port: '80', username: 'u', nested: '{"a":1}' };

let harness: Harness;

async function start({ retrievable }: { retrievable: boolean }): Promise<void> {
  const text = JSON.stringify(catalogOf('db', 'small'));
  const flag = `"bindable":true,"bindings_retrievable":${retrievable}`;
  harness = await Harness.start(JSON.parse(text.replace('"bindable":true', flag)) as JsonObject);
  await harness.controller();
  await harness.register();
  await harness.create('ServiceInstance', 'mine', { clusterServiceClassExternalName: 'db' });
  await harness.until('ServiceInstance', 'mine', isReady);
  await harness.create('ServiceBinding', 'creds', { instanceRef: { name: 'mine' } });
  await harness.until('ServiceBinding', 'creds', isReady);
  // Two who fight over a Secret are slowed down; nobody does here.
  harness.clock.advance(5000);
}

afterEach(async () => {
  await harness.stop();
});

function dataOf(secret: KubeObject | undefined): Record<string, string> {
  const data = (secret?.['data'] ?? {}) as Record<string, string>;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, decode(value)]));
}

const decode = (text: string): string => Buffer.from(text, 'base64').toString();

/** The binding's requests since the first one. */
const requests = (): string[] =>
  harness.broker
    .calls()
    .filter((call) => call.includes('service_bindings'))
    .slice(1)
    .map((call) => call.split(' ')[0] ?? '');

const isWritten = (secret: KubeObject): boolean => JSON.stringify(dataOf(secret)) === JSON.stringify(WRITTEN);

async function editSecret(body: JsonObject): Promise<void> {
  await harness.kube.patch(SECRET, { type: 'merge', body });
}

describe('a Secret that is not as it was delivered any more', () => {
  const DRIFTS: [string, () => Promise<unknown>][] = [
    ['deleted', () => harness.remove('Secret', 'creds')],
    ['edited', () => editSecret({ data: { uri: 'b3RoZXI=' } })],
    ['emptied', () => editSecret({ data: null })],
    ['given a key', () => editSecret({ data: { more: 'bW9yZQ==' } })],
  ];

  test.each(DRIFTS)('but was %s is put back with what the broker tells', async (_case, drift) => {
    await start({ retrievable: true });
    await drift();
    await harness.until('Secret', 'creds', isWritten);
    const bound = await harness.until('ServiceBinding', 'creds', isReady);
    expect(condition(bound)?.reason).toBe('InjectedBindResult');
    expect(requests()).toEqual(['GET']);
  });

  test.each(DRIFTS)(
    'but was %s is put back by the same bind where the broker tells nothing',
    async (_case, drift) => {
      await start({ retrievable: false });
      await drift();
      await harness.until('Secret', 'creds', isWritten);
      await harness.until('ServiceBinding', 'creds', isReady);
      expect(requests()).toEqual(['PUT']);
      expect(harness.broker.bindings.size).toBe(1);
    },
  );

  test('is said to be missing or changed while the broker is asked', async () => {
    await start({ retrievable: true });
    harness.broker.script('GET', BINDINGS, { status: 503, body: {} });
    await harness.remove('Secret', 'creds');
    const missing = await harness.untilReason('ServiceBinding', 'creds', 'SecretMissing');
    expect(missing).toMatchObject({ status: { currentOperation: 'Bind', unbindStatus: 'Required' } });
    await harness.untilReason('ServiceBinding', 'creds', 'FetchingBindingFailed');
    harness.clock.advance(1000);
    await harness.until('ServiceBinding', 'creds', isReady);
    harness.clock.advance(5000);
    await editSecret({ data: { uri: 'b3RoZXI=' } });
    await harness.untilReason('ServiceBinding', 'creds', 'SecretChanged');
    await harness.until('ServiceBinding', 'creds', isReady);
  });

  test('is left alone where only labels and annotations were added', async () => {
    await start({ retrievable: true });
    await editSecret({ metadata: { labels: { a: 'b' }, annotations: { c: 'd' } } });
    await harness.remove('Secret', 'creds');
    const back = await harness.until('Secret', 'creds', isWritten);
    expect(back.metadata.labels).toBeUndefined();
    // One for the deletion, none for the labels.
    expect(requests()).toEqual(['GET']);
  });

  test('is put back at most every five seconds, so that a fight over it does not reach the broker', async () => {
    await start({ retrievable: true });
    await harness.remove('Secret', 'creds');
    await harness.until('Secret', 'creds', isWritten);
    await harness.until('ServiceBinding', 'creds', isReady);
    await harness.remove('Secret', 'creds');
    await harness.clock.scheduled(5000);
    expect(requests()).toEqual(['GET']);
    harness.clock.advance(5000);
    await harness.until('Secret', 'creds', isWritten);
  });

  test('is put back under its old name when the spec says another by now', async () => {
    await start({ retrievable: true });
    const ref = { apiVersion: API_VERSION, kind: 'ServiceBinding', namespace: NAMESPACE, name: 'creds' };
    await harness.kube.patch(ref, { type: 'merge', body: { spec: { secretName: 'other' } } });
    await harness.remove('Secret', 'creds');
    await harness.until('Secret', 'creds', isWritten);
    expect(await harness.get('Secret', 'other')).toBeUndefined();
  });

  test('is put back after a restart, and one that is in order is not asked about', async () => {
    await start({ retrievable: true });
    await harness.stopControllers();
    const second = await harness.controller();
    await second.stop();
    expect(requests()).toEqual([]);
    await harness.remove('Secret', 'creds');
    await harness.controller();
    await harness.until('Secret', 'creds', isWritten);
  });
});

describe('a Secret of somebody else', () => {
  test('in the place of the deleted one stays, until it is gone', async () => {
    await start({ retrievable: true });
    await harness.stopControllers();
    await harness.remove('Secret', 'creds');
    await harness.kube.create({ ...KEPT, metadata: { ...KEPT.metadata } });
    await harness.controller();
    const failed = await harness.untilReason('ServiceBinding', 'creds', 'ErrorInjectingBindResult');
    expect(condition(failed)?.message).toContain('is not owned by ServiceBinding, controllerRef: nil');
    expect(await harness.get('Secret', 'creds')).toMatchObject({ data: KEPT.data });
    await editSecret({ data: { more: 'bW9yZQ==' } });
    harness.clock.advance(60_000);
    await harness.remove('Secret', 'creds');
    await harness.until('Secret', 'creds', isWritten);
    await harness.until('ServiceBinding', 'creds', isReady);
    // Nothing was asked while it was in the way.
    expect(requests()).toEqual(['GET']);
  });

  const KEPT = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'creds', namespace: NAMESPACE },
    data: { theirs: 'dGhlaXJz' },
  };
});

describe('a broker that can’t give the credentials again', () => {
  test('although it should tell them is asked by the same bind', async () => {
    await start({ retrievable: true });
    harness.broker.script('GET', BINDINGS, { status: 200, body: { parameters: {} } });
    await harness.remove('Secret', 'creds');
    await harness.until('Secret', 'creds', isWritten);
    const bound = await harness.until('ServiceBinding', 'creds', isReady);
    expect(bound).toHaveProperty('status.bindingRetrievable', false);
    expect(requests()).toEqual(['GET', 'PUT']);
  });

  test('because it has lost the binding makes it anew', async () => {
    await start({ retrievable: true });
    harness.broker.bindings.clear();
    await harness.remove('Secret', 'creds');
    await harness.until('Secret', 'creds', isWritten);
    await harness.until('ServiceBinding', 'creds', isReady);
    expect(harness.broker.bindings.size).toBe(1);
  });

  test.each([400, 409])('but answers %i leaves the binding with a word on what to do', async (status) => {
    await start({ retrievable: false });
    harness.broker.script('PUT', BINDINGS, { status, body: {} });
    await harness.remove('Secret', 'creds');
    const failed = await harness.untilReason('ServiceBinding', 'creds', 'BindCallFailed');
    expect(condition(failed)?.message).toContain('delete the binding and create it anew');
    expect(condition(failed, 'Failed')).toBeUndefined();
    expect(harness.broker.bindings.size).toBe(1);
  });

  test.each([
    ['500', { status: 500, body: {} }],
    ['no answer', 'hang'],
  ] as const)('now, with %s, keeps the binding: somebody uses it', async (_case, answer) => {
    await start({ retrievable: false });
    harness.broker.script('PUT', BINDINGS, answer);
    await harness.remove('Secret', 'creds');
    await harness.untilReason('ServiceBinding', 'creds', 'BindCallFailed');
    harness.clock.advance(1000);
    await harness.until('ServiceBinding', 'creds', isReady);
    expect(requests()).toEqual(['PUT', 'PUT']);
  });
});

describe('a binding of Service Catalog', () => {
  /** The binding as it was stored there, with its Secret. */
  async function seedOld(): Promise<void> {
    await start({ retrievable: true });
    await harness.stopControllers();
    await editSecret({ metadata: { annotations: null } });
    const stored = (await harness.get('ServiceBinding', 'creds')) as KubeObject & { status: JsonObject };
    const { secretResourceVersion: _, binding: __, ...status } = stored.status;
    await harness.kube.update({ ...stored, status }, { subresource: 'status' });
  }

  test('takes its Secret as it is, and has it put back when it is deleted', async () => {
    await seedOld();
    await harness.controller();
    await harness.until(
      'ServiceBinding',
      'creds',
      (stored) => (stored['status'] as JsonObject)['secretResourceVersion'] !== undefined,
    );
    expect(requests()).toEqual([]);
    expect(await harness.get('ServiceBinding', 'creds')).toHaveProperty('status.binding.name', 'creds');
    await harness.remove('Secret', 'creds');
    await harness.until('Secret', 'creds', isWritten);
  });

  test('whose Secret is missing gets it', async () => {
    await seedOld();
    await harness.remove('Secret', 'creds');
    await harness.controller();
    await harness.until('Secret', 'creds', isWritten);
  });
});
