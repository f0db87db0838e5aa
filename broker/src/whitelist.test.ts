import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '@mesitis/kube';
import type { CatalogEntry } from '@mesitis/offering';
import { admits, consumerOf, refusalOf } from './whitelist.js';

const inNamespace = (namespace: unknown): JsonObject => ({
  platform: 'kubernetes',
  namespace: namespace as string,
});
const inSpace = (organization_name: string, space_name: string): JsonObject => ({
  platform: 'cloudfoundry',
  organization_name,
  space_name,
});

describe('a whitelist', () => {
  test.each<[string[], JsonObject, boolean]>([
    [['a'], inNamespace('a'), true],
    [['a'], inNamespace('b'), false],
    [['team-*'], inNamespace('team-x'), true],
    [['team-*'], inNamespace('steam-x'), false],
    [['*'], inNamespace('b'), true],
    [['*'], {}, true],
    [['*'], { platform: 'other' }, true],
    [['a'], {}, false],
    [['a'], { namespace: 'a' }, false],
    [['a'], { platform: 'other', namespace: 'a' }, false],
    [['a*'], inNamespace(undefined), false],
    [['a*'], inNamespace(['a']), false],
    [['a*'], inNamespace('a/b'), false],
    [['cf:o/s'], inNamespace('cf:o/s'), false],
    [['cf:o/s'], inSpace('o', 's'), true],
    [['cf:o/s'], inSpace('o', 't'), false],
    [['cf:a/b/c'], inSpace('a/b', 'c'), false],
    [['c*'], inSpace('o', 's'), false],
    [['*'], inSpace('a/b', 'c'), true],
  ])('%j with the context %j: %s', (whitelist, context, admitted) => {
    expect(admits(whitelist, consumerOf(context))).toBe(admitted);
  });
});

describe('a refusal', () => {
  const entry: CatalogEntry = {
    team: 'api',
    offering: 'api-service',
    description: 'd',
    uuid: '3',
    version: '1',
    whitelist: ['client-ns'],
    provision: { kind: 'ProvisionNonClusterURL', url: 'https://h' },
    credential: { kind: 'CredentialNoCredential' },
    tags: [],
    free: true,
    bindable: true,
    driftRepair: true,
  };

  test.each<[JsonObject, string | undefined]>([
    [inNamespace('client-ns'), undefined],
    [
      inNamespace('b'),
      'offering api-service version 1 is not open to namespace b; ask team api to add it to the whitelist',
    ],
    [
      inSpace('o', 's'),
      'offering api-service version 1 is not open to space o/s; ask team api to add cf:o/s to the whitelist',
    ],
    [
      {},
      'offering api-service version 1 is open to named namespaces only and the request\'s context names none (platform "kubernetes" with "namespace"); send it, or ask team api to open the offering to all',
    ],
  ])('to %j says who can help', (context, sentence) => {
    expect(refusalOf(entry, consumerOf(context))).toBe(sentence);
  });
});
