/** Time as a parameter, so that tests decide how it passes. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs the callback once, that many milliseconds later; the result cancels it. */
  after(milliseconds: number, run: () => void): () => void;
}

/** A timer holds at most this many milliseconds; longer ones fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** The real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, Math.min(milliseconds, LONGEST_TIMER));
    return () => {
      clearTimeout(timer);
    };
  },
};
