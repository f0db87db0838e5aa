import { afterEach, describe, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject, ObjectRef } from '@mesitis/kube';
import { KubeError, refOf } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { marked } from '../provision/ownership.js';
import type { InstanceRecord } from '../store/instance-record.js';
import { MemoryInstanceStore } from '../store/memory-instance-store.js';
import type { DriftRepairOptions } from './drift-repair.js';
import { DriftRepair } from './drift-repair.js';

function configMap(name: string, instanceId = 'i', data: JsonObject = { key: 'written' }): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: marked({ name, namespace: 'n' }, instanceId),
    data,
  };
}

function recordOf(
  instanceId: string,
  objects: KubeObject[],
  rest: Partial<InstanceRecord> = {},
): InstanceRecord {
  return {
    instanceId,
    attributes: {
      serviceId: 's',
      planId: 'p',
      organizationGuid: 'o',
      spaceGuid: 's',
      context: {},
      parameters: {},
    },
    provisionKind: 'ProvisionConfigMapObjects',
    resources: { objects: [objects], coordinates: { uri: 'http://h', host: 'h', endpoints: [] } },
    generated: {},
    consumer: 'client-ns',
    state: 'ready',
    operation: {
      id: 'o',
      type: 'provision',
      direction: 'forward',
      state: 'succeeded',
      asynchronous: false,
      heartbeat: 0,
      startedAt: 0,
    },
    bindings: [],
    ...rest,
  };
}

/** What is looked for in the cluster. */
const ref = (name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'n', name });

const running: DriftRepair[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(async (repair) => repair.stop()));
});

/** Repair over a store and a cluster in memory, in which every object of the records is as it was made. */
async function setUp(
  records: InstanceRecord[],
  options: Partial<DriftRepairOptions> & { kube?: MemoryKube; made?: KubeObject[] } = {},
) {
  const { kube = new MemoryKube(), made, ...rest } = options;
  const store = new MemoryInstanceStore();
  for (const record of records) await store.put(record, undefined);
  kube.seed(...(made ?? records.flatMap(({ resources }) => resources.objects.flat())));
  const told: string[] = [];
  const logs: string[] = [];
  const listeners = new Set<() => void>();
  const tell = (list: string[]) => (text: string) => {
    list.push(text);
    listeners.forEach((listener) => listener());
  };
  const log = (_fields: object, msg: string): void => tell(logs)(msg);
  let time = 0;
  const timers: { ms: number; end: () => void }[] = [];
  const repair = new DriftRepair({
    kube,
    store,
    logger: { info: log, warn: log } as unknown as DriftRepairOptions['logger'],
    metrics: {
      driftRepaired: (kind) => tell(told)(`repaired ${kind}`),
      driftFailed: (kind) => tell(told)(`failed ${kind}`),
    },
    repairs: () => true,
    // One after the other: what a test causes last is looked at last.
    workers: 1,
    backoff: () => 1_000,
    now: () => time,
    delay: async (ms, signal) =>
      new Promise((resolve) => {
        timers.push({ ms, end: resolve });
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve());
        listeners.forEach((listener) => listener());
      }),
    ...rest,
  });
  running.push(repair);
  await repair.start();
  /** Settles when this holds, which is looked at whenever something happens. */
  const until = async (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (holds()) resolve();
      };
      listeners.add(look);
      look();
    });
  return {
    ...{ kube, store, repair, told, logs, until },
    repaired: async (count: number) => until(() => told.length >= count),
    /** Waits for a timer of this length, ends it and lets so much time go by. */
    pass: async (ms: number) => {
      const found = (): number => timers.findIndex((timer) => timer.ms === ms);
      await until(() => found() >= 0);
      time += ms;
      timers.splice(found(), 1)[0]?.end();
    },
    events: () =>
      kube
        .objects()
        .filter(({ kind }) => kind === 'Event')
        .map((event) => [event['type'], event['reason'], event['message']]),
    data: async (name: string) => (await kube.get(ref(name)))?.['data'],
  };
}

const change = async (kube: MemoryKube, name: string, data: JsonObject): Promise<unknown> =>
  kube.patch(ref(name), { type: 'merge', body: { data } });

describe('an object of a ready instance', () => {
  test('that is deleted is made again, with an Event and a count', async () => {
    const { kube, repair, repaired, data, told, events } = await setUp([recordOf('i', [configMap('a')])]);
    await kube.remove(ref('a'));
    await repaired(1);
    await repair.stop();
    expect(await data('a')).toEqual({ key: 'written' });
    expect(told).toEqual(['repaired ConfigMap']);
    expect(events()).toEqual([
      ['Normal', 'DriftRepaired', expect.stringMatching(/^deleted by hand and made again; /)],
    ]);
  });

  test('that is changed is put back, what others added stays', async () => {
    const { kube, repair, repaired, data, events } = await setUp([recordOf('i', [configMap('a')])]);
    await change(kube, 'a', { key: 'changed', theirs: 'x' });
    await repaired(1);
    await repair.stop();
    expect(await data('a')).toEqual({ key: 'written', theirs: 'x' });
    expect(events()).toEqual([
      ['Normal', 'DriftRepaired', expect.stringMatching(/^changed by hand and put back: data.key; /)],
    ]);
  });

  test('that was deleted or changed while nobody watched is put back at the start', async () => {
    const made = [configMap('b', 'i', { key: 'changed' })];
    const { repaired, data } = await setUp([recordOf('i', [configMap('a'), configMap('b')])], { made });
    await repaired(2);
    expect([await data('a'), await data('b')]).toEqual([{ key: 'written' }, { key: 'written' }]);
  });

  test('that is deleted while the watch is interrupted is made again', async () => {
    const { kube, repaired, data, pass } = await setUp([recordOf('i', [configMap('a')])]);
    kube.failNext('watch', new KubeError('unavailable', 'no connection'), Infinity);
    kube.server.store.endWatches();
    await kube.remove(ref('a'));
    await pass(1_000);
    await repaired(1);
    expect(await data('a')).toEqual({ key: 'written' });
  });

  test('is put back in an instance that came later, and in one that was updated', async () => {
    const { kube, store, repair, repaired, data } = await setUp([]);
    const version = await store.put(recordOf('i', [configMap('a')]), undefined);
    kube.seed(configMap('a'));
    repair.track(recordOf('i', [configMap('a')]));
    await kube.remove(ref('a'));
    await repaired(1);
    const updated = recordOf('i', [configMap('a', 'i', { key: 'updated' })]);
    await store.put(updated, version);
    repair.track(updated);
    await repaired(2);
    expect(await data('a')).toEqual({ key: 'updated' });
  });

  test('is put back in an instance that another replica made', async () => {
    const { kube, store, repaired, data, pass } = await setUp([]);
    await store.put(recordOf('i', [configMap('a')]), undefined);
    kube.seed(configMap('a', 'i', { key: 'changed' }));
    await pass(600_000);
    await repaired(1);
    expect(await data('a')).toEqual({ key: 'written' });
  });
});

describe('nothing is put back', () => {
  /** An instance whose repair shows that everything before it has been looked at. */
  const sentinel = recordOf('sentinel', [configMap('sentinel', 'sentinel')]);

  /** As {@link setUp} with the sentinel, once all is quiet; `looked` settles when what happened has been looked at. */
  async function setUpQuietly(record: InstanceRecord, options: Parameters<typeof setUp>[1] = {}) {
    const limits = { repairs: 100, windowMs: 1_000, firstPauseMs: 0, restMs: 1_000 };
    const all = await setUp([record, sentinel], { limits, ...options });
    const sentinels = (): number => all.logs.filter((msg) => msg === 'drift repaired').length;
    const looked = async (): Promise<void> => {
      const before = sentinels();
      await all.kube.remove(ref('sentinel'));
      await all.until(() => sentinels() > before);
    };
    // What is seen at first comes from looking at everything; after that from the watch, in order.
    for (let round = 0; round < 3; round += 1) await looked();
    return { ...all, looked };
  }

  test.each<[string, InstanceRecord | undefined]>([
    ['is being updated', recordOf('i', [configMap('a')], { state: 'updating' })],
    ['is being deprovisioned', recordOf('i', [configMap('a')], { state: 'deprovisioning' })],
    [
      'is ready with an operation under way',
      recordOf('i', [], { operation: { ...sentinel.operation, state: 'in progress' } }),
    ],
    ['has no such object any more', recordOf('i', [configMap('b')])],
    ['is gone', undefined],
  ])('when the instance %s', async (_state, record) => {
    const { kube, store, looked, data } = await setUpQuietly(recordOf('i', [configMap('a')]));
    const version = (await store.get('i'))?.version ?? '';
    if (record === undefined) await store.delete('i', version);
    else await store.put(record, version);
    if (record?.resources.objects[0]?.[0]?.metadata.name === 'b') kube.seed(configMap('b'));
    await kube.remove(ref('a'));
    await looked();
    expect(await data('a')).toBeUndefined();
  });

  test('when the entry does not want it', async () => {
    const { kube, looked, data } = await setUpQuietly(recordOf('i', [configMap('a')]), {
      repairs: ({ instanceId }) => instanceId === 'sentinel',
    });
    await kube.remove(ref('a'));
    await looked();
    expect(await data('a')).toBeUndefined();
  });

  test('when the instance is forgotten', async () => {
    const { kube, repair, looked, data } = await setUpQuietly(recordOf('i', [configMap('a')]));
    repair.forget('i');
    await kube.remove(ref('a'));
    await looked();
    expect(await data('a')).toBeUndefined();
  });

  test.each<[string, KubeObject]>([
    [
      'a Job',
      { apiVersion: 'batch/v1', kind: 'Job', metadata: marked({ name: 'a', namespace: 'n' }, 'i'), spec: {} },
    ],
    [
      'a Pod that runs to its end',
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: marked({ name: 'a', namespace: 'n' }, 'i'),
        spec: { restartPolicy: 'Never' },
      },
    ],
  ])('that does its work once: %s', async (_what, object) => {
    const { kube, looked } = await setUpQuietly(recordOf('i', [object]));
    await kube.remove(refOf(object));
    await looked();
    expect(await kube.get(refOf(object))).toBeUndefined();
  });

  test('that has lost our marks', async () => {
    const { kube, looked, data, logs } = await setUpQuietly(recordOf('i', [configMap('a')]));
    const body = { metadata: { labels: null }, data: { key: 'theirs' } };
    await kube.patch(ref('a'), { type: 'merge', body });
    await looked();
    expect(await data('a')).toEqual({ key: 'theirs' });
    expect(logs).toContain('object without our marks left alone');
  });

  test('that is on its way out, until it is gone', async () => {
    const { kube, looked, data, logs, until } = await setUpQuietly(recordOf('i', [configMap('a')]));
    logs.length = 0;
    await kube.patch(ref('a'), { type: 'merge', body: { metadata: { finalizers: ['x.io/y'] } } });
    await kube.remove(ref('a'));
    await change(kube, 'a', { key: 'changed' });
    await looked();
    expect(await data('a')).toEqual({ key: 'changed' });
    await kube.patch(ref('a'), { type: 'merge', body: { metadata: { finalizers: null } } });
    await until(() => logs.length === 2);
    expect(await data('a')).toEqual({ key: 'written' });
  });

  test('when the API server only spells it otherwise, and it is not asked again', async () => {
    const kube = new MemoryKube();
    const patch = kube.patch.bind(kube);
    let patches = 0;
    kube.patch = async (of, body, options) => {
      if (of.name === 'a') patches += 1;
      // A server that keeps its own spelling whatever is sent.
      return of.name === 'a' ? ((await kube.get(of)) as KubeObject) : patch(of, body, options);
    };
    const made = [configMap('a', 'i', { key: 'WRITTEN' }), configMap('sentinel', 'sentinel')];
    const { looked, repair } = await setUpQuietly(recordOf('i', [configMap('a')]), { kube, made });
    expect(patches).toBe(1);
    // An event about an object that is as it was, but for its status.
    await kube.update({ ...configMap('a', 'i', { key: 'WRITTEN' }), status: { seen: true } });
    await looked();
    expect(patches).toBe(1);
    await repair.stop();
    const repaired = kube.objects().map((event) => event['involvedObject']);
    expect(repaired).not.toContainEqual(expect.objectContaining({ name: 'a' }));
    expect(repaired).toContainEqual(expect.objectContaining({ name: 'sentinel' }));
  });
});

describe('when an instance is deprovisioned while its object is made again', () => {
  test('the object goes', async () => {
    const kube = new MemoryKube();
    const { store, until, logs, data, told } = await setUp([recordOf('i', [configMap('a')])], { kube });
    const create = kube.create.bind(kube);
    kube.create = async (object, options) => {
      const made = await create(object, options);
      await store.delete('i', (await store.get('i'))?.version ?? '');
      return made;
    };
    await kube.remove(ref('a'));
    await until(() =>
      logs.includes('object made again was taken away, because the instance changed meanwhile'),
    );
    expect(await data('a')).toBeUndefined();
    expect(told).toEqual([]);
  });

  test('a binding that is made meanwhile is no reason', async () => {
    const kube = new MemoryKube();
    const { store, repaired, data } = await setUp([recordOf('i', [configMap('a')])], { kube });
    const create = kube.create.bind(kube);
    kube.create = async (object, options) => {
      if (object.kind === 'ConfigMap') {
        const { record, version } = (await store.get('i')) ?? {};
        if (record !== undefined) await store.put({ ...record, consumer: 'x' }, version);
      }
      return create(object, options);
    };
    await kube.remove(ref('a'));
    await repaired(1);
    expect(await data('a')).toEqual({ key: 'written' });
  });
});

describe('trouble', () => {
  test('with somebody who undoes every repair: it is given up, told, and tried again much later', async () => {
    const { kube, repair, repaired, data, told, events, pass } = await setUp([
      recordOf('i', [configMap('a')]),
    ]);
    await change(kube, 'a', { key: '1' });
    await repaired(1);
    for (const [index, pause] of [1_000, 2_000, 4_000, 8_000].entries()) {
      await change(kube, 'a', { key: `again ${index}` });
      await pass(pause);
      await repaired(index + 2);
    }
    await change(kube, 'a', { key: 'last' });
    await repaired(6);
    expect(told.at(-1)).toBe('failed ConfigMap');
    expect(await data('a')).toEqual({ key: 'last' });
    await pass(3_600_000);
    await repaired(7);
    await repair.stop();
    expect(await data('a')).toEqual({ key: 'written' });
    expect(events().filter(([type]) => type === 'Warning')).toEqual([
      [
        'Warning',
        'DriftRepairGivenUp',
        'left as it is for a while: it is changed again each time it is put back',
      ],
    ]);
  });

  test.each<[string, 'create' | 'patch', KubeError]>([
    ['may not be made again', 'create', new KubeError('forbidden', 'may not create configmaps')],
    ['can not be changed back', 'patch', new KubeError('invalid', 'field is immutable')],
  ])('with an object that %s: it is given up at once', async (_what, verb, error) => {
    const { kube, repair, repaired, told, events } = await setUp([recordOf('i', [configMap('a')])]);
    // The first patch is the test's own.
    let calls = verb === 'patch' ? -1 : 0;
    kube.failNext((call) => call.verb === verb && call.kind === 'ConfigMap' && (calls += 1) === 1, error);
    if (verb === 'create') await kube.remove(ref('a'));
    else await change(kube, 'a', { key: 'changed' });
    await repaired(1);
    await repair.stop();
    expect(told).toEqual(['failed ConfigMap']);
    expect(events()).toEqual([
      [
        'Warning',
        'DriftRepairGivenUp',
        expect.stringContaining(`putting back ConfigMap n/a was refused: ${error.message}`),
      ],
    ]);
  });

  test('that passes is ridden out', async () => {
    const { kube, repaired, data, pass, until, logs } = await setUp([recordOf('i', [configMap('a')])]);
    kube.failNext(
      ({ verb, kind }) => verb === 'create' && kind === 'ConfigMap',
      new KubeError('unavailable', 'no'),
    );
    await kube.remove(ref('a'));
    await until(() => logs.includes('objects not compared for now'));
    await pass(1_000);
    await repaired(1);
    expect(await data('a')).toEqual({ key: 'written' });
  });

  test('with somebody who is faster is looked at again, and nothing of theirs is lost', async () => {
    const kube = new MemoryKube();
    const { repaired, data, pass } = await setUp([recordOf('i', [configMap('a')])], { kube });
    const patch = kube.patch.bind(kube);
    let isFirst = true;
    kube.patch = async (of, body, options) => {
      if (isFirst) {
        isFirst = false;
        await patch(of, { type: 'merge', body: { data: { theirs: 'x' } } });
      }
      return patch(of, body, options);
    };
    await kube.update({ ...configMap('a', 'i', { key: 'changed' }) });
    await pass(1_000);
    await repaired(1);
    expect(await data('a')).toEqual({ key: 'written', theirs: 'x' });
  });

  test('with Events is told once and stops nothing', async () => {
    const { kube, repaired, data, logs, pass } = await setUp([recordOf('i', [configMap('a')])]);
    kube.failNext(
      ({ kind }) => kind === 'Event',
      new KubeError('forbidden', 'may not create events'),
      Infinity,
    );
    await kube.remove(ref('a'));
    await repaired(1);
    await change(kube, 'a', { key: 'changed' });
    await pass(1_000);
    await repaired(2);
    expect(await data('a')).toEqual({ key: 'written' });
    expect(logs.filter((msg) => msg === 'event not written')).toHaveLength(1);
  });

  test('with the store at the start is ridden out', async () => {
    const store = new MemoryInstanceStore();
    await store.put(recordOf('i', [configMap('a')]), undefined);
    let isFirst = true;
    const failing: DriftRepairOptions['store'] = {
      get: async (id) => store.get(id),
      list: (filter) => {
        if (isFirst) {
          isFirst = false;
          throw new Error('no connection');
        }
        return store.list(filter);
      },
    };
    const waits: number[] = [];
    const { repaired, data } = await setUp([], {
      store: failing,
      delay: async (ms, signal) => {
        waits.push(ms);
        if (ms !== 1_000)
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      },
    });
    await repaired(1);
    expect(await data('a')).toEqual({ key: 'written' });
    expect(waits).toContain(1_000);
  });
});

test('an instance is looked at under its lock', async () => {
  const locked: string[] = [];
  const { kube, repaired } = await setUp([recordOf('i', [configMap('a')])], {
    async exclusive(instanceId, task) {
      locked.push(instanceId);
      return task();
    },
  });
  await kube.remove(ref('a'));
  await repaired(1);
  expect(new Set(locked)).toEqual(new Set(['i']));
});

test('two replicas put one object back once', async () => {
  const kube = new MemoryKube();
  const records = [recordOf('i', [configMap('a')])];
  const [one, two] = [await setUp(records, { kube }), await setUp(records, { kube, made: [] })];
  await kube.remove(ref('a'));
  await Promise.race([one.repaired(1), two.repaired(1)]);
  await change(kube, 'a', { key: 'changed' });
  await Promise.race([one.pass(1_000), two.pass(1_000)]);
  await one.until(() => one.told.length + two.told.length >= 2);
  expect(await one.data('a')).toEqual({ key: 'written' });
});
