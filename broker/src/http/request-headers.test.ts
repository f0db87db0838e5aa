import { expect, test } from '@jest/globals';
import { apiMinor, requesterOf, requestIdentity } from './request-headers.js';

test.each([
  ['2.17', 17],
  [' 2.14 ', 14],
  ['2.0', 0],
  ['2.99', 99],
  [undefined, undefined],
  ['', undefined],
  ['2', undefined],
  ['2.', undefined],
  ['2.1.3', undefined],
  ['3.0', undefined],
  ['12.17', undefined],
  ['@hash.apiVersion', undefined],
])('the version %j has the minor %j', (header, minor) => {
  expect(apiMinor(header)).toBe(minor);
});

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');

test.each([
  [
    `kubernetes ${encoded({ username: 'jane', uid: '1', groups: ['a'], extra: {} })}`,
    { platform: 'kubernetes', user: 'jane', uid: '1' },
  ],
  [`cloudfoundry ${encoded({ user_id: '683ea748' })}`, { platform: 'cloudfoundry', user: '683ea748' }],
  [`other ${encoded({ username: 7 })}`, { platform: 'other' }],
  [`kubernetes ${encoded([])}`, undefined],
  ['kubernetes !!!', undefined],
  ['kubernetes', undefined],
  ['', undefined],
  [undefined, undefined],
])('the originating identity %j is %j', (header, requester) => {
  expect(requesterOf(header)).toEqual(requester);
});

test.each([
  ['e26cee84', 'e26cee84'],
  ['', undefined],
  [undefined, undefined],
  ['x'.repeat(256), undefined],
  ['ü', undefined],
])('the request identity %j is echoed as %j', (header, identity) => {
  expect(requestIdentity(header)).toBe(identity);
});
