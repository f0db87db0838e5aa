import { afterEach, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '@mesitis/kube';
import { KeyQueue } from '../key-queue.js';
import { noMetrics } from '../metrics/metrics.js';
import type { BindingRecord, InstanceRecord } from '../store/instance-record.js';
import { MemoryInstanceStore } from '../store/memory-instance-store.js';
import { instanceRecord } from '../testing/record-fixture.js';
import type { CredentialSource, Renewed } from './credential-source.js';
import { dueRenewals, LeaseRenewal } from './renew-leases.js';

const HOUR = 3_600_000;

/** A source whose leases are due at `issued.due`; each renewal puts that off by an hour. */
class FakeSource implements CredentialSource {
  readonly kind = 'CredentialFromVault';
  readonly renewals: unknown[] = [];
  /** What renewing comes to, by the lease's name. */
  readonly outcomes = new Map<unknown, Error | 'over' | 'last'>();
  /** Runs while Vault is asked. */
  meanwhile: () => Promise<unknown> = async () => Promise.resolve();

  issues(): boolean {
    return true;
  }
  deliver(): Promise<never> {
    return Promise.reject(new Error('nobody asks for that'));
  }
  revoke(): Promise<never> {
    return Promise.reject(new Error('nobody asks for that'));
  }
  async renew(issued: JsonObject): Promise<Renewed | undefined> {
    this.renewals.push(issued['name']);
    await this.meanwhile();
    const outcome = this.outcomes.get(issued['name']);
    if (outcome instanceof Error) throw outcome;
    if (outcome === 'over') return undefined;
    const due = outcome === 'last' ? null : Number(issued['due']) + HOUR;
    return { issued: { ...issued, due } };
  }
  renewalDue(issued: JsonObject): number | undefined {
    return typeof issued['due'] === 'number' ? issued['due'] : undefined;
  }
}

function binding(bindingId: string, due: number | null, more: Partial<BindingRecord> = {}): BindingRecord {
  const attributes = { serviceId: 's', planId: 'p', context: {}, parameters: {} };
  const issued = { kind: 'CredentialFromVault', name: bindingId, due };
  return { bindingId, state: 'bound', attributes, issued, ...more };
}

function record(instanceId: string, ...bindings: BindingRecord[]): InstanceRecord {
  const one = instanceRecord(instanceId, { state: 'ready' });
  return { ...one, operation: { ...one.operation, state: 'succeeded' }, bindings };
}

describe('which renewals are due', () => {
  const source = new FakeSource();

  test.each<[string, BindingRecord, number, string[]]>([
    ['one whose time has come', binding('b', 100), 100, ['b']],
    ['not one before its time', binding('b', 100), 99, []],
    ['not one that is never due', binding('b', null), 100, []],
    ['not what is still being bound', binding('b', 100, { state: 'binding' }), 100, []],
    ['not what no source knows', binding('b', 100, { issued: { kind: 'Other', due: 1 } }), 100, []],
  ])('%s', (_what, one, now, due) => {
    expect(dueRenewals(record('i', one), [source], now).map(({ bindingId }) => bindingId)).toEqual(due);
  });

  test('not a binding without anything issued', () => {
    const { bindingId, state, attributes } = binding('b', 100);
    const bare: BindingRecord = { bindingId, state, attributes };
    expect(dueRenewals(record('i', bare), [source], 100)).toEqual([]);
  });
});

describe('renewing leases', () => {
  const running: LeaseRenewal[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map(async (renewal) => renewal.stop()));
  });

  /** A renewal over a store with these records, with a clock and timers that the test moves. */
  async function stage(...records: InstanceRecord[]): Promise<{
    renewal: LeaseRenewal;
    source: FakeSource;
    store: MemoryInstanceStore;
    clock: { now: number };
    logs: unknown[][];
    timers: { run: () => void; ms: number }[];
    kept: (instanceId: string) => Promise<unknown[]>;
  }> {
    const store = new MemoryInstanceStore();
    for (const one of records) await store.put(one, undefined);
    const source = new FakeSource();
    const clock = { now: 1000 };
    const logs: unknown[][] = [];
    const timers: { run: () => void; ms: number }[] = [];
    const log = (...line: unknown[]): void => void logs.push(line);
    const renewal = new LeaseRenewal({
      store,
      sources: [source],
      queue: new KeyQueue(),
      now: () => clock.now,
      setTimer: (run, ms) => {
        timers.push({ run, ms });
        return () => void timers.splice(0);
      },
      logger: { info: log, warn: log },
      metrics: noMetrics,
    });
    running.push(renewal);
    const kept = async (instanceId: string): Promise<unknown[]> =>
      ((await store.get(instanceId))?.record.bindings ?? []).map(({ issued }) => issued?.['due']);
    return { renewal, source, store, clock, logs, timers, kept };
  }

  test('prolongs what is due and writes it down, leaves the rest', async () => {
    const { renewal, source, kept } = await stage(
      record('i', binding('a', 900), binding('b', 5000), binding('c', 1000)),
      record('j', binding('d', 2000)),
      record('k'),
    );
    await renewal.look();
    expect(source.renewals).toEqual(['a', 'c']);
    expect(await kept('i')).toEqual([900 + HOUR, 5000, 1000 + HOUR]);
    expect(await kept('j')).toEqual([2000]);
  });

  test('comes again by itself', async () => {
    const { renewal, source, clock, timers } = await stage(record('i', binding('a', 900)));
    renewal.start();
    await new Promise(setImmediate);
    expect([source.renewals, timers.map(({ ms }) => ms)]).toEqual([['a'], [30_000]]);
    clock.now = 901 + HOUR;
    timers.splice(0)[0]?.run();
    await new Promise(setImmediate);
    expect([source.renewals, timers.map(({ ms }) => ms)]).toEqual([['a', 'a'], [30_000]]);
    await renewal.stop();
    expect(timers).toEqual([]);
  });

  test('begins nothing new once it is stopped', async () => {
    const { renewal, source, timers } = await stage(
      ...Array.from({ length: 20 }, (_, index) => record(`i-${index}`, binding('a', 900))),
    );
    let stopped: Promise<void> | undefined;
    source.meanwhile = async () => {
      stopped ??= renewal.stop();
      return Promise.resolve();
    };
    renewal.start();
    await new Promise(setImmediate);
    await stopped;
    expect(source.renewals.length).toBeLessThanOrEqual(8);
    expect(timers).toEqual([]);
  });

  test('reads the whole store now and then, and what this process bound at once', async () => {
    const { renewal, source, store, clock } = await stage();
    await renewal.look();
    await store.put(record('other', binding('a', 2000)), undefined);
    await store.put(record('mine', binding('b', 2000)), undefined);
    renewal.noticed(record('mine', binding('b', 2000)));
    clock.now = 2000;
    await renewal.look();
    expect(source.renewals).toEqual(['b']);
    clock.now = 301_000;
    await renewal.look();
    expect(source.renewals).toEqual(['b', 'a']);
  });

  test('a lease that is over is told once, by its ids, and left alone', async () => {
    const { renewal, source, clock, logs, kept, store } = await stage(
      record('i', binding('a', 900), binding('b', 950)),
    );
    source.outcomes.set('a', 'over').set('b', 'last');
    await renewal.look();
    clock.now += 10 * HOUR;
    await renewal.look();
    await renewal.look();
    expect(source.renewals).toEqual(['a', 'b']);
    expect(logs).toEqual([
      [{ instance: 'i', binding: 'a' }, 'a lease can not be prolonged any more'],
      [{ instance: 'i', binding: 'b' }, 'a lease can not be prolonged any more'],
    ]);
    expect(await kept('i')).toEqual([900, null]);
    // The same binding id, bound anew, has another lease.
    const stored = await store.get('i');
    await store.put(record('i', binding('a', clock.now + 1)), stored?.version);
    source.outcomes.clear();
    clock.now += HOUR;
    await renewal.look();
    expect(source.renewals).toEqual(['a', 'b', 'a']);
  });

  test('a failure is told once, and tried again in each round', async () => {
    const { renewal, source, logs, kept } = await stage(record('i', binding('a', 900), binding('b', 900)));
    const failure = new Error('Vault is sealed');
    source.outcomes.set('a', failure);
    await renewal.look();
    await renewal.look();
    expect(source.renewals).toEqual(['a', 'b', 'a']);
    expect(logs).toEqual([[{ instance: 'i', binding: 'a', err: failure }, 'renewing a lease failed']]);
    source.outcomes.clear();
    await renewal.look();
    expect(await kept('i')).toEqual([900 + HOUR, 900 + HOUR]);
  });

  test('what somebody else wrote meanwhile stays', async () => {
    const { renewal, source, store, kept, logs } = await stage(record('i', binding('a', 900)));
    source.meanwhile = async () => {
      source.meanwhile = async () => Promise.resolve();
      const stored = await store.get('i');
      return store.put(record('i', binding('a', 900), binding('new', 5000)), stored?.version);
    };
    await renewal.look();
    expect(await kept('i')).toEqual([900 + HOUR, 5000]);
    expect(logs).toEqual([]);
  });

  test('nothing is written to a binding that was made anew under the same id meanwhile', async () => {
    const { renewal, source, store, kept } = await stage(record('i', binding('a', 900)));
    source.meanwhile = async () => {
      const stored = await store.get('i');
      return store.put(record('i', binding('a', 7000)), stored?.version);
    };
    await renewal.look();
    expect(await kept('i')).toEqual([7000]);
  });

  test('requests for the instance do not wait for Vault, and the end of the process not for all leases', async () => {
    const queue = new KeyQueue();
    const store = new MemoryInstanceStore();
    await store.put(record('i', binding('a', 900), binding('b', 900)), undefined);
    const source = new FakeSource();
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((told) => {
      source.meanwhile = async () => {
        told();
        await new Promise<void>((resolve) => (answer = resolve));
      };
    });
    const log = (): void => undefined;
    const renewal = new LeaseRenewal({
      store,
      sources: [source],
      queue,
      now: () => 1000,
      setTimer: () => () => undefined,
      logger: { info: log, warn: log },
      metrics: noMetrics,
    });
    renewal.start();
    await asked;
    expect(await queue.run('i', async () => Promise.resolve('served'))).toBe('served');
    const stopped = renewal.stop();
    answer();
    await stopped;
    expect(source.renewals).toEqual(['a']);
    const bindings = (await store.get('i'))?.record.bindings.map(({ issued }) => issued?.['due']);
    expect(bindings).toEqual([900 + HOUR, 900]);
  });

  test('under an operation the lease is prolonged and the record left to its holder', async () => {
    const busy = record('i', binding('a', 900));
    busy.operation.state = 'in progress';
    const { renewal, source, store, kept } = await stage(busy);
    await renewal.look();
    await renewal.look();
    expect([source.renewals, await kept('i')]).toEqual([['a', 'a'], [900]]);
    const stored = await store.get('i');
    await store.put(record('i', binding('a', 900)), stored?.version);
    await renewal.look();
    expect(await kept('i')).toEqual([900 + HOUR]);
  });

  test('waits for a request of this process for the same instance', async () => {
    const queue = new KeyQueue();
    const store = new MemoryInstanceStore();
    const version = await store.put(record('i', binding('a', 900)), undefined);
    const source = new FakeSource();
    const log = (): void => undefined;
    const renewal = new LeaseRenewal({
      store,
      sources: [source],
      queue,
      now: () => 1000,
      setTimer: () => () => undefined,
      logger: { info: log, warn: log },
      metrics: noMetrics,
    });
    let unbind: () => void = () => undefined;
    const unbinding = queue.run('i', async () => {
      await new Promise<void>((resolve) => {
        unbind = resolve;
      });
      await store.put(record('i'), version);
    });
    const looking = renewal.look();
    await new Promise(setImmediate);
    unbind();
    await Promise.all([unbinding, looking]);
    expect(source.renewals).toEqual([]);
  });

  test('a store that fails, and an instance that is gone, do no harm', async () => {
    const { renewal, source, store, clock, logs } = await stage(record('i', binding('a', 2000)));
    const list = store.list.bind(store);
    store.list = () => {
      throw new Error('no store');
    };
    await renewal.look();
    store.list = list;
    await renewal.look();
    await store.delete('i', (await store.get('i'))?.version ?? '');
    clock.now = 2000;
    await renewal.look();
    expect([source.renewals, logs]).toEqual([
      [],
      [[{ err: new Error('no store') }, 'looking for leases failed']],
    ]);
  });
});
