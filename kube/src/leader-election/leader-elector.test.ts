import { describe, expect, test } from '@jest/globals';
import { KubeError } from '../errors.js';
import { ApiServer } from '../memory/api-server.js';
import { MemoryKube } from '../memory/index.js';
import type { MemoryKubeOptions } from '../memory/memory-kube.js';
import type { JsonObject } from '../port.js';
import { ELECTION_TIMING, LeaderElector } from './leader-elector.js';
import type { ElectionClock } from './leader-elector.js';

const { durationMs, renewLimitMs, renewEveryMs, lookEveryMs } = ELECTION_TIMING;
const REF = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: 'ns', name: 'lease' };

/** The clock of one machine: each has its own, so that one can stand still, or be wrong. */
class MachineClock implements ElectionClock {
  #now: number;
  readonly #timers = new Set<{ due: number; run: () => void }>();

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  date(): Date {
    return new Date(this.#now);
  }

  after(milliseconds: number, run: () => void): () => void {
    const timer = { due: this.#now + milliseconds, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Resolves once something is to be run in exactly so many milliseconds. */
  async scheduled(milliseconds: number): Promise<void> {
    while (![...this.#timers].some(({ due }) => due === this.#now + milliseconds)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (const timer of [...this.#timers].filter(({ due }) => due <= this.#now)) {
      this.#timers.delete(timer);
      timer.run();
    }
  }

  /** As for a process that is stopped: time passes, and it does nothing. */
  freezeFor(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

class Machine {
  readonly clock: MachineClock;
  readonly kube: MemoryKube;
  readonly elector: LeaderElector;
  readonly errors: unknown[] = [];

  constructor(server: ApiServer, identity: string, { startsAt = 0, ...options }: MachineOptions = {}) {
    this.clock = new MachineClock(startsAt);
    this.kube = new MemoryKube({ server, ...options });
    this.elector = new LeaderElector(this.kube, {
      namespace: 'ns',
      name: 'lease',
      identity,
      clock: this.clock,
      onError: (error) => this.errors.push(error),
    });
  }

  /** Lets the pauses between looks pass one by one, as if nothing else happened for so long. */
  async lookFor(milliseconds: number): Promise<void> {
    for (let passed = 0; passed < milliseconds; passed += lookEveryMs) {
      await this.clock.scheduled(lookEveryMs);
      this.clock.advance(lookEveryMs);
    }
  }

  async spec(): Promise<JsonObject> {
    return (await this.kube.get(REF))?.['spec'] as JsonObject;
  }
}

type MachineOptions = MemoryKubeOptions & { startsAt?: number };

function machines(...options: MachineOptions[]): [Machine, Machine] {
  const server = new ApiServer();
  const [one = {}, other = {}] = options;
  return [new Machine(server, 'a', one), new Machine(server, 'b', other)];
}

/** One that leads, and one that stands by and has looked once. */
async function leaderAndStandby(...options: MachineOptions[]): Promise<[Machine, Machine, Promise<boolean>]> {
  const [a, b] = machines(...options);
  expect(await a.elector.lead()).toBe(true);
  const leading = b.elector.lead();
  await b.clock.scheduled(lookEveryMs);
  return [a, b, leading];
}

describe('of two', () => {
  test('that stand at the same moment one leads', async () => {
    const [a, b] = machines();
    const first = await Promise.race([a, b].map((machine) => machine.elector.lead().then(() => machine)));
    const second = first === a ? b : a;
    await second.clock.scheduled(lookEveryMs);
    expect([first.elector.leads(), second.elector.leads()]).toEqual([true, false]);
  });

  test('the second leads at its next look when the first releases', async () => {
    const [a, b, leading] = await leaderAndStandby();
    await a.elector.release();
    expect(a.elector.leads()).toBe(false);
    expect(await a.spec()).toMatchObject({ holderIdentity: '', leaseTransitions: 0 });
    b.clock.advance(lookEveryMs);
    expect(await leading).toBe(true);
    expect(b.elector.leads()).toBe(true);
    expect(await b.spec()).toMatchObject({
      holderIdentity: 'b',
      leaseDurationSeconds: 15,
      leaseTransitions: 1,
    });
  });

  test.each([
    ['is right', 0],
    ['is an hour ahead', 3_600_000],
    ['is an hour behind', -3_600_000],
  ])('the second waits while the first renews, though its clock %s', async (_name, skew) => {
    const [a, b] = await leaderAndStandby({ startsAt: 1e12 }, { startsAt: 1e12 + skew });
    for (let passed = 0; passed < 2 * durationMs; passed += renewEveryMs) {
      await a.clock.scheduled(renewEveryMs);
      a.clock.advance(renewEveryMs);
      await a.clock.scheduled(renewEveryMs);
      await b.lookFor(renewEveryMs);
    }
    expect(a.elector.leads()).toBe(true);
    expect(b.elector.leads()).toBe(false);
  });

  test('the second leads when the first has been silent for as long as it said, and not before', async () => {
    const [, b, leading] = await leaderAndStandby();
    await b.lookFor(durationMs - lookEveryMs);
    await b.clock.scheduled(lookEveryMs);
    expect(b.elector.leads()).toBe(false);
    b.clock.advance(lookEveryMs);
    expect(await leading).toBe(true);
  });

  test('the first, stopped for a while, does not think that it leads when it goes on', async () => {
    const [a] = await leaderAndStandby();
    a.clock.freezeFor(renewLimitMs - 1);
    expect(a.elector.leads()).toBe(true);
    a.clock.freezeFor(1);
    expect(a.elector.leads()).toBe(false);
  });

  test('the first has lost when it finds the Lease in other hands', async () => {
    const [a] = await leaderAndStandby();
    await a.kube.patch(REF, { type: 'merge', body: { spec: { holderIdentity: 'b' } } });
    await a.clock.scheduled(renewEveryMs);
    a.clock.advance(renewEveryMs);
    expect(await a.elector.lost).toBe('the Lease is no longer ours');
    expect(a.elector.leads()).toBe(false);
    await a.elector.release();
    expect(await a.spec()).toMatchObject({ holderIdentity: 'b' });
  });

  test('the first has lost when the Lease is gone', async () => {
    const [a] = await leaderAndStandby();
    await a.kube.remove(REF);
    await a.clock.scheduled(renewEveryMs);
    a.clock.advance(renewEveryMs);
    expect(await a.elector.lost).toBe('the Lease is no longer ours');
  });
});

describe('a leader', () => {
  test('renews, and goes on after a renewal that failed', async () => {
    let failures = 0;
    const faults: MemoryKubeOptions['faults'] = ({ verb }) =>
      verb === 'update' && failures++ === 0 ? new KubeError('unavailable', 'not now') : undefined;
    const [a] = machines({ faults });
    await a.elector.lead();
    for (let round = 0; round < 10; round += 1) {
      await a.clock.scheduled(renewEveryMs);
      a.clock.advance(renewEveryMs);
    }
    await a.clock.scheduled(renewEveryMs);
    expect(a.elector.leads()).toBe(true);
    expect(a.errors).toMatchObject([{ message: 'not now' }]);
    expect(await a.spec()).toMatchObject({
      acquireTime: '1970-01-01T00:00:00.000000Z',
      renewTime: '1970-01-01T00:00:20.000000Z',
    });
  });

  test('has lost when it could not renew for so long, before anybody else may take over', async () => {
    let isDown = false;
    const faults: MemoryKubeOptions['faults'] = () =>
      isDown ? new KubeError('unavailable', 'down') : undefined;
    const [a] = machines({ faults });
    await a.elector.lead();
    isDown = true;
    for (let passed = 0; passed < renewLimitMs; passed += renewEveryMs) {
      expect(a.elector.leads()).toBe(true);
      await a.clock.scheduled(renewEveryMs);
      a.clock.advance(renewEveryMs);
    }
    expect(a.elector.leads()).toBe(false);
    expect(await a.elector.lost).toBe('the Lease could not be renewed for 10 s');
    expect(renewLimitMs).toBeLessThan(durationMs);
  });

  test('has lost in time even when the API server hangs', async () => {
    let isHung = false;
    const faults: MemoryKubeOptions['faults'] = () =>
      isHung ? new Promise<undefined>(() => undefined) : undefined;
    const [a] = machines({ faults });
    await a.elector.lead();
    isHung = true;
    a.clock.advance(renewEveryMs);
    a.clock.advance(renewLimitMs - renewEveryMs);
    expect(await a.elector.lost).toMatch(/could not be renewed/);
  });

  test('that comes back under the same identity goes on at once', async () => {
    const server = new ApiServer();
    const before = new Machine(server, 'a');
    await before.elector.lead();
    const after = new Machine(server, 'a', { startsAt: 5_000 });
    expect(await after.elector.lead()).toBe(true);
    expect(await after.spec()).toMatchObject({
      leaseTransitions: 0,
      acquireTime: '1970-01-01T00:00:00.000000Z',
      renewTime: '1970-01-01T00:00:05.000000Z',
    });
  });
});

describe('one that stands by', () => {
  test('is released without a lead', async () => {
    const [, b, leading] = await leaderAndStandby();
    await b.elector.release();
    expect(await leading).toBe(false);
    expect(await b.spec()).toMatchObject({ holderIdentity: 'a' });
  });

  test('gives back what it got while it was being released', async () => {
    let release: () => void = () => undefined;
    const isHeld = new Promise<undefined>((resolve) => (release = () => resolve(undefined)));
    const faults: MemoryKubeOptions['faults'] = ({ verb }) => (verb === 'create' ? isHeld : undefined);
    const [a] = machines({ faults });
    const leading = a.elector.lead();
    // The time limit of the request that is held.
    await a.clock.scheduled(renewLimitMs / 2);
    const released = a.elector.release();
    release();
    await released;
    expect(await leading).toBe(false);
    expect(await a.spec()).toMatchObject({ holderIdentity: '' });
  });

  test('tells what is in its way, and goes on', async () => {
    let isForbidden = true;
    const faults: MemoryKubeOptions['faults'] = () =>
      isForbidden ? new KubeError('forbidden', 'may not get leases') : undefined;
    const [a] = machines({ faults });
    const leading = a.elector.lead();
    await a.clock.scheduled(lookEveryMs);
    expect(a.errors).toMatchObject([{ message: 'may not get leases' }]);
    isForbidden = false;
    a.clock.advance(lookEveryMs);
    expect(await leading).toBe(true);
  });
});
