import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { pino } from 'pino';
import { TestClock } from '../testing/test-clock.js';
import { clusterId } from './cluster-id.js';
import { EventRecorder } from './event-recorder.js';
import { inParallel } from './in-parallel.js';
import { RetryLedger } from './retry-ledger.js';

function thing(generation: number): KubeObject {
  return {
    apiVersion: 'servicecatalog.k8s.io/v1beta1',
    kind: 'ServiceInstance',
    metadata: { name: 'x', namespace: 'n', uid: 'u', generation },
  };
}

describe('RetryLedger', () => {
  const limits = { firstMs: 1000, longestMs: 3000 };

  test('doubles the pause up to a limit', () => {
    const ledger = new RetryLedger();
    const pauses = [0, 0, 0].map(() => {
      ledger.postpone(thing(1), 0, { limits });
      return ledger.notBefore(thing(1));
    });
    expect(pauses).toEqual([1000, 2000, 3000]);
  });

  test('grants the wish for a longer pause, not for a shorter one', () => {
    const ledger = new RetryLedger();
    ledger.postpone(thing(1), 0, { limits, wishSeconds: 0.1 });
    expect(ledger.notBefore(thing(1))).toBe(1000);
    ledger.postpone(thing(1), 0, { limits, wishSeconds: 30 });
    expect(ledger.notBefore(thing(1))).toBe(30_000);
  });

  test('starts afresh with a new generation, and when it is told to forget', () => {
    const ledger = new RetryLedger();
    ledger.postpone(thing(1), 0, { limits });
    expect(ledger.notBefore(thing(2))).toBe(0);
    ledger.forget('u');
    expect(ledger.notBefore(thing(1))).toBe(0);
  });
});

describe('clusterId', () => {
  test('is made up once and then kept', async () => {
    const kube = new MemoryKube();
    let made = 0;
    const newId = (): string => `id-${(made += 1)}`;
    expect(await clusterId(kube, 'mesitis', newId)).toBe('id-1');
    expect(await clusterId(kube, 'mesitis', newId)).toBe('id-1');
  });

  test('goes into a ConfigMap that has none', async () => {
    const kube = new MemoryKube();
    const metadata = { name: 'cluster-info', namespace: 'mesitis' };
    kube.seed({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { other: 'x' } });
    await clusterId(kube, 'mesitis', () => 'new');
    expect(await kube.get({ apiVersion: 'v1', kind: 'ConfigMap', ...metadata })).toMatchObject({
      data: { id: 'new', other: 'x' },
    });
  });
});

test('an event tells what, about which object, and where kubectl finds it', async () => {
  const kube = new MemoryKube();
  const events = new EventRecorder(kube, new TestClock(), pino({ level: 'silent' }));
  events.record(thing(1), { type: 'Warning', reason: 'R', message: 'm'.repeat(2000) });
  await events.flush();
  expect(kube.objects()).toMatchObject([
    {
      kind: 'Event',
      metadata: { namespace: 'n', name: expect.stringMatching(/^x\./) },
      involvedObject: { kind: 'ServiceInstance', name: 'x', namespace: 'n', uid: 'u' },
      type: 'Warning',
      reason: 'R',
      message: 'm'.repeat(1024),
      count: 1,
    },
  ]);
});

test('inParallel runs so many at once, and lets them end before it fails', async () => {
  let running = 0;
  let most = 0;
  const seen: number[] = [];
  const run = inParallel([1, 2, 3, 4], 2, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
    seen.push(item);
    if (item === 1) throw new Error('one');
  });
  await expect(run).rejects.toThrow('one');
  expect(most).toBe(2);
  expect(running).toBe(0);
  expect(seen).toEqual([1, 2, 3, 4]);
});
