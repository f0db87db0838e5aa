import type { Clock } from './clock.js';

/** How a queue works its keys off. */
export interface WorkQueueOptions {
  /**
   * Brings one key in order. Resolves with the moment (milliseconds since the epoch) at which it wants to be called
   * again, or undefined to be left alone until the key is added. A rejection counts as a failure.
   */
  reconcile(key: string): Promise<number | undefined>;
  /** How many keys at once. */
  concurrency: number;
  clock: Clock;
  onError(key: string, error: unknown): void;
}

const FIRST_RETRY_MS = 5;
const LONGEST_RETRY_MS = 30_000;

/**
 * Keys that wait for their turn. A key is in the queue once however often it is added, is never worked on twice at
 * the same time, and is worked on again when it is added meanwhile. A failure brings it back after a back-off.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #addedWhileRunning = new Set<string>();
  readonly #timers = new Map<string, () => void>();
  readonly #failures = new Map<string, number>();
  #started = false;
  #stopped = false;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  /** Asks for a key to be worked on soon. */
  add(key: string): void {
    if (this.#stopped) return;
    if (this.#running.has(key)) this.#addedWhileRunning.add(key);
    else this.#waiting.add(key);
    this.#fill();
  }

  /** Begins to work; what was added before has waited for this. */
  start(): void {
    this.#started = true;
    this.#fill();
  }

  /** Takes no more keys and resolves when those being worked on are through. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting.clear();
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    await Promise.all(this.#running.values());
  }

  /** How many keys wait for a worker. */
  get depth(): number {
    return this.#waiting.size;
  }

  #fill(): void {
    if (!this.#started || this.#stopped) return;
    for (const key of this.#waiting) {
      if (this.#running.size >= this.#options.concurrency) return;
      this.#waiting.delete(key);
      this.#cancelTimer(key);
      this.#running.set(key, this.#run(key));
    }
  }

  async #run(key: string): Promise<void> {
    try {
      const again = await this.#options.reconcile(key);
      this.#failures.delete(key);
      if (again !== undefined) this.#later(key, again - this.#options.clock.now());
    } catch (error) {
      this.#options.onError(key, error);
      const failures = this.#failures.get(key) ?? 0;
      this.#failures.set(key, failures + 1);
      this.#later(key, Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS));
    }
    this.#running.delete(key);
    if (this.#addedWhileRunning.delete(key)) this.add(key);
    else this.#fill();
  }

  #later(key: string, milliseconds: number): void {
    if (this.#stopped) return;
    this.#cancelTimer(key);
    const cancel = this.#options.clock.after(Math.max(milliseconds, 0), () => {
      this.#timers.delete(key);
      this.add(key);
    });
    this.#timers.set(key, cancel);
  }

  #cancelTimer(key: string): void {
    this.#timers.get(key)?.();
    this.#timers.delete(key);
  }
}
