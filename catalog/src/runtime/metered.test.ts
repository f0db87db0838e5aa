import { expect, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import type { MeteredReconcile } from '../metrics/metrics.js';
import { metered } from './metered.js';

test.each<[string, () => Promise<number | undefined>, MeteredReconcile['outcome']]>([
  ['that ends the work', () => Promise.resolve(undefined), 'done'],
  ['that wants another one', () => Promise.resolve(5000), 'later'],
  ['that somebody overtook', () => Promise.reject(new KubeError('conflict', 'newer')), 'conflict'],
  ['that fails', () => Promise.reject(new Error('no')), 'error'],
])('a turn %s is counted, and ends as it did', async (_name, work, outcome) => {
  const told: MeteredReconcile[] = [];
  let now = 1000;
  const reconcile = metered(
    () => {
      now += 250;
      return work();
    },
    { clock: { now: () => now }, metrics: { reconciled: (turn) => told.push(turn) } },
  );
  const [ended, expected] = await Promise.allSettled([reconcile('ServiceInstance/ns/secret-name'), work()]);
  expect(ended).toEqual(expected);
  expect(told).toEqual([{ kind: 'ServiceInstance', outcome, seconds: 0.25 }]);
});
