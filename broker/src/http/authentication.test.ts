import { describe, expect, test } from '@jest/globals';
import type { AcceptedCredentials } from './authentication.js';
import { authenticator, letEverybodyIn } from './authentication.js';

const basic = (pair: string | Buffer): string => `Basic ${Buffer.from(pair).toString('base64')}`;

const BOTH: AcceptedCredentials = {
  basic: [
    { username: 'platform', password: 'old:pässword' },
    { username: 'platform', password: 'new' },
  ],
  bearer: ['token-1', 'token-2=='],
};

describe('the authenticator', () => {
  test.each([
    basic('platform:old:pässword'),
    basic('platform:new'),
    basic('platform:new').replace('Basic', 'bASIC  '),
    `${basic('platform:new')} `,
    'Bearer token-1',
    'bearer  token-2==',
  ])('lets %j in', (authorization) => {
    expect(authenticator(() => BOTH).accepts(authorization)).toBe(true);
  });

  test.each([
    undefined,
    '',
    'Basic',
    'Basic ',
    'Basic !!!',
    'Basic platform:new',
    basic('platform:'),
    basic('platform:newer'),
    basic('platform:ne'),
    basic('other:new'),
    basic(''),
    basic(':'),
    basic(Buffer.from('platform:old:pässword', 'latin1')),
    basic('token-1'),
    'Bearer',
    'Bearer token-3',
    'Bearer token-1 token-2==',
    'Bearer platform:new',
    `Bearer ${Buffer.from('platform:new').toString('base64')}`,
    'Digest username="platform"',
    `x ${basic('platform:new')}`,
  ])('refuses %j', (authorization) => {
    expect(authenticator(() => BOTH).accepts(authorization)).toBe(false);
  });

  test('lets nobody in without credentials', () => {
    const none = authenticator(() => ({ basic: [], bearer: [] }));
    expect([undefined, '', basic(':'), 'Bearer x'].map((header) => none.accepts(header))).toEqual(
      Array(4).fill(false),
    );
  });

  test('follows the credentials', () => {
    let current: AcceptedCredentials = { basic: [], bearer: ['old'] };
    const rotated = authenticator(() => current);
    expect([rotated.accepts('Bearer old'), rotated.schemes()]).toEqual([true, ['Bearer']]);
    current = { basic: [{ username: 'u', password: 'p' }], bearer: ['old', 'new'] };
    expect(['Bearer old', 'Bearer new', basic('u:p')].map(rotated.accepts)).toEqual([true, true, true]);
    expect(rotated.schemes()).toEqual(['Basic', 'Bearer']);
    current = { basic: [], bearer: ['new'] };
    expect(['Bearer old', 'Bearer new', basic('u:p')].map(rotated.accepts)).toEqual([false, true, false]);
  });
});

test('everybody is let in when that was asked for', () => {
  expect([letEverybodyIn.accepts(undefined), letEverybodyIn.schemes()]).toEqual([true, []]);
});
