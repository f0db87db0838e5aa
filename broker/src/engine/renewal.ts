import { delay } from '../delay.js';
import type { Hold } from './hold.js';

/**
 * Shows signs of life, three in each lease, until the signal fires.
 * @param onLost told when the hold is lost, or could not be renewed in time: another process may act by then, and it is
 *   better to stop and to look again
 */
export async function keepRenewing(
  hold: Hold,
  leaseMs: number,
  signal: AbortSignal,
  onLost: () => void,
): Promise<void> {
  for (;;) {
    await delay(leaseMs / 3, signal);
    if (isFired(signal)) return;
    const inTime = await isDoneWithin(hold.renew(), (leaseMs * 2) / 3, signal);
    if (isFired(signal) || hold.isDeleted) return;
    if (!inTime) {
      onLost();
      return;
    }
  }
}

/** A function, because what awaits in between changes it. */
export function isFired({ aborted }: AbortSignal): boolean {
  return aborted;
}

/** Whether a promise is fulfilled before so many milliseconds have passed or the signal fires. */
async function isDoneWithin(promise: Promise<void>, limitMs: number, signal: AbortSignal): Promise<boolean> {
  const ended = new AbortController();
  try {
    return await Promise.race([
      promise.then(() => true),
      delay(limitMs, AbortSignal.any([signal, ended.signal])).then(() => false),
    ]);
  } catch {
    return false;
  } finally {
    ended.abort();
  }
}
