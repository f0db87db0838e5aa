import { describe, expect, it } from '@jest/globals';
import { byOrder } from './order.js';
import { resourceOf, wrappedConfigMap } from './testing/config-maps.js';

describe('the order of wrapped resources', () => {
  it('is that of numbers, and of names where the numbers are equal', () => {
    const resources = [
      ['z', '10'],
      ['b', '9'],
      ['a', '9'],
      ['y', '1.5'],
      ['B', '9.0'],
    ].map(([configMap = '', order]) => ({
      ...resourceOf(wrappedConfigMap({}, { 'mesitis/order': order })),
      configMap,
    }));
    expect(byOrder(resources).map((group) => group.map(({ configMap }) => configMap))).toEqual([
      ['y'],
      ['B', 'a', 'b'],
      ['z'],
    ]);
  });

  it('of none is none', () => {
    expect(byOrder([])).toEqual([]);
  });
});
