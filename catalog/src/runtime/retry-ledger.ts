import type { KubeObject } from '@mesitis/kube';

/** The first and the longest pause; each is twice the one before. */
export interface RetryLimits {
  firstMs: number;
  longestMs: number;
}

/** How long a pause should be: the limits, and the broker's wish. */
export interface Pause {
  limits: RetryLimits;
  wishSeconds?: number | undefined;
}

interface Entry {
  generation: number | undefined;
  attempts: number;
  notBefore: number;
}

/**
 * Remembers per object when its broker may be called next. A new generation starts afresh: what failed was asked
 * differently. Kept in memory only: a restart tries at once, which is what an operator who restarts hopes for.
 */
export class RetryLedger {
  readonly #entries = new Map<string, Entry>();

  /** The moment, in milliseconds since the epoch, before which nothing should be tried; 0 when now is fine. */
  notBefore({ metadata }: KubeObject): number {
    const entry = this.#entries.get(metadata.uid ?? '');
    return entry !== undefined && entry.generation === metadata.generation ? entry.notBefore : 0;
  }

  /** Counts an attempt and sets the pause after it; a broker's own wish (`Retry-After`, seconds) only lengthens it. */
  postpone({ metadata }: KubeObject, now: number, { limits, wishSeconds = 0 }: Pause): void {
    const before = this.#entries.get(metadata.uid ?? '');
    const attempts = before !== undefined && before.generation === metadata.generation ? before.attempts : 0;
    const pause = Math.min(limits.firstMs * 2 ** attempts, limits.longestMs);
    const wish = Math.min(wishSeconds * 1000, Math.max(limits.longestMs, LONGEST_WISH_MS));
    this.#entries.set(metadata.uid ?? '', {
      generation: metadata.generation,
      attempts: attempts + 1,
      notBefore: now + Math.max(pause, wish),
    });
  }

  /** Forgets an object: it succeeded, or is gone. */
  forget(uid: string | undefined): void {
    this.#entries.delete(uid ?? '');
  }
}

/** A broker may ask for a longer pause than ours, but not put an object off for good. */
const LONGEST_WISH_MS = 3_600_000;
