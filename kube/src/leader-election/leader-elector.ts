import { isKubeError } from '../errors.js';
import type { Kube, KubeObject } from '../port.js';
import { decideLease, observe, releasedLease } from './decide-lease.js';
import type { Candidate, LeaseDecision, Observation } from './decide-lease.js';

/** Time as a parameter. */
export interface ElectionClock {
  /** Milliseconds that only ever grow; when they began does not matter. */
  now(): number;
  /** Runs the callback once, that many milliseconds later; the result cancels it. */
  after(milliseconds: number, run: () => void): () => void;
  /** What is written into the Lease for people to read. */
  date(): Date;
}

/** Who stands for what. */
export interface LeaderElectorOptions {
  /** Of the Lease. */
  namespace: string;
  name: string;
  /**
   * Nobody else who may run at the same time has it. A process that comes back under the same one, as a container of the
   * same Pod does, goes on at once.
   */
  identity: string;
  clock: ElectionClock;
  /** Attempts that failed and are made again. */
  onError: (error: unknown) => void;
  /** {@link ELECTION_TIMING} when left out. */
  timing?: ElectionTiming;
}

/** All in milliseconds. */
export interface ElectionTiming {
  /** A leader that is silent so long is taken for gone. */
  durationMs: number;
  /** A leader that could not renew so long gives up by itself: before anybody else takes over. */
  renewLimitMs: number;
  /** Between two renewals. */
  renewEveryMs: number;
  /** Between two looks of somebody who waits: how long it takes at most to notice that the Lease was given back. */
  lookEveryMs: number;
}

/** As the controllers of Kubernetes have it, but for the look: it decides how long a hand-over takes. */
export const ELECTION_TIMING: ElectionTiming = {
  durationMs: 15_000,
  renewLimitMs: 10_000,
  renewEveryMs: 2_000,
  lookEveryMs: 1_000,
};

type LeaseKube = Pick<Kube, 'get' | 'create' | 'update'>;

/**
 * Stands for the leadership that a coordination.k8s.io/v1 Lease gives to one at a time. Once it leads it renews until it
 * releases or loses; there is no second term: who lost ends.
 */
export class LeaderElector {
  readonly #kube: LeaseKube;
  readonly #options: LeaderElectorOptions;
  readonly #timing: ElectionTiming;
  #observation: Observation | undefined;
  /** As it was written last. */
  #lease: KubeObject | undefined;
  /** When the last renewal that succeeded was begun. */
  #renewedAt: number | undefined;
  #state: 'candidate' | 'leader' | 'released' | 'lost' = 'candidate';
  readonly #ended = new AbortController();
  #attempt: Promise<unknown> = Promise.resolve();
  #cancelDeadline: () => void = () => undefined;
  #tellLost: (why: string) => void = () => undefined;
  /** Resolves with the reason when leadership is lost; never when it is released. */
  readonly lost: Promise<string>;

  constructor(kube: LeaseKube, options: LeaderElectorOptions) {
    this.#kube = kube;
    this.#options = options;
    this.#timing = options.timing ?? ELECTION_TIMING;
    this.lost = new Promise((resolve) => (this.#tellLost = resolve));
  }

  /** Resolves with true once this process leads, and with false when it is released before. */
  async lead(): Promise<boolean> {
    for (;;) {
      const decision = await this.#try();
      if (this.#ended.signal.aborted) return false;
      if (this.#lease !== undefined) {
        this.#begin();
        return true;
      }
      await this.#pause(this.#untilNextLook(decision));
    }
  }

  /**
   * Whether this process leads at this moment, by its own clock. False before anybody else may take over, also when
   * the process was stopped for a while and nothing has noticed yet.
   */
  leads(): boolean {
    return (
      this.#state === 'leader' &&
      this.#options.clock.now() - (this.#renewedAt ?? -Infinity) < this.#timing.renewLimitMs
    );
  }

  /**
   * Stands no longer, and gives the Lease back, so that the next one leads at once. To be called when everything that
   * only a leader may do has ended. Never rejects: what can't be given back runs out.
   */
  async release(): Promise<void> {
    if (this.#state !== 'lost') this.#state = 'released';
    this.#cancelDeadline();
    this.#ended.abort();
    await this.#attempt;
    const lease = this.#lease;
    if (lease === undefined || this.#isLost()) return;
    try {
      const released = releasedLease(lease, this.#options.clock.date());
      await this.#inTime((signal) => this.#kube.update(released, { signal }));
    } catch (error) {
      this.#options.onError(error);
    }
  }

  #isLost(): boolean {
    return this.#state === 'lost';
  }

  #begin(): void {
    this.#state = 'leader';
    this.#armDeadline();
    void this.#keep();
  }

  async #keep(): Promise<void> {
    for (;;) {
      await this.#pause(this.#timing.renewEveryMs);
      if (this.#state !== 'leader') return;
      const decision = await this.#try('renew');
      // Somebody else holds it, or it was taken away: whoever led since then, it was not us.
      if (decision !== undefined && decision.type !== 'renew') this.#lose('the Lease is no longer ours');
      this.#armDeadline();
    }
  }

  #armDeadline(): void {
    this.#cancelDeadline();
    if (this.#state !== 'leader') return;
    const { clock } = this.#options;
    const left = (this.#renewedAt ?? 0) + this.#timing.renewLimitMs - clock.now();
    this.#cancelDeadline = clock.after(Math.max(left, 0), () => {
      this.#lose(`the Lease could not be renewed for ${this.#timing.renewLimitMs / 1000} s`);
    });
  }

  #lose(why: string): void {
    if (this.#state !== 'leader') return;
    this.#state = 'lost';
    this.#cancelDeadline();
    this.#ended.abort();
    this.#tellLost(why);
  }

  /** Reads, decides, writes unless only a decision of another type is wanted; undefined when that failed. */
  #try(only?: LeaseDecision['type']): Promise<LeaseDecision | undefined> {
    const attempt = this.#readAndWrite(only).catch((error: unknown) => {
      // Another one was faster: the next look shows who.
      const isOvertaken = isKubeError(error, 'conflict', 'already-exists');
      if (!isOvertaken && !this.#ended.signal.aborted) this.#options.onError(error);
      return undefined;
    });
    this.#attempt = attempt;
    return attempt;
  }

  async #readAndWrite(only: LeaseDecision['type'] | undefined): Promise<LeaseDecision> {
    const { clock, namespace, name } = this.#options;
    const ref = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace, name };
    const lease = await this.#inTime((signal) => this.#kube.get(ref, { signal }));
    this.#observation = observe(this.#observation, lease, clock.now());
    const decision = decideLease(this.#observation, this.#candidate());
    if (decision.type === 'wait' || (only !== undefined && decision.type !== only)) return decision;
    // Before it is sent: whenever it arrives, others count from a later moment.
    const begunAt = clock.now();
    this.#lease = await this.#inTime((signal) =>
      lease === undefined
        ? this.#kube.create(decision.lease, { signal })
        : this.#kube.update(decision.lease, { signal }),
    );
    this.#renewedAt = begunAt;
    return decision;
  }

  #candidate(): Candidate {
    const { identity, namespace, name, clock } = this.#options;
    const { durationMs } = this.#timing;
    return { identity, namespace, name, durationMs, now: clock.now(), date: clock.date() };
  }

  #untilNextLook(decision: LeaseDecision | undefined): number {
    const { lookEveryMs } = this.#timing;
    if (decision?.type !== 'wait') return lookEveryMs;
    return Math.min(lookEveryMs, Math.max(decision.until - this.#options.clock.now(), 0));
  }

  /** One request that hangs must leave time for another. */
  async #inTime<Result>(request: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const given = new AbortController();
    const cancel = this.#options.clock.after(this.#timing.renewLimitMs / 2, () => {
      given.abort();
    });
    try {
      return await request(given.signal);
    } finally {
      cancel();
    }
  }

  #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#ended;
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const done = (): void => {
        signal.removeEventListener('abort', done);
        cancel();
        resolve();
      };
      const cancel = this.#options.clock.after(milliseconds, done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
