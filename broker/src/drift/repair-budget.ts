/** How often one object may be put back. */
export interface RepairLimits {
  /** So many times... */
  repairs: number;
  /** ...within so many milliseconds. */
  windowMs: number;
  /** The pause after the first repair, in milliseconds; it doubles with each. */
  firstPauseMs: number;
  /** How long an object that was given up is left alone, in milliseconds. */
  restMs: number;
}

/** What may be done about an object now. */
export type Permission =
  | { kind: 'granted' }
  /** Too soon after the last repair. */
  | { kind: 'wait'; milliseconds: number }
  /** Somebody undoes every repair: `since` tells whether that was found out just now. */
  | { kind: 'given-up'; isNew: boolean; milliseconds: number };

interface History {
  repairs: number[];
  restsUntil?: number;
}

/**
 * Keeps two that each want an object their own way from changing it for ever. Pure apart from its memory, which holds
 * only objects that were repaired lately.
 */
export class RepairBudget {
  readonly #limits: RepairLimits;
  readonly #histories = new Map<string, History>();

  constructor(limits: RepairLimits) {
    this.#limits = limits;
  }

  /** @param now milliseconds since 1970 */
  ask(key: string, now: number): Permission {
    this.#forgetOld(now);
    const history = this.#histories.get(key);
    if (history === undefined) return { kind: 'granted' };
    if (history.restsUntil !== undefined) {
      return { kind: 'given-up', isNew: false, milliseconds: history.restsUntil - now };
    }
    const { repairs } = history;
    if (repairs.length >= this.#limits.repairs) return this.giveUp(key, now);
    const pause = this.#limits.firstPauseMs * 2 ** (repairs.length - 1);
    const milliseconds = (repairs.at(-1) ?? 0) + pause - now;
    return milliseconds > 0 ? { kind: 'wait', milliseconds } : { kind: 'granted' };
  }

  /** An object was put back. */
  spend(key: string, now: number): void {
    this.#histories.set(key, { repairs: [...(this.#histories.get(key)?.repairs ?? []), now] });
  }

  /** Nothing can be done about an object for a while. */
  giveUp(key: string, now: number): Permission & { kind: 'given-up' } {
    const isNew = this.#histories.get(key)?.restsUntil === undefined;
    this.#histories.set(key, { repairs: [], restsUntil: now + this.#limits.restMs });
    return { kind: 'given-up', isNew, milliseconds: this.#limits.restMs };
  }

  /** Begins anew, because what is wanted has changed. */
  forget(key: string): void {
    this.#histories.delete(key);
  }

  #forgetOld(now: number): void {
    for (const [key, { repairs, restsUntil }] of this.#histories) {
      const isOver =
        restsUntil === undefined ? (repairs.at(-1) ?? 0) + this.#limits.windowMs <= now : restsUntil <= now;
      if (isOver) this.#histories.delete(key);
    }
  }
}
