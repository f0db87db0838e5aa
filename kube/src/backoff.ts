/** How long to wait, in milliseconds, after so many failures in a row (1, 2, ...). */
export type Backoff = (failures: number) => number;

/** The shape of an exponential back-off. */
export interface BackoffOptions {
  /** The longest wait after the first failure; 500 ms when left out. */
  initialMs?: number;
  /** The longest wait ever; 30 000 ms when left out. */
  maxMs?: number;
  /** A number in [0, 1); Math.random when left out. */
  random?: () => number;
}

/**
 * Doubles the wait with each failure up to a limit. Half of each wait is left to chance, so that clients that failed
 * together don't come back together.
 */
export function exponentialBackoff({
  initialMs = 500,
  maxMs = 30_000,
  random = Math.random,
}: BackoffOptions = {}): Backoff {
  return (failures) => {
    const longest = Math.min(maxMs, initialMs * 2 ** Math.max(0, failures - 1));
    return longest * (0.5 + random() / 2);
  };
}
