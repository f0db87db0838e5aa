import { expect, test } from '@jest/globals';
import { parseDuration } from './duration.js';

test.each([
  ['30s', 30_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1.5s', 1_500],
  ['250ms', 250],
  ['0s', undefined],
  ['', undefined],
  ['5', undefined],
  ['-5m', undefined],
  ['5 m', undefined],
  ['5d', undefined],
])('parseDuration(%j) is %j', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});
