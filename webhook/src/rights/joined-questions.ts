import type { AccessAnswer, AccessQuestion, CallOptions } from '@mesitis/kube';

/** Asks whether somebody may do something. */
export type Ask = (question: AccessQuestion, options: CallOptions) => Promise<AccessAnswer>;

/**
 * Asks a question once while several wait for its answer: a pipeline that publishes fifty offerings has the same rights
 * looked at for each. Nothing is kept beyond the answer, so a right that is taken away counts from the next question on.
 * Who joined a question that failed asks again, since the one who asked first may only have run out of time.
 */
export function joined(ask: Ask): Ask {
  const open = new Map<string, Promise<AccessAnswer>>();
  return async (question, options) => {
    const key = JSON.stringify([question.user, question.attributes]);
    const waiting = open.get(key);
    if (waiting !== undefined) {
      const answer = await waiting.catch(() => undefined);
      if (answer !== undefined) return answer;
      options.signal?.throwIfAborted();
      return ask(question, options);
    }
    const asked = ask(question, options).finally(() => open.delete(key));
    open.set(key, asked);
    return asked;
  };
}
