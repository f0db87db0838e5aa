import { expect, test } from '@jest/globals';
import { durabilityProblems } from './redis-durability.js';

const info = (changed: Record<string, string> = {}): string =>
  Object.entries({
    aof_enabled: '1',
    aof_last_write_status: 'ok',
    maxmemory: '0',
    maxmemory_policy: 'noeviction',
    ...changed,
  })
    .map(([key, value]) => `${key}:${value}\r\n`)
    .join('');

test.each([
  ['a Redis that keeps everything', {}, []],
  ['no append-only file', { aof_enabled: '0' }, [/appendonly yes/]],
  ['a disk that is full', { aof_last_write_status: 'err' }, [/could not write/]],
  ['eviction that can happen', { maxmemory: '1000', maxmemory_policy: 'allkeys-lru' }, [/allkeys-lru/]],
  ['eviction that can not happen, because memory has no limit', { maxmemory_policy: 'allkeys-lru' }, []],
])('judges %s', (_, changed, expected) => {
  expect(durabilityProblems(info(changed))).toEqual(
    expected.map((pattern) => expect.stringMatching(pattern) as unknown),
  );
});

test('judges nothing where nothing is said', () => {
  expect(durabilityProblems('')).toEqual([]);
});
