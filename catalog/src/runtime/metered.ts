import { isKubeError } from '@mesitis/kube';
import type { Metrics } from '../metrics/metrics.js';
import type { Clock } from './clock.js';
import { refOfKey } from './keys.js';
import type { WorkQueueOptions } from './work-queue.js';

/** The same work on a key, told to the metrics when it ends, however it ends. */
export function metered(
  reconcile: WorkQueueOptions['reconcile'],
  { clock, metrics }: { clock: Pick<Clock, 'now'>; metrics: Pick<Metrics, 'reconciled'> },
): WorkQueueOptions['reconcile'] {
  return async (key) => {
    const { kind } = refOfKey(key);
    const startedAt = clock.now();
    const seconds = (): number => Math.max(clock.now() - startedAt, 0) / 1000;
    try {
      const again = await reconcile(key);
      metrics.reconciled({ kind, outcome: again === undefined ? 'done' : 'later', seconds: seconds() });
      return again;
    } catch (error) {
      const outcome = isKubeError(error, 'conflict') ? 'conflict' : 'error';
      metrics.reconciled({ kind, outcome, seconds: seconds() });
      throw error;
    }
  };
}
