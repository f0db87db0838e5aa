import { expect, test } from '@jest/globals';
import { EnvironmentReader } from './environment-reader.js';

const LETTERS = { pattern: /^[a-z]+$/, rule: 'must be letters' };

test('what is set to nothing counts as not set', () => {
  const reader = new EnvironmentReader({ A: '' });
  expect([
    reader.raw('A'),
    reader.optional('A', LETTERS),
    reader.text('A', { ...LETTERS, fallback: 'f' }),
    reader.choice('A', ['first', 'second']),
    reader.integer('A', { least: 1, most: 9, fallback: 3 }),
    reader.list('A', LETTERS),
  ]).toEqual([undefined, undefined, 'f', 'first', 3, []]);
  expect(reader.problems).toEqual([]);
});

test('each bad variable is one sentence that begins with its name and does not quote it', () => {
  const reader = new EnvironmentReader({ A: '$', B: '10', C: 'a,,b' });
  reader.text('MISSING', LETTERS);
  reader.text('A', LETTERS);
  reader.choice('A', ['first', 'second']);
  reader.integer('B', { least: 1, most: 9, fallback: 3 });
  reader.list('C', LETTERS);
  expect(reader.problems).toEqual([
    'MISSING: is required; must be letters',
    'A: must be letters',
    'A: must be one of first, second',
    'B: must be a whole number from 1 to 9',
    'C: must be letters',
  ]);
});
