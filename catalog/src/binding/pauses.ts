import type { KubeObject } from '@mesitis/kube';
import { OUTAGE_RETRIES } from '../runtime/limits.js';
import type { CallOutcome } from '../runtime/outcome.js';
import { RetryLedger } from '../runtime/retry-ledger.js';
import type { RetryLimits } from '../runtime/retry-ledger.js';

/** The moments before which nothing of that sort should be tried, in milliseconds since the epoch. */
export interface Moments {
  retryAt: number;
  mitigateAt: number;
  pollAt: number;
  rotateAt: number;
  retireAt: number;
}

/** When a binding's broker may be called next, for each sort of call on its own. */
export class BindingPauses {
  readonly #pollLimits: RetryLimits;
  readonly #retries = new RetryLedger();
  readonly #mitigations = new RetryLedger();
  readonly #polls = new RetryLedger();
  readonly #rotations = new RetryLedger();
  readonly #retirements = new RetryLedger();

  constructor(pollLimits: RetryLimits) {
    this.#pollLimits = pollLimits;
  }

  /** See {@link Moments}. */
  of(binding: KubeObject): Moments {
    return {
      retryAt: this.#retries.notBefore(binding),
      mitigateAt: this.#mitigations.notBefore(binding),
      pollAt: this.#polls.notBefore(binding),
      rotateAt: this.#rotations.notBefore(binding),
      retireAt: this.#retirements.notBefore(binding),
    };
  }

  /** Sets what follows from a call; `limits` for another attempt, `mitigating` when it was to take an orphan back. */
  after(
    binding: KubeObject,
    { next, retryAfterSeconds: wishSeconds }: CallOutcome<unknown>,
    { now, limits, mitigating }: { now: number; limits: RetryLimits; mitigating: boolean },
  ): void {
    const { uid } = binding.metadata;
    if (next === 'poll') this.#polls.postpone(binding, now, { limits: this.#pollLimits, wishSeconds });
    else this.#polls.forget(uid);
    if (next === 'retry' && mitigating) this.#mitigations.postpone(binding, now, { limits, wishSeconds });
    else if (next === 'retry' || next === 'mitigate') {
      this.#retries.postpone(binding, now, { limits, wishSeconds });
    }
    if (next === 'settled' || next === 'gone') this.forget(uid);
    if (next === 'mitigated') this.#mitigations.forget(uid);
  }

  /** The same for a call about a successor, or about a predecessor. */
  afterSide(
    binding: KubeObject,
    { next, retryAfterSeconds: wishSeconds }: CallOutcome<unknown>,
    { now, limits, retiring }: { now: number; limits: RetryLimits; retiring: boolean },
  ): void {
    const ledger = retiring ? this.#retirements : this.#rotations;
    if (next === 'poll') ledger.postpone(binding, now, { limits: this.#pollLimits, wishSeconds });
    else if (next === 'retry') ledger.postpone(binding, now, { limits, wishSeconds });
    else ledger.forget(binding.metadata.uid);
  }

  /** Something that nobody will tell of has to come first, or there is nothing wrong with the broker. */
  postpone(binding: KubeObject, now: number): void {
    this.#retries.postpone(binding, now, { limits: OUTAGE_RETRIES });
  }

  /** The pauses are over. */
  forget(uid: string | undefined): void {
    this.#retries.forget(uid);
    this.#mitigations.forget(uid);
    this.#polls.forget(uid);
    this.#rotations.forget(uid);
    this.#retirements.forget(uid);
  }
}
