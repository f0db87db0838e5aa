import { expect, test } from '@jest/globals';
import { displayEndpoint, parseRedisUrl } from './redis-endpoint.js';

test.each([
  ['redis://localhost', { host: 'localhost', port: 6379, tls: false, database: 0 }],
  ['redis://redis.ns:7000/3', { host: 'redis.ns', port: 7000, tls: false, database: 3 }],
  ['rediss://redis.ns/', { host: 'redis.ns', port: 6379, tls: true, database: 0 }],
  ['redis://[::1]:6380', { host: '::1', port: 6380, tls: false, database: 0 }],
  ['redis://:pass@host', { host: 'host', port: 6379, tls: false, database: 0, password: 'pass' }],
  [
    'redis://us%40er:p%2Fa%3As@host:1/0',
    { host: 'host', port: 1, tls: false, database: 0, username: 'us@er', password: 'p/a:s' },
  ],
])('reads %s', (url, endpoint) => {
  expect(parseRedisUrl(url)).toEqual(endpoint);
});

test.each([
  '',
  'secret',
  'localhost:6379',
  'http://:secret@host',
  'redis://:secret@',
  'redis://:secret@host:port',
  'redis://:secret@host:99999',
  'redis://:secret@host/name',
  'redis://:secret@host/1/2',
  'redis://:secret@host?db=1',
  'redis://:secret@host#1',
  'redis://:secret%zz@host',
  'redis://:sec/ret@host',
])('refuses %s and says what it must be, without the password', (url) => {
  expect(() => parseRedisUrl(url)).toThrow(/^must be redis:\/\/(?!.*secret)/);
});

test.each([
  ['redis://user:secret@host', 'redis://host:6379/0'],
  ['rediss://:secret@[::1]:1/2', 'rediss://[::1]:1/2'],
])('names %s without user and password', (url, shown) => {
  expect(displayEndpoint(parseRedisUrl(url))).toBe(shown);
});
