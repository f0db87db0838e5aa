import { atMost } from './at-most.js';

/** How a value is kept fresh. All times in milliseconds. */
export interface RefreshedValueOptions<Value> {
  /** Asks for the value. A rejection counts as no answer, and so does one that takes longer than `staleMs`. */
  ask: () => Promise<Value>;
  /** It is not asked for again before this has passed, whether the last question was answered or not. */
  freshMs: number;
  /** A value may be given until it is so old, when there is no newer one. At least `freshMs`. */
  staleMs: number;
  /**
   * A question that took long is not repeated before so many times its duration has passed, up to half of `staleMs`.
   * Default: 0.
   */
  restFactor?: number;
  /** Who wants the value waits no longer than this for an answer. */
  patienceMs: number;
  /** Monotonic. */
  now: () => number;
}

/**
 * A value that costs something to ask for, asked for only when somebody wants it, by one question at a time and not too
 * often. Gives undefined when there is none that is recent enough.
 */
export function refreshedValue<Value>(
  options: RefreshedValueOptions<Value>,
): () => Promise<Value | undefined> {
  const { ask, freshMs, staleMs, restFactor = 0, patienceMs, now } = options;
  let known: { value: Value; at: number } | undefined;
  let askedAt = -Infinity;
  let restMs = freshMs;
  let answered: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    const began = now();
    try {
      known = { value: await ask(), at: now() };
    } catch {
      // Whoever gives the question knows what went wrong; here it only means that there is no newer value.
    }
    restMs = Math.max(freshMs, Math.min(restFactor * (now() - began), staleMs / 2));
  };

  return async () => {
    if (now() - askedAt >= (answered === undefined ? restMs : staleMs)) {
      askedAt = now();
      const question = refresh().then(() => {
        if (answered === question) answered = undefined;
      });
      answered = question;
    }
    if (answered !== undefined) await atMost(answered, patienceMs);
    return known !== undefined && now() - known.at <= staleMs ? known.value : undefined;
  };
}
