import { expect, test } from '@jest/globals';
import { compareNames, compareVersions } from './order.js';

test('names are in the order of their letters', () => {
  const inOrder = ['api', 'api-b', 'api-b10', 'api-b2', 'apia', 'b'];
  expect(inOrder.toReversed().sort(compareNames)).toEqual(inOrder);
});

test('versions are in the order of their numbers', () => {
  const inOrder = ['', '1', '1.2', '1.10', '01.11', '2', '2-beta', '10', 'large', 'v9', 'v10', 'v10.1'];
  expect(inOrder.toReversed().sort(compareVersions)).toEqual(inOrder);
});

test.each(['', 'a1', '1.0'])('%j is equal to itself', (text) => {
  expect([compareNames(text, text), compareVersions(text, text)]).toEqual([0, 0]);
});
