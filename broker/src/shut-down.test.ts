import { expect, test } from '@jest/globals';
import { shutDown } from './shut-down.js';

test('requests come first, then operations, and both share the time', async () => {
  const clock = { now: 100 };
  const steps: string[] = [];
  await shutDown({
    delayMs: 0,
    graceMs: 25_000,
    now: () => clock.now,
    api: {
      drain: () => steps.push('drain'),
      stop: (graceMs) => {
        steps.push(`requests within ${graceMs}`);
        clock.now += 20_000;
        return Promise.resolve();
      },
    },
    broker: {
      stop: (graceMs) => {
        steps.push(`operations within ${graceMs}`);
        return Promise.resolve();
      },
    },
  });
  expect(steps).toEqual(['drain', 'requests within 25000', 'operations within 5000']);
});

test('requests are taken while the delay lasts', async () => {
  const clock = { now: 0 };
  const stopped: number[] = [];
  const began = performance.now();
  await shutDown({
    delayMs: 20,
    graceMs: 10,
    now: () => clock.now,
    api: {
      drain: () => (clock.now += 20),
      stop: (graceMs) => {
        stopped.push(performance.now() - began, graceMs);
        return Promise.resolve();
      },
    },
    broker: { stop: () => Promise.resolve() },
  });
  const [after, graceMs] = stopped;
  // A timer of Node may fire up to a millisecond early.
  expect(after).toBeGreaterThanOrEqual(19);
  expect(graceMs).toBe(0);
});
