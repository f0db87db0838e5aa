import { describe, expect, test } from '@jest/globals';
import type { Json } from '@mesitis/kube';
import { isSameQuantity } from './quantity.js';

describe('two quantities', () => {
  test.each<[Json, Json]>([
    ['0.5', '500m'],
    ['.5', '0.50'],
    [1, '1'],
    [0.5, '500m'],
    ['1024Mi', '1Gi'],
    ['1.5Gi', '1536Mi'],
    ['1k', '1e3'],
    ['2E', '2e18'],
    ['1000000', '1M'],
    ['-1', '-1000m'],
    ['0.1n', '1n'],
  ])('%j and %j are the same amount', (a, b) => {
    expect(isSameQuantity(a, b)).toBe(true);
  });

  test.each<[Json, Json]>([
    ['0.5', '5m'],
    ['1Gi', '1G'],
    ['1', '-1'],
    ['', '0'],
    ['.', '0'],
    ['1Xi', '1Xi'],
    ['abc', 'abc'],
    ['1e', '1'],
    [true, '1'],
    [null, null],
    ['toString', 'toString'],
  ])('%j and %j are not', (a, b) => {
    expect(isSameQuantity(a, b)).toBe(false);
  });
});
