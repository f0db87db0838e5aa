import { describe, expect, test } from '@jest/globals';
import type { NamedEntry } from '../conflicts.js';
import type { JsonObject } from '../json.js';
import type { CatalogEntry } from '../model.js';
import { impactOf, listUsers, type LiveInstance } from './impact.js';

const ENTRY: CatalogEntry = {
  team: 'api',
  offering: 'db',
  description: 'A database',
  uuid: '3',
  version: '1',
  whitelist: ['team-*'],
  provision: { kind: 'ProvisionNonClusterURL', url: 'https://db.example' },
  credential: { kind: 'CredentialNoCredential' },
  tags: [],
  free: true,
  bindable: true,
  driftRepair: true,
};
const named = (changes: Partial<CatalogEntry> = {}, configMap = 'db'): NamedEntry => ({
  configMap,
  entry: { ...ENTRY, ...changes },
});
const user = (name: string, changes: Partial<LiveInstance> = {}): LiveInstance => ({
  namespace: 'team-a',
  name,
  planId: '3',
  parameters: {},
  ...changes,
});
const schema = (maximum: number): JsonObject => ({
  type: 'object',
  properties: { size: { type: 'integer', maximum } },
});

describe('impactOf', () => {
  const big = user('big', { parameters: { size: 9 } });
  const small = user('small', { parameters: { size: 1 } });
  const secret: LiveInstance = { namespace: 'team-a', name: 'secret', planId: '3' };

  test.each<[string, NamedEntry, NamedEntry[], LiveInstance[], [string, string[]][]]>([
    ['an entry that goes', named(), [], [user('x')], [['in-use-removed', ['x']]]],
    ['an entry that goes and is not in use', named(), [], [user('x', { planId: '4' })], []],
    ['an entry that moves to another ConfigMap', named(), [named({}, 'moved')], [user('x')], []],
    ['another uuid in the ConfigMap', named(), [named({ uuid: '4' })], [user('x')], [['id-changed', ['x']]]],
    [
      'another uuid for the same version in another ConfigMap',
      named(),
      [named({ uuid: '4' }, 'other')],
      [user('x')],
      [['id-changed', ['x']]],
    ],
    ['another service id', named(), [named({ serviceUuid: '9' })], [user('x')], [['id-changed', ['x']]]],
    ['the service id written out', named(), [named({ serviceUuid: '3' })], [user('x')], []],
    [
      'another kind',
      named(),
      [named({ provision: { kind: 'ProvisionExistingClusterService', namespace: 'n', name: 's' } })],
      [user('y'), user('x')],
      [['in-use-kind', ['x', 'y']]],
    ],
    [
      'a narrower whitelist',
      named(),
      [named({ whitelist: ['team-b'] })],
      [user('x'), user('y', { namespace: 'team-b' })],
      [['in-use-whitelist', ['x']]],
    ],
    [
      'a whitelist that did not let them in before either',
      named(),
      [named({ whitelist: ['team-b'] })],
      [user('x', { namespace: 'old' })],
      [],
    ],
    [
      'a schema that some parameters do not meet',
      named({ parameters: schema(10) }),
      [named({ parameters: schema(5) })],
      [small, big, secret],
      [['in-use-schema', ['big']]],
    ],
    [
      'a schema that they did not meet before either',
      named({ parameters: schema(5) }),
      [named({ parameters: schema(4) })],
      [big],
      [],
    ],
    [
      'several breaks at once',
      named(),
      [named({ serviceUuid: '9', whitelist: ['none'] })],
      [user('x')],
      [
        ['id-changed', ['x']],
        ['in-use-whitelist', ['x']],
      ],
    ],
    ['nothing', named(), [named()], [user('x')], []],
  ])('%s', (...[, before, after, users, expected]) => {
    const impacts = impactOf([before], after, users);
    expect(impacts.map((impact) => [impact.kind, impact.users.map(({ name }) => name)])).toEqual(expected);
  });

  test('says what changes, without any parameter', () => {
    const [impact] = impactOf([named()], [named({ uuid: '4' })], [big]);
    expect(impact?.change).toBe('changes uuid from "3" to "4"');
  });
});

test('names twenty users and counts the rest', () => {
  const users = Array.from({ length: 23 }, (_, index) => user(`i${index}`));
  expect(listUsers(users)).toMatch(/^team-a\/i0, .* and 3 more$/);
  expect(listUsers(users.slice(0, 1))).toBe('team-a/i0');
});
