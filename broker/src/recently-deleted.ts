/** Settings of {@link RecentlyDeleted}. */
export interface RecentlyDeletedOptions {
  /** Milliseconds since any fixed point. */
  now: () => number;
  /** How long an id is remembered, in milliseconds. */
  keepMs: number;
  /** How many ids are remembered at most; the oldest go first. */
  limit: number;
}

/**
 * Remembers for a while which ids were deleted, so that a platform that polls last_operation after a delete hears
 * "succeeded" instead of 404 (osb.md 1.11 L5: don't forget a final state right after reporting it). Losing it costs
 * nothing: 404 says the same.
 */
export class RecentlyDeleted {
  readonly #options: RecentlyDeletedOptions;
  /** id -> when; a Map iterates in order of insertion, so the oldest come first. */
  readonly #deletedAt = new Map<string, number>();

  constructor(options: RecentlyDeletedOptions) {
    this.#options = options;
  }

  /** Remembers a deletion. */
  add(id: string): void {
    const { now, keepMs, limit } = this.#options;
    this.#deletedAt.delete(id);
    this.#deletedAt.set(id, now());
    for (const [oldest, at] of this.#deletedAt) {
      if (this.#deletedAt.size <= limit && now() - at < keepMs) break;
      this.#deletedAt.delete(oldest);
    }
  }

  /** Forgets a deletion, because the id lives again. */
  remove(id: string): void {
    this.#deletedAt.delete(id);
  }

  /** Whether the id was deleted within the time that is remembered. */
  has(id: string): boolean {
    const at = this.#deletedAt.get(id);
    return at !== undefined && this.#options.now() - at < this.#options.keepMs;
  }
}
