import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { BrokerError } from '../errors.js';
import { KeyQueue } from '../key-queue.js';
import { createLogger } from '../log.js';
import { noMetrics } from '../metrics/metrics.js';
import type { Provisioner, Resources, Work } from '../provision/provisioner.js';
import type { InstanceRecord } from '../store/instance-record.js';
import type { StoredInstance } from '../store/instance-store.js';
import { RecordTooLarge, StoreUnavailable } from '../store/instance-store.js';
import { MemoryInstanceStore } from '../store/memory-instance-store.js';
import { OperationEngine } from './operation-engine.js';
import { Recovery } from './recovery.js';
import { begin, deprovisioning } from './transitions.js';

const LEASE_MS = 9_000;

/** A provisioner over a set of names: what is "there" is what a cluster would hold. */
class FakeProvisioner implements Provisioner {
  readonly kind = 'ProvisionConfigMapObjects';
  readonly there = new Set<string>();
  readonly fails = new Map<'make' | 'ready' | 'change' | 'remove', unknown[]>();
  /** While it is set, making waits for it, or for the signal. */
  gate: Promise<void> | undefined;

  plan(): Promise<Resources> {
    return Promise.reject(new Error('not planned here'));
  }

  async make(
    resources: Resources,
    { signal }: Work,
  ): Promise<{ made: Resources; failure?: { error: unknown } }> {
    const error = this.#next('make');
    if (error !== undefined) return { made: resourcesOf(), failure: { error } };
    await this.#pass(signal);
    for (const name of namesOf(resources)) this.there.add(name);
    return { made: resources };
  }

  awaitReady(): Promise<void> {
    const error = this.#next('ready');
    return error === undefined ? Promise.resolve() : Promise.reject(asError(error));
  }

  async change(from: Resources, to: Resources, { signal }: Work): Promise<Resources> {
    for (const name of namesOf(to)) this.there.add(name);
    const error = this.#next('change');
    if (error !== undefined) throw asError(error);
    await this.#pass(signal);
    for (const name of namesOf(from)) if (!namesOf(to).includes(name)) this.there.delete(name);
    return to;
  }

  async remove(resources: Resources, { signal }: Work): Promise<void> {
    const error = this.#next('remove');
    if (error !== undefined) throw asError(error);
    await this.#pass(signal);
    for (const name of namesOf(resources)) this.there.delete(name);
  }

  #next(step: 'make' | 'ready' | 'change' | 'remove'): unknown {
    return this.fails.get(step)?.shift();
  }

  async #pass(signal: AbortSignal): Promise<void> {
    if (this.gate === undefined) return;
    await Promise.race([
      this.gate,
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(asError(signal.reason)), { once: true });
      }),
    ]);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('aborted');
}

function namesOf({ objects }: Resources): string[] {
  return objects.flat().map(({ metadata }) => metadata.name ?? '');
}

function resourcesOf(...names: string[]): Resources {
  return {
    objects: names.map((name) => [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'api-ns' } },
    ]),
    coordinates: { uri: 'tcp://host', host: 'host', endpoints: [] },
  };
}

function provisioning(holder: string, fields: Partial<InstanceRecord> = {}): InstanceRecord {
  const operation = begin('provision', { id: 'id', holder, startedAt: 0 });
  return {
    instanceId: 'i',
    attributes: {
      serviceId: 's',
      planId: 'p',
      organizationGuid: 'o',
      spaceGuid: 's',
      context: {},
      parameters: {},
    },
    provisionKind: 'ProvisionConfigMapObjects',
    resources: resourcesOf('a', 'b'),
    generated: {},
    consumer: 'client-ns',
    state: 'provisioning',
    operation,
    bindings: [],
    ...fields,
  };
}

function updating(holder: string, ...names: string[]): InstanceRecord {
  const record = provisioning(holder);
  const { attributes, provisionKind, generated } = record;
  return {
    ...record,
    state: 'updating',
    operation: begin('update', { id: 'id', holder, startedAt: 0 }),
    target: { attributes, provisionKind, generated, resources: resourcesOf(...names) },
  };
}

/** One process over the shared store and cluster. */
function processOf(
  holder: string,
  store: MemoryInstanceStore,
  provisioner: FakeProvisioner,
  provisionerOf: () => Provisioner = () => provisioner,
): OperationEngine {
  return new OperationEngine({
    store,
    provisionerOf,
    revoke: () => Promise.resolve(),
    logger: createLogger({ write: () => undefined }),
    metrics: noMetrics,
    holder,
    leaseMs: LEASE_MS,
    synchronousMs: 45_000,
    asynchronousMs: 600_000,
    backoff: () => 1_000,
    now: () => Date.now(),
    clock: () => Date.now(),
  });
}

const refused = new BrokerError('ClusterRefused', 'creating Service x was refused');
const broken = new BrokerError('InternalError', 'broken');
const away = new BrokerError('ClusterUnavailable', 'the API server is away');

let store: MemoryInstanceStore;
let provisioner: FakeProvisioner;
let engine: OperationEngine;

beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
  store = new MemoryInstanceStore();
  provisioner = new FakeProvisioner();
  engine = processOf('me', store, provisioner);
});

afterEach(() => {
  jest.useRealTimers();
});

async function stored(record: InstanceRecord): Promise<StoredInstance> {
  return { record, version: await store.put(record, undefined) };
}

async function recordNow(): Promise<InstanceRecord | undefined> {
  return (await store.get('i'))?.record;
}

/** Lets time pass until a promise is settled. */
async function settled<Value>(promise: Promise<Value>): Promise<Value> {
  const state = { isSettled: false };
  void promise.finally(() => (state.isSettled = true)).catch(() => undefined);
  for (let turn = 0; turn < 2_000 && !state.isSettled; turn += 1) await jest.advanceTimersByTimeAsync(500);
  return promise;
}

describe('provisioning', () => {
  test('makes the objects and writes that the instance is ready', async () => {
    const finished = await settled(engine.run(await stored(provisioning('me'))));
    expect(finished).toEqual({ outcome: 'succeeded' });
    expect([...provisioner.there]).toEqual(['a', 'b']);
    expect(await recordNow()).toMatchObject({ state: 'ready', operation: { state: 'succeeded' } });
    expect((await recordNow())?.operation.holder).toBeUndefined();
  });

  test('that is refused leaves nothing behind', async () => {
    provisioner.fails.set('make', [refused]);
    const finished = await settled(engine.run(await stored(provisioning('me'))));
    expect(finished).toEqual({ outcome: 'failed', error: refused });
    expect(provisioner.there.size).toBe(0);
    expect(await recordNow()).toBeUndefined();
  });

  test('that is refused while a platform polls leaves the reason, and nothing else', async () => {
    provisioner.fails.set('make', [refused]);
    const record = provisioning('me');
    await settled(
      engine.run(await stored({ ...record, operation: { ...record.operation, asynchronous: true } })),
    );
    expect(await recordNow()).toMatchObject({
      state: 'failed',
      operation: { state: 'failed', failure: { description: 'creating Service x was refused' } },
    });
    expect(provisioner.there.size).toBe(0);
  });

  test('that does not get ready is taken back', async () => {
    provisioner.fails.set('ready', [new BrokerError('NotReady', 'Deployment a: 0 of 1 available')]);
    await settled(engine.run(await stored(provisioning('me', { readinessSeconds: 5 }))));
    expect(provisioner.there.size).toBe(0);
    expect(await recordNow()).toMatchObject({
      state: 'failed',
      operation: { failure: { code: 'NotReady', description: 'Deployment a: 0 of 1 available' } },
    });
  });

  test('that can not be taken back keeps what may be left for the deprovisioning', async () => {
    provisioner.fails.set('ready', [broken]);
    provisioner.fails.set('remove', [away]);
    const finished = await settled(engine.run(await stored(provisioning('me', { readinessSeconds: 5 }))));
    expect(finished).toMatchObject({ outcome: 'failed', error: { code: 'ProvisionIncomplete' } });
    const record = await recordNow();
    expect(record?.state).toBe('failed');
    if (record === undefined) throw new Error('the record is there');
    const { version } = (await store.get('i')) ?? { version: '' };
    const next = deprovisioning(record, begin('deprovision', { id: 'id', holder: 'me', startedAt: 0 }));
    await settled(engine.run({ record: next, version: await store.put(next, version) }));
    expect(provisioner.there.size).toBe(0);
    expect(await recordNow()).toBeUndefined();
  });

  test('that a platform polls rides out an API server that goes away', async () => {
    provisioner.fails.set('make', [away, away]);
    const record = provisioning('me');
    const finished = await settled(
      engine.run(await stored({ ...record, operation: { ...record.operation, asynchronous: true } })),
    );
    expect(finished).toEqual({ outcome: 'succeeded' });
    expect([...provisioner.there]).toEqual(['a', 'b']);
  });

  test('removes first what an earlier attempt left', async () => {
    provisioner.there.add('old');
    await settled(engine.run(await stored(provisioning('me', { leftovers: resourcesOf('old') }))));
    expect([...provisioner.there]).toEqual(['a', 'b']);
    expect((await recordNow())?.leftovers).toBeUndefined();
  });
});

describe('updating', () => {
  beforeEach(() => {
    provisioner.there.add('a').add('b');
  });

  test('changes the instance into its target', async () => {
    await settled(engine.run(await stored(updating('me', 'b', 'c'))));
    expect([...provisioner.there].toSorted()).toEqual(['b', 'c']);
    expect(await recordNow()).toMatchObject({ state: 'ready', resources: resourcesOf('b', 'c') });
    expect((await recordNow())?.target).toBeUndefined();
  });

  test('that is refused restores what was, and says so', async () => {
    provisioner.fails.set('change', [refused]);
    const finished = await settled(engine.run(await stored(updating('me', 'b', 'c'))));
    expect(finished).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'ClusterRefused',
        message: 'creating Service x was refused; the previous state was restored',
        instanceUsable: true,
        updateRepeatable: false,
      },
    });
    expect([...provisioner.there].toSorted()).toEqual(['a', 'b']);
    expect(await recordNow()).toMatchObject({ state: 'ready', resources: resourcesOf('a', 'b') });
  });

  test('that can be neither done nor restored says that the instance is not usable, and loses nothing', async () => {
    provisioner.fails.set('change', [refused, broken]);
    const finished = await settled(engine.run(await stored(updating('me', 'b', 'c'))));
    expect(finished).toMatchObject({
      error: { code: 'UpdateIncomplete', instanceUsable: false },
    });
    expect(await recordNow()).toMatchObject({ state: 'ready', leftovers: resourcesOf('b', 'c') });
  });

  test('restores first what an earlier update could not', async () => {
    const changes: string[] = [];
    provisioner.change = async (from, to) => {
      changes.push(`${namesOf(from).join()} to ${namesOf(to).join()}`);
      return Promise.resolve(to);
    };
    const record = { ...updating('me', 'd'), leftovers: resourcesOf('b', 'c') };
    await settled(engine.run(await stored(record)));
    expect(changes).toEqual(['b,c to a,b', 'a,b to d']);
    const after = await recordNow();
    expect([after?.state, after?.leftovers, after?.resources]).toEqual([
      'ready',
      undefined,
      resourcesOf('d'),
    ]);
  });

  test('that still can not restore it says so, and forgets nothing', async () => {
    provisioner.fails.set('change', [broken]);
    const record = { ...updating('me', 'd'), leftovers: resourcesOf('b', 'c') };
    expect(await settled(engine.run(await stored(record)))).toMatchObject({
      error: { code: 'UpdateIncomplete', instanceUsable: false },
    });
    expect(await recordNow()).toMatchObject({
      state: 'ready',
      resources: resourcesOf('a', 'b'),
      leftovers: resourcesOf('b', 'c'),
      operation: { failure: { instanceUsable: false } },
    });
  });
});

describe('an operation that can not be gone on with is ended instead of tried for ever, and deleting cleans up', () => {
  const { target, ...aimless } = updating('me', 'c');

  test.each<[string, InstanceRecord, object]>([
    ['provisioning', provisioning('me'), { state: 'failed', leftovers: resourcesOf('a', 'b') }],
    ['updating', updating('me', 'c'), { state: 'ready', leftovers: resourcesOf('c') }],
    ['updating to nothing', aimless, { state: 'ready' }],
    ['deprovisioning', { ...provisioning('me'), state: 'deprovisioning' }, { state: 'deprovisioning' }],
  ])('%s', async (_state, record, after) => {
    engine = processOf('me', store, provisioner, () => {
      throw new BrokerError('OfferingMisconfigured', 'not set up any more');
    });
    const finished = await settled(engine.run(await stored(record)));
    expect(finished).toMatchObject({ outcome: 'failed' });
    expect(await recordNow()).toMatchObject({ ...after, operation: { state: 'failed' } });
  });

  test('when there is no room for the reason, the reason is shortened', async () => {
    provisioner.fails.set('ready', [new BrokerError('NotReady', 'x'.repeat(1_000))]);
    const put = store.put.bind(store);
    store.put = async (record, expected) => {
      if (JSON.stringify(record).length > 1_500) throw new RecordTooLarge('too large');
      return put(record, expected);
    };
    await settled(engine.run(await stored(provisioning('me', { readinessSeconds: 5 }))));
    expect(provisioner.there.size).toBe(0);
    expect((await recordNow())?.operation.failure?.description).toMatch(/^x{200}…$/);
  });
});

describe('deprovisioning', () => {
  test('halts a provisioning that another process runs: that process turns to it', async () => {
    provisioner.gate = new Promise(() => undefined);
    const { record, version } = await stored(provisioning('me'));
    const running = engine.run({ record, version });
    await jest.advanceTimersByTimeAsync(100);
    provisioner.gate = undefined;
    // Another process writes what is wanted, and leaves it to the holder to act.
    const operation = { ...begin('deprovision', { id: 'id', holder: 'me', startedAt: 0 }) };
    const now = await store.get('i');
    await store.put(deprovisioning(now?.record ?? record, operation), now?.version);
    // Whoever waits for the provisioning must not hear of the success of the other.
    expect(await settled(running)).toEqual({ outcome: 'lost' });
    await settled<unknown>(engine.finished('i') ?? Promise.resolve(undefined));
    expect(provisioner.there.size).toBe(0);
    expect(await recordNow()).toBeUndefined();
  });

  test('that fails stays to be asked for again', async () => {
    provisioner.fails.set('remove', [new BrokerError('DeprovisionIncomplete', 'Service x is not gone yet')]);
    const record = deprovisioning(
      provisioning('me'),
      begin('deprovision', { id: 'id', holder: 'me', startedAt: 0 }),
    );
    const finished = await settled(engine.run(await stored(record)));
    expect(finished).toMatchObject({
      error: { message: 'Service x is not gone yet', instanceUsable: false },
    });
    expect(await recordNow()).toMatchObject({ state: 'deprovisioning', operation: { state: 'failed' } });
  });
});

describe('a process that ends', () => {
  test('gives back what it could not finish, so that the next one goes on at once', async () => {
    provisioner.gate = new Promise(() => undefined);
    const running = engine.run(await stored(provisioning('me')));
    await jest.advanceTimersByTimeAsync(100);
    await settled(engine.stop(1_000));
    expect(await running).toEqual({ outcome: 'lost' });
    expect(await recordNow()).toMatchObject({ state: 'provisioning', operation: { state: 'in progress' } });

    provisioner.gate = undefined;
    const next = processOf('next', store, provisioner);
    await recoveryOf(next).look();
    await settled<unknown>(next.finished('i') ?? Promise.resolve(undefined));
    expect(await recordNow()).toMatchObject({ state: 'ready' });
  });

  test('waits for what can be finished', async () => {
    let open: () => void = () => undefined;
    provisioner.gate = new Promise((resolve) => (open = resolve));
    void engine.run(await stored(provisioning('me')));
    const stopped = engine.stop(10_000);
    open();
    await settled(stopped);
    expect(await recordNow()).toMatchObject({ state: 'ready' });
  });
});

test('an operation that was followed by another one is over before that begins, which is reported by itself', async () => {
  const first = await stored(provisioning('me'));
  let answer: () => void = () => undefined;
  const put = store.put.bind(store);
  store.put = async (record, expected) => {
    const version = await put(record, expected);
    if (record.state === 'ready') await new Promise<void>((resolve) => (answer = resolve));
    return version;
  };
  const provisioned = engine.run(first);
  await jest.advanceTimersByTimeAsync(100);
  // The store says that the instance is ready before the process that made it hears so.
  const { record, version } = (await store.get('i')) ?? first;
  const next = deprovisioning(record, begin('deprovision', { id: 'x', holder: 'me', startedAt: 0 }));
  const gone = engine.run({ record: next, version: await store.put(next, version) });
  await jest.advanceTimersByTimeAsync(100);
  expect(provisioner.there.size).toBe(2);
  answer();
  expect(await settled(Promise.all([provisioned, gone]))).toEqual([
    { outcome: 'succeeded' },
    { outcome: 'succeeded' },
  ]);
  expect([await recordNow(), provisioner.there.size]).toEqual([undefined, 0]);
});

test('what is awaited is told as it was reported last, also while an earlier report is being written', async () => {
  const first = provisioning('me');
  const asynchronous = { ...first, operation: { ...first.operation, asynchronous: true } };
  let report: (text: string) => void = () => undefined;
  jest.spyOn(provisioner, 'make').mockImplementation(async (_resources, work) => {
    report = (text) => work.progress(text);
    return new Promise(() => undefined);
  });
  void engine.run(await stored(asynchronous));
  await jest.advanceTimersByTimeAsync(100);
  const put = store.put.bind(store);
  const answers: (() => void)[] = [];
  store.put = async (record, expected) => {
    await new Promise<void>((resolve) => answers.push(resolve));
    return put(record, expected);
  };
  report('0 of 1 updated');
  await jest.advanceTimersByTimeAsync(100);
  report('0 of 1 available');
  report('0 of 1 available: Unschedulable');
  answers.shift()?.();
  await jest.advanceTimersByTimeAsync(100);
  answers.shift()?.();
  await jest.advanceTimersByTimeAsync(100);
  expect(await recordNow()).toMatchObject({ operation: { progress: '0 of 1 available: Unschedulable' } });
  expect(answers).toEqual([]);
});

function recoveryOf(of: OperationEngine): Recovery {
  return new Recovery({
    store,
    engine: of,
    queue: new KeyQueue(),
    logger: createLogger({ write: () => undefined }),
    leaseMs: LEASE_MS,
    now: () => Date.now(),
  });
}

describe('recovery', () => {
  test('takes a record over when its holder was silent for the length of a lease', async () => {
    await stored(provisioning('dead'));
    const recovery = recoveryOf(engine);
    await recovery.look();
    await jest.advanceTimersByTimeAsync(LEASE_MS - 1);
    await recovery.look();
    expect(engine.isRunning('i')).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    await recovery.look();
    await settled<unknown>(engine.finished('i') ?? Promise.resolve(undefined));
    expect(await recordNow()).toMatchObject({ state: 'ready' });
  });

  test('leaves a record alone whose holder gives signs of life', async () => {
    provisioner.gate = new Promise(() => undefined);
    const other = processOf('other', store, provisioner);
    void other.run(await stored(provisioning('other')));
    const recovery = recoveryOf(engine);
    for (let look = 0; look < 10; look += 1) {
      await jest.advanceTimersByTimeAsync(LEASE_MS / 2);
      await recovery.look();
    }
    expect(engine.isRunning('i')).toBe(false);
    expect((await recordNow())?.operation.holder).toBe('other');
    await settled(other.stop(0));
  });

  test('goes on with an undoing that was interrupted', async () => {
    provisioner.there.add('a');
    const record = provisioning('dead');
    await stored({
      ...record,
      operation: {
        ...record.operation,
        direction: 'back',
        failure: { code: 'ClusterRefused', description: 'refused before the crash' },
      },
    });
    const recovery = recoveryOf(engine);
    await recovery.look();
    await jest.advanceTimersByTimeAsync(LEASE_MS);
    await recovery.look();
    await settled<unknown>(engine.finished('i') ?? Promise.resolve(undefined));
    expect(provisioner.there.size).toBe(0);
    expect(await recordNow()).toMatchObject({
      state: 'failed',
      operation: { failure: { description: 'refused before the crash' } },
    });
  });

  test('does nothing about what was listed and is over by now', async () => {
    const listed = await stored(provisioning('me'));
    await store.delete('i', listed.version);
    store.list = () =>
      (async function* () {
        yield await Promise.resolve(listed);
      })();
    await recoveryOf(engine).look();
    expect(engine.isRunning('i')).toBe(false);
    expect(provisioner.there.size).toBe(0);
  });

  test('takes the others over when one can not be written', async () => {
    const { holder, ...free } = provisioning('me').operation;
    await stored(provisioning('me', { instanceId: 'full', operation: free }));
    await stored(provisioning('me', { operation: free }));
    const put = store.put.bind(store);
    store.put = async (record, expected) => {
      if (record.instanceId === 'full') throw new RecordTooLarge('too large');
      return put(record, expected);
    };
    await recoveryOf(engine).look();
    await settled<unknown>(engine.finished('i') ?? Promise.resolve(undefined));
    expect(await recordNow()).toMatchObject({ state: 'ready' });
  });

  test('lets one of two processes that look at the same time win', async () => {
    await stored(provisioning('dead'));
    const other = processOf('other', store, provisioner);
    const recoveries = [recoveryOf(engine), recoveryOf(other)];
    await Promise.all(recoveries.map(async (recovery) => recovery.look()));
    await jest.advanceTimersByTimeAsync(LEASE_MS);
    await Promise.all(recoveries.map(async (recovery) => recovery.look()));
    expect([engine.isRunning('i'), other.isRunning('i')].filter(Boolean)).toHaveLength(1);
    await settled<unknown>(Promise.all([engine.finished('i'), other.finished('i')]));
    expect(await recordNow()).toMatchObject({ state: 'ready' });
  });
});

test('a store that can not be reached for a moment costs nothing but the moment', async () => {
  const first = await stored(provisioning('me'));
  const put = store.put.bind(store);
  let failures = 2;
  store.put = async (record, expected) => {
    if (failures > 0) {
      failures -= 1;
      throw new StoreUnavailable('away');
    }
    return put(record, expected);
  };
  expect(await settled(engine.run(first))).toEqual({ outcome: 'succeeded' });
  expect(await recordNow()).toMatchObject({ state: 'ready' });
});

test('an operation that is told to be asynchronous while it runs keeps its failure', async () => {
  let open: () => void = () => undefined;
  provisioner.gate = new Promise((resolve) => (open = resolve));
  provisioner.fails.set('ready', [refused]);
  const running = engine.run(await stored(provisioning('me', { readinessSeconds: 5 })));
  await jest.advanceTimersByTimeAsync(100);
  expect(await engine.makeAsynchronous('i', 'provision-id')).toBe(true);
  open();
  await settled(running);
  expect(await recordNow()).toMatchObject({ state: 'failed', operation: { asynchronous: true } });
});

test('an operation that is told to be asynchronous while it is taken back keeps its failure', async () => {
  let open: () => void = () => undefined;
  provisioner.fails.set('ready', [refused]);
  provisioner.remove = async () => new Promise((resolve) => (open = resolve));
  const running = engine.run(await stored(provisioning('me', { readinessSeconds: 5 })));
  await jest.advanceTimersByTimeAsync(100);
  const told = engine.makeAsynchronous('i', 'provision-id');
  open();
  expect(await settled(told)).toBe(true);
  await settled(running);
  expect(await recordNow()).toMatchObject({ state: 'failed', operation: { asynchronous: true } });
});

test('an operation that ends before it can be told to be asynchronous says so', async () => {
  let told: Promise<boolean> | undefined;
  const remove = store.delete.bind(store);
  store.delete = async (instanceId, expected) => {
    told = engine.makeAsynchronous('i', 'provision-id');
    await remove(instanceId, expected);
  };
  provisioner.fails.set('make', [refused]);
  await settled(engine.run(await stored(provisioning('me'))));
  expect(await told).toBe(false);
});

test('a write that happened although the store did not say so is not done twice', async () => {
  const first = await stored(provisioning('me'));
  const put = store.put.bind(store);
  const remove = store.delete.bind(store);
  let unheard = 1;
  store.put = async (record, expected) => {
    const version = await put(record, expected);
    unheard -= 1;
    if (unheard >= 0) throw new StoreUnavailable('the answer was lost');
    return version;
  };
  expect(await settled(engine.run(first))).toEqual({ outcome: 'succeeded' });
  let isFirst = true;
  store.delete = async (instanceId, expected) => {
    await remove(instanceId, expected);
    if (isFirst) {
      isFirst = false;
      throw new StoreUnavailable('the answer was lost');
    }
  };
  const { record, version } = (await store.get('i')) ?? first;
  const next = deprovisioning(record, begin('deprovision', { id: 'id', holder: 'me', startedAt: 0 }));
  const gone = engine.run({ record: next, version: await store.put(next, version) });
  expect(await settled(gone)).toEqual({ outcome: 'succeeded' });
  expect(provisioner.there.size).toBe(0);
});
