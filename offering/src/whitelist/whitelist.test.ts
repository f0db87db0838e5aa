import { describe, expect, it } from '@jest/globals';
import { entryConfigMap, entryOf } from '../testing/config-maps.js';
import { matchesWhitelist } from './index.js';

describe('a whitelist', () => {
  it('may hold namespaces, globs and places of Cloud Foundry', () => {
    const whitelist = ['client-ns', 'team-*', '*-dev', 'a*b*c', '*', 'cf:My Org/dev space'];
    expect(entryOf(entryConfigMap({ whitelist })).whitelist).toEqual(whitelist);
  });

  it.each([
    [['client-ns'], 'client-ns', true],
    [['client-ns'], 'client-ns2', false],
    [['client-ns'], 'client', false],
    [['a', 'b'], 'b', true],
    [['*'], 'anything', true],
    [['*'], '', false],
    [[], 'a', false],
    [['team-*'], 'team-a', true],
    [['team-*'], 'team-', true],
    [['team-*'], 'team', false],
    [['team-*'], 'my-team-a', false],
    [['*-dev'], 'a-dev', true],
    [['*-dev'], 'a-dev2', false],
    [['a*a'], 'a', false],
    [['a*a'], 'aa', true],
    [['a*b*c'], 'a-b-c', true],
    [['a*b*c'], 'a-c-b', false],
    [['*a*a*'], 'xax', false],
    [['*a*a*'], 'xaxax', true],
    [['**'], 'a', true],
    [['a.c'], 'abc', false],
    [['cf:org/space'], 'cf:org/space', false],
    [['cf:*/*'], 'anything', false],
  ])('%j lets %j in: %j', (whitelist, namespace, expected) => {
    expect(matchesWhitelist(whitelist, namespace)).toBe(expected);
  });

  it('is matched without trying all ways', () => {
    expect(matchesWhitelist(['*a'.repeat(30) + 'b'], 'a'.repeat(63))).toBe(false);
  });
});
