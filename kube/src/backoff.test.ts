import { describe, expect, it } from '@jest/globals';
import { exponentialBackoff } from './backoff.js';

describe('an exponential back-off', () => {
  it('doubles up to its limit', () => {
    const backoff = exponentialBackoff({ initialMs: 100, maxMs: 1000, random: () => 1 });
    expect([1, 2, 3, 4, 5, 50].map(backoff)).toEqual([100, 200, 400, 800, 1000, 1000]);
  });

  it('leaves half of the wait to chance', () => {
    const backoff = exponentialBackoff({ initialMs: 100, maxMs: 1000, random: () => 0 });
    expect([1, 2].map(backoff)).toEqual([50, 100]);
  });
});
