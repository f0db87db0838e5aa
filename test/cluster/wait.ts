import { setTimeout as delay } from 'node:timers/promises';

/** How long and how often to ask. */
export interface Patience {
  /** What is waited for, for the message: "kube-apiserver to be ready". */
  what: string;
  /** The limit, in milliseconds. */
  timeoutMs: number;
  /** Between two attempts, in milliseconds. Default 100. */
  intervalMs?: number;
}

/**
 * Asks again and again until `attempt` gives something other than undefined. For what can only be asked: the health of
 * a process, whether an API server already follows a new registration.
 *
 * @throws what `attempt` throws, at once, and an Error that says "timed out" when the limit is over.
 */
export async function until<Value>(
  patience: Patience,
  attempt: () => Promise<Value | undefined>,
): Promise<Value> {
  const { what, timeoutMs, intervalMs = 100 } = patience;
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await attempt();
    if (value !== undefined) return value;
    if (performance.now() + intervalMs > end) {
      throw new Error(`Timed out after ${timeoutMs / 1000} s waiting for ${what}.`);
    }
    await delay(intervalMs);
  }
}
