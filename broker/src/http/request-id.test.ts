import { expect, test } from '@jest/globals';
import { broughtId } from './request-id.js';

test.each<[Record<string, string>, string | undefined]>([
  [{ 'x-broker-api-request-identity': 'osb', 'x-request-id': 'proxy' }, 'osb'],
  [{ 'x-request-id': 'proxy', 'x-correlation-id': 'other' }, 'proxy'],
  [{ 'x-correlation-id': 'other', 'x-vcap-request-id': 'cf' }, 'other'],
  [{ 'x-vcap-request-id': 'cf' }, 'cf'],
  [{ 'x-request-id': 'ü', 'x-correlation-id': 'other' }, 'other'],
  [{ 'x-request-id': '' }, undefined],
  [{ 'x-request-id': 'x'.repeat(300) }, 'x'.repeat(128)],
  [{}, undefined],
])('of %j the id is %j', (headers, id) => {
  expect(broughtId((name) => headers[name])).toBe(id);
});
