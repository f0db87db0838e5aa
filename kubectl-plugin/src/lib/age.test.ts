import { expect, test } from '@jest/globals';
import { age } from './age.js';

const now = Date.parse('2026-01-10T00:00:00Z');

test.each([
  ['2026-01-10T00:00:00Z', '0s'],
  ['2026-01-10T00:00:05Z', '0s'],
  ['2026-01-09T23:58:30Z', '90s'],
  ['2026-01-09T23:58:00Z', '2m'],
  ['2026-01-09T22:01:00Z', '119m'],
  ['2026-01-09T22:00:00Z', '2h'],
  ['2026-01-08T00:00:01Z', '47h'],
  ['2026-01-01T00:00:00Z', '9d'],
  ['yesterday', '<unknown>'],
  [undefined, '<unknown>'],
  [null, '<unknown>'],
])('the age of %j is %s', (timestamp, expected) => {
  expect(age(timestamp, now)).toBe(expected);
});
