import { randomBytes, randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { KubeErrorKind, KubeObject } from '@mesitis/kube';
import { KubeError } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { instanceRecord } from '../testing/record-fixture.js';
import type { StoredInstance } from './instance-store.js';
import { StoreConflict, StoreUnavailable } from './instance-store.js';
import type { KubernetesStoreOptions } from './kubernetes-instance-store.js';
import { KubernetesInstanceStore } from './kubernetes-instance-store.js';
import { RecordCipher } from './record-cipher.js';
import { RecordUnreadable } from './record-codec.js';
import { recordRef } from './record-secret.js';
import { describeStoreContract } from './store-contract.js';

const place = { namespace: 'provider-ns', name: 'mesitis' };
const newKey = (): string => randomBytes(32).toString('base64');

describe.each([
  ['Secrets', new RecordCipher()],
  ['encrypted Secrets', new RecordCipher([newKey()])],
])('over %s', (title, cipher) => {
  describeStoreContract(`kubernetes, in memory, ${title}`, {
    newPlace: () => {
      const kube = new MemoryKube();
      const onUnreadable = (): void => undefined;
      return Promise.resolve(
        () => new KubernetesInstanceStore({ ...place, kube, cipher, onUnreadable, pageSize: 100 }),
      );
    },
    keepsSecrets: true,
    tooLargeBytes: 2_000_000,
    manyRecords: 240,
  });
});

let kube: MemoryKube;
let unreadable: string[];
let store: KubernetesInstanceStore;

function newStore(options: Partial<KubernetesStoreOptions> = {}): KubernetesInstanceStore {
  const onUnreadable = (where: string, reason: string): void => {
    unreadable.push(`${where}: ${reason}`);
  };
  return new KubernetesInstanceStore({ ...place, kube, onUnreadable, ...options });
}

beforeEach(() => {
  kube = new MemoryKube();
  unreadable = [];
  store = newStore();
});

async function listed(from: KubernetesInstanceStore): Promise<StoredInstance[]> {
  const found: StoredInstance[] = [];
  for await (const stored of from.list()) found.push(stored);
  return found;
}

async function secretOf(instanceId: string): Promise<KubeObject> {
  const secret = await kube.get(recordRef(place, instanceId));
  if (secret === undefined) throw new Error('no such Secret');
  return secret;
}

describe('what people see', () => {
  test('is one Secret for each instance, with readable annotations and the record as compressed JSON', async () => {
    await store.put(
      instanceRecord('an id/of any kind', { consumer: 'client-ns', planId: 'gold' }),
      undefined,
    );
    const [secret, ...others] = kube.objects();
    expect(others).toEqual([]);
    expect(secret).toMatchObject({
      kind: 'Secret',
      type: 'mesitis.io/instance',
      metadata: {
        namespace: 'provider-ns',
        name: expect.stringMatching(/^mesitis-instance-[0-9a-f]{40}$/) as unknown,
        labels: {
          'app.kubernetes.io/managed-by': 'mesitis',
          'mesitis/store': 'mesitis',
          'mesitis/state': 'provisioning',
        },
        annotations: {
          'mesitis/instance': 'an id/of any kind',
          'mesitis/plan-id': 'gold',
          'mesitis/consumer': 'client-ns',
        },
      },
    });
    const { record } = secret?.['data'] as { record: string };
    expect(JSON.parse(gunzipSync(Buffer.from(record, 'base64')).toString())).toMatchObject({
      instanceId: 'an id/of any kind',
    });
  });

  test('cuts ids that are too long for people', async () => {
    const id = '🙂'.repeat(5_000);
    await store.put(instanceRecord(id), undefined);
    expect((await secretOf(id)).metadata.annotations?.['mesitis/instance']).toBe('🙂'.repeat(256));
    expect((await store.get(id))?.record.instanceId).toBe(id);
  });
});

describe('beside others in one namespace', () => {
  test('keeps the records of brokers with different names apart', async () => {
    const other = newStore({ name: 'other' });
    await store.put(instanceRecord('i'), undefined);
    expect(await other.get('i')).toBeUndefined();
    const version = await other.put(instanceRecord('i', { state: 'ready' }), undefined);
    expect([await store.count({}), await other.count({})]).toEqual([1, 1]);
    await other.delete('i', version);
    expect((await listed(store)).map(({ record }) => record.state)).toEqual(['provisioning']);
  });

  test.each(['', 'Upper', 'under_score', 'a.b', '-a', 'a'.repeat(64)])('refuses the name %j', (name) => {
    expect(() => newStore({ name })).toThrow(/must be a DNS label/);
  });
});

describe('Secrets that somebody touched', () => {
  const spoiled: [string, (secret: KubeObject) => KubeObject, RegExp][] = [
    ['other content', (secret) => ({ ...secret, data: { record: 'AAAA' } }), /neither JSON nor compressed/],
    ['no content', (secret) => ({ ...secret, data: {} }), /no key "record"/],
    ['no data', (secret) => ({ ...secret, data: undefined }), /no key "record"/],
  ];
  test.each(spoiled)('says what is wrong with %s, and lists the others', async (_, spoil, reason) => {
    await store.put(instanceRecord('bad'), undefined);
    await store.put(instanceRecord('good'), undefined);
    const secret = await secretOf('bad');
    await kube.update(spoil(secret));
    await expect(store.get('bad')).rejects.toThrow(RecordUnreadable);
    await expect(store.get('bad')).rejects.toThrow(reason);
    expect((await listed(store)).map(({ record }) => record.instanceId)).toEqual(['good']);
    expect(unreadable).toEqual([
      expect.stringContaining(`Secret provider-ns/${secret.metadata.name ?? ''}: it `),
    ]);
    await expect(store.put(instanceRecord('bad'), undefined)).rejects.toThrow(StoreConflict);
  });

  test('refuses a Secret of somebody else under the name of a record', async () => {
    const { name, ...ref } = recordRef(place, 'i');
    kube.seed({ ...ref, metadata: { namespace: place.namespace, name }, type: 'Opaque', data: {} });
    await expect(store.get('i')).rejects.toThrow(/somebody else made it/);
    await expect(store.put(instanceRecord('i'), undefined)).rejects.toThrow(StoreConflict);
    expect(await listed(store)).toEqual([]);
  });

  test('does not take a copied Secret for the record of another instance', async () => {
    await store.put(instanceRecord('one'), undefined);
    const { metadata, ...content } = await secretOf('one');
    const { name } = recordRef(place, 'two');
    kube.seed({ ...content, metadata: { namespace: place.namespace, name, labels: metadata.labels ?? {} } });
    await expect(store.get('two')).rejects.toThrow(/record of another instance/);
    expect((await listed(store)).map(({ record }) => record.instanceId)).toEqual(['one']);
  });

  test('goes by the content where labels were edited', async () => {
    await store.put(instanceRecord('i', { state: 'ready' }), undefined);
    const secret = await secretOf('i');
    const labels = { ...secret.metadata.labels, 'mesitis/state': 'failed' };
    await kube.update({ ...secret, metadata: { ...secret.metadata, labels } });
    const found: string[] = [];
    for await (const { record } of store.list({ states: ['failed'] })) found.push(record.instanceId);
    expect(found).toEqual([]);
  });

  test('counts what is being deleted as gone, and says what holds it when the id is wanted again', async () => {
    const version = await store.put(instanceRecord('i'), undefined);
    const secret = await secretOf('i');
    await kube.update({ ...secret, metadata: { ...secret.metadata, finalizers: ['example.com/hold'] } });
    await kube.remove(recordRef(place, 'i'));
    expect(await store.get('i')).toBeUndefined();
    expect([await listed(store), await store.count({})]).toEqual([[], 0]);
    await expect(store.put(instanceRecord('i'), version)).rejects.toThrow(StoreConflict);
    const again = store.put(instanceRecord('i'), undefined);
    await expect(again).rejects.toThrow(StoreUnavailable);
    await expect(again).rejects.toThrow(/is being deleted; if it stays, take away its finalizers/);
  });
});

describe('failures of the API server', () => {
  const kinds: KubeErrorKind[] = [
    'timeout',
    'unavailable',
    'too-many-requests',
    'unauthorized',
    'unknown',
    'invalid',
  ];
  test.each(kinds)('says that the store is not available when it is answered with %s', async (kind) => {
    const version = await store.put(instanceRecord('i'), undefined);
    const error = new KubeError(kind, 'it says so');
    kube = new MemoryKube({ server: kube.server, faults: () => error });
    store = newStore();
    const calls = [
      store.get('i'),
      store.put(instanceRecord('j'), undefined),
      store.put(instanceRecord('i'), version),
      store.delete('i', version),
      listed(store),
      store.count({}),
    ];
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'StoreUnavailable' } });
    }
    expect(await store.isAvailable()).toBe(false);
  });

  test('names the right that is missing', async () => {
    kube.failNext('update', new KubeError('forbidden', 'secrets "x" is forbidden: User "y" cannot update'));
    const version = await store.put(instanceRecord('i'), undefined);
    await expect(store.put(instanceRecord('i'), version)).rejects.toThrow(
      'could not update Secrets in namespace "provider-ns": secrets "x" is forbidden: User "y" cannot update; the ' +
        "broker's ServiceAccount needs get, list, create, update and delete on secrets there, and the namespace " +
        'room in its quota',
    );
  });

  test.each([
    ['by its status', new KubeError('invalid', 'no', { status: 413 })],
    [
      'by the API server',
      new KubeError('invalid', 'data: Too long: must have at most 1048576 bytes', { status: 422 }),
    ],
    ['by etcd', new KubeError('unknown', 'etcdserver: request is too large', { status: 500 })],
  ])('tells a record that is too large, known %s', async (_, error) => {
    kube.failNext('create', error);
    await expect(store.put(instanceRecord('i'), undefined)).rejects.toMatchObject({ name: 'RecordTooLarge' });
  });

  test('retries a create that met a quota in use: that is no conflict', async () => {
    kube.failNext('create', new KubeError('conflict', 'Operation cannot be fulfilled on resourcequotas "q"'));
    await expect(store.put(instanceRecord('i'), undefined)).rejects.toThrow(StoreUnavailable);
  });

  test('passes on what the consumer of a list throws', async () => {
    await store.put(instanceRecord('i'), undefined);
    const consume = async (): Promise<void> => {
      for await (const { record } of store.list()) throw new KubeError('conflict', `of ${record.instanceId}`);
    };
    await expect(consume()).rejects.toThrow('of i');
  });

  test('fails in the middle of a list when a page can not be read', async () => {
    store = newStore({ pageSize: 1 });
    for (const id of ['a', 'b']) await store.put(instanceRecord(id), undefined);
    let calls = 0;
    kube.failNext(({ verb }) => verb === 'pages' && (calls += 1) > 1, new KubeError('gone', 'expired'));
    await expect(listed(store)).rejects.toThrow(StoreUnavailable);
  });
});

describe('writes whose answer got lost', () => {
  /** Carries the call out and fails all the same. */
  function losingAnswers(verb: 'create' | 'update' | 'remove'): MemoryKube {
    const inner = new MemoryKube({ server: kube.server });
    const lost = new KubeError('unavailable', 'the connection was cut');
    const carriedOut = kube[verb].bind(kube) as (...args: unknown[]) => Promise<unknown>;
    inner[verb] = async (...args: unknown[]): Promise<never> => {
      await carriedOut(...args);
      throw lost;
    };
    return inner;
  }

  test('are recognised as written', async () => {
    const created = await newStore({ kube: losingAnswers('create') }).put(instanceRecord('i'), undefined);
    expect((await store.get('i'))?.version).toBe(created);
    const updated = await newStore({ kube: losingAnswers('update') }).put(instanceRecord('i'), created);
    expect((await store.get('i'))?.version).toBe(updated);
    await newStore({ kube: losingAnswers('remove') }).delete('i', updated);
    expect(await store.get('i')).toBeUndefined();
  });

  test('are not mistaken for those of others', async () => {
    await store.put(instanceRecord('i'), undefined);
    kube.failNext('create', new KubeError('timeout', 'no answer'));
    await expect(store.put(instanceRecord('i'), undefined)).rejects.toThrow(StoreUnavailable);
    kube.failNext('remove', new KubeError('timeout', 'no answer'));
    const { version = '' } = (await store.get('i')) ?? {};
    await expect(store.delete('i', version)).rejects.toThrow(StoreUnavailable);
    expect((await store.get('i'))?.version).toBe(version);
  });
});

describe('exchange of the encryption key', () => {
  test('writes every record anew but those that somebody acts on', async () => {
    const [old, fresh] = [newKey(), newKey()];
    const before = newStore({ cipher: new RecordCipher([old]) });
    await before.put(instanceRecord('settled', { state: 'ready' }), undefined);
    await before.put(instanceRecord('busy', { holder: randomUUID() }), undefined);
    const during = newStore({ cipher: new RecordCipher([fresh, old]) });
    await during.put(instanceRecord('new', { state: 'ready' }), undefined);
    expect(await during.reseal()).toEqual({ rewritten: 1, left: 1 });
    const busy = await during.get('busy');
    await during.put(instanceRecord('busy', { state: 'ready' }), busy?.version);
    expect(await during.reseal()).toEqual({ rewritten: 0, left: 0 });
    const after = newStore({ cipher: new RecordCipher([fresh]) });
    expect(await listed(after)).toHaveLength(3);
    expect(unreadable).toEqual([]);
  });

  test('counts what it can not read as left', async () => {
    await newStore({ cipher: new RecordCipher([newKey()]) }).put(instanceRecord('i'), undefined);
    const cipher = new RecordCipher([newKey(), newKey()]);
    expect(await newStore({ cipher }).reseal()).toEqual({ rewritten: 0, left: 1 });
    expect(unreadable).toEqual([
      expect.stringMatching(/encrypted under the key [0-9a-f]{8}, which this broker/),
    ]);
  });

  test('has nothing to do with one key or none', async () => {
    await store.put(instanceRecord('i', { state: 'ready' }), undefined);
    expect(await store.reseal()).toEqual({ rewritten: 0, left: 0 });
    expect(await newStore({ cipher: new RecordCipher([newKey()]) }).reseal()).toEqual({
      rewritten: 0,
      left: 0,
    });
  });
});
