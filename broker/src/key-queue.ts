/** Runs tasks with the same key one after the other in the order of arrival, and different keys in parallel. */
export class KeyQueue {
  readonly #tails = new Map<string, Promise<unknown>>();

  /** Waits for its turn, runs the task and gives back its outcome; a failure does not stop what waits behind it. */
  async run<Result>(key: string, task: () => Promise<Result>): Promise<Result> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const turn = before.then(task, task);
    this.#tails.set(key, turn);
    try {
      return await turn;
    } finally {
      // The last one out forgets the key, so that ids of long ago take no memory.
      if (this.#tails.get(key) === turn) this.#tails.delete(key);
    }
  }

  /** How many keys have something running. */
  get size(): number {
    return this.#tails.size;
  }
}
