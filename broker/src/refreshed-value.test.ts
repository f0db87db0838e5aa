import { describe, expect, test } from '@jest/globals';
import { refreshedValue } from './refreshed-value.js';

/** A value over a clock that the test turns; each question is answered with its number, unless the test says otherwise. */
function counted(answer: (question: number) => Promise<number> = (question) => Promise.resolve(question)) {
  const clock = { now: 0 };
  let questions = 0;
  const value = refreshedValue({
    ask: async () => {
      questions += 1;
      return answer(questions);
    },
    freshMs: 1000,
    staleMs: 5000,
    patienceMs: 0,
    now: () => clock.now,
  });
  return { clock, value, questions: () => questions };
}

const never = async (): Promise<number> => new Promise<number>(() => undefined);

describe('a refreshed value', () => {
  test('is asked for when it is wanted, and again only when it is not fresh any more', async () => {
    const { clock, value } = counted();
    expect([await value(), await value()]).toEqual([1, 1]);
    clock.now = 999;
    expect(await value()).toBe(1);
    clock.now = 1000;
    expect(await value()).toBe(2);
  });

  test('is asked for once when many want it', async () => {
    const { value, questions } = counted();
    expect(await Promise.all([value(), value(), value()])).toEqual([1, 1, 1]);
    expect(questions()).toBe(1);
  });

  test('is the last one known while there is no answer, until that is too old', async () => {
    const { clock, value } = counted((question) => (question === 1 ? Promise.resolve(1) : never()));
    await value();
    clock.now = 5000;
    expect(await value()).toBe(1);
    clock.now = 5001;
    expect(await value()).toBeUndefined();
  });

  test('is undefined while the first question is not answered, which is given up some day', async () => {
    const { clock, value, questions } = counted((question) =>
      question === 1 ? never() : Promise.resolve(question),
    );
    expect(await value()).toBeUndefined();
    clock.now = 4999;
    expect([await value(), questions()]).toEqual([undefined, 1]);
    clock.now = 5000;
    expect(await value()).toBe(2);
  });

  test('is asked for again after a failure, but not at once', async () => {
    const { clock, value } = counted((question) =>
      question === 1 ? Promise.reject(new Error('no')) : Promise.resolve(question),
    );
    expect([await value(), await value()]).toEqual([undefined, undefined]);
    clock.now = 1000;
    expect(await value()).toBe(2);
  });

  test('that takes long to get is asked for less often', async () => {
    const clock = { now: 0 };
    let questions = 0;
    const value = refreshedValue({
      ask: () => {
        questions += 1;
        clock.now += 100;
        return Promise.resolve(questions);
      },
      freshMs: 1000,
      staleMs: 100_000,
      restFactor: 50,
      patienceMs: 0,
      now: () => clock.now,
    });
    expect(await value()).toBe(1);
    clock.now = 4999;
    expect(await value()).toBe(1);
    clock.now = 5000;
    expect(await value()).toBe(2);
  });
});
