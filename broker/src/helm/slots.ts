/** A limited number of places; who finds none waits in line. */
export class Slots {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /** @param count how many may be taken at once */
  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Runs the task as soon as a place is free.
   * @param whenQueued called when it has to wait
   * @throws what the task throws, or the signal's reason while it waits
   */
  async use<Value>(signal: AbortSignal, task: () => Promise<Value>, whenQueued: () => void): Promise<Value> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else {
      whenQueued();
      await this.#turn(signal);
    }
    try {
      return await task();
    } finally {
      this.#pass();
    }
  }

  /** The place goes to the next in line, so that nobody who comes later is faster. */
  #pass(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }

  async #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const entered = (): void => {
        signal.removeEventListener('abort', left);
        resolve();
      };
      const left = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(entered), 1);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', left, { once: true });
      this.#waiting.push(entered);
    });
  }
}
