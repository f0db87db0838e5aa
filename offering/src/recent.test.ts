import { expect, it } from '@jest/globals';
import { recent } from './recent.js';

it('gives again what it gave for the texts that were asked for last, and makes the others anew', () => {
  const made: string[] = [];
  const give = recent(
    (text) => {
      made.push(text);
      return { text };
    },
    { entries: 2, length: 3 },
  );
  const first = give('aa');
  expect(give('bb')).toEqual({ text: 'bb' });
  expect(give('aa')).toBe(first);
  // Asked for before aa was asked for again, so the first to go.
  give('cc');
  give('aa');
  give('bb');
  expect(made).toEqual(['aa', 'bb', 'cc', 'bb']);
});

it('does not keep what is long, so that nobody can fill the memory', () => {
  let count = 0;
  const give = recent(() => ++count, { entries: 2, length: 3 });
  expect([give('long'), give('long')]).toEqual([1, 2]);
});
