/** Too many wait for the same key. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';
}

/** Runs tasks with the same key one after the other in the order of arrival, and different keys in parallel. */
export class KeyQueue {
  readonly #limit: number;
  readonly #waiting = new Map<string, number>();
  readonly #tails = new Map<string, Promise<unknown>>();

  /** @param limit how many may wait for one key, so that a caller gone wild can't fill the memory */
  constructor(limit = 1_000) {
    this.#limit = limit;
  }

  /** Waits for its turn, runs the task and gives back its outcome; a failure does not stop what waits behind it. @throws QueueFull */
  async run<Result>(key: string, task: () => Promise<Result>): Promise<Result> {
    const waiting = this.#waiting.get(key) ?? 0;
    if (waiting >= this.#limit) throw new QueueFull(`${waiting} requests wait already`);
    this.#waiting.set(key, waiting + 1);
    const before = this.#tails.get(key) ?? Promise.resolve();
    const turn = before.then(task, task);
    this.#tails.set(key, turn);
    try {
      return await turn;
    } finally {
      // The last one out forgets the key, so that ids of long ago take no memory.
      if (this.#tails.get(key) === turn) this.#tails.delete(key);
      const left = (this.#waiting.get(key) ?? 1) - 1;
      if (left === 0) this.#waiting.delete(key);
      else this.#waiting.set(key, left);
    }
  }

  /** How many keys have something running. */
  get size(): number {
    return this.#tails.size;
  }
}
