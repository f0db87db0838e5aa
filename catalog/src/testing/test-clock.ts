import type { Clock } from '../runtime/clock.js';

interface Timer {
  due: number;
  run: () => void;
}

/** Pauses up to this long only let others go first (after a conflict): a test has nothing to say about them. */
const SHORT_MS = 500;

/** Time that passes when a test says so. */
export class TestClock implements Clock {
  #now = Date.UTC(2026, 0, 1);
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, run: () => void): () => void {
    if (milliseconds <= SHORT_MS) {
      const immediate = setImmediate(run);
      return () => {
        clearImmediate(immediate);
      };
    }
    const timer = { due: this.#now + milliseconds, run };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  /** Resolves once something is to be run in exactly so many milliseconds. */
  async scheduled(milliseconds: number): Promise<void> {
    while (![...this.#timers].some(({ due }) => due === this.#now + milliseconds)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Lets that much time pass and runs what became due, in order. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
    const due = [...this.#timers].filter((timer) => timer.due <= this.#now).sort((a, b) => a.due - b.due);
    for (const timer of due) {
      this.#timers.delete(timer);
      timer.run();
    }
  }
}
