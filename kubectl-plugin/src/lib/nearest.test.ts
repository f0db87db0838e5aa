import { expect, test } from '@jest/globals';
import { nearest } from './nearest.js';

test.each([
  ['api-servce', ['web', 'api-service'], 'api-service'],
  ['API-service', ['api-service'], 'api-service'],
  ['service', ['postgres', 'api-service'], 'api-service'],
  ['kafka', ['postgres', 'api-service'], undefined],
  ['x', ['api-service'], undefined],
  ['anything', [], undefined],
])('the nearest to %j of %j is %j', (word, candidates, expected) => {
  expect(nearest(word, candidates)).toBe(expected);
});
