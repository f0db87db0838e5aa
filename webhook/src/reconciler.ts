import type { Backoff } from '@mesitis/kube';

/** What a reconciler is made of. */
export interface ReconcilerOptions {
  /** Compares what is with what should be, from scratch, and acts. Throws to be called again later. */
  run: (signal: AbortSignal) => Promise<void>;
  onError: (error: unknown) => void;
  /** Resolves after so many milliseconds, or when the signal fires. */
  delay: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** The pause after so many failures in a row. */
  backoff: Backoff;
}

/**
 * Level-based reconciliation of one thing: triggers carry no data, runs never overlap, triggers during a run become one
 * more run, a failed run is repeated with growing pauses, and a trigger does not cut such a pause short.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #abort = new AbortController();
  #due = false;
  #loop: Promise<void> | undefined;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** Asks for a run. */
  trigger(): void {
    if (this.#stopped()) return;
    this.#due = true;
    this.#loop ??= this.#work();
  }

  /** Resolves when no run is due or under way. */
  async idle(): Promise<void> {
    while (this.#loop !== undefined) await this.#loop;
  }

  /** Ends the run under way and starts no other. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.idle();
  }

  #stopped(): boolean {
    return this.#abort.signal.aborted;
  }

  async #work(): Promise<void> {
    const { run, onError, delay, backoff } = this.#options;
    const { signal } = this.#abort;
    let failures = 0;
    while (this.#due && !this.#stopped()) {
      this.#due = false;
      try {
        await run(signal);
        failures = 0;
      } catch (error) {
        if (this.#stopped()) break;
        onError(error);
        this.#due = true;
        failures += 1;
        await delay(backoff(failures), signal);
      }
    }
    // In the same turn as the last look at #due: a later trigger must find no loop and start one.
    this.#loop = undefined;
  }
}
