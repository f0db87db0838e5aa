import { describe, expect, it } from '@jest/globals';
import { findConflicts, mayConflict, type NamedEntry } from './conflicts.js';
import { entryConfigMap, entryOf, type Overrides } from './testing/config-maps.js';

function named(...entries: Overrides[]): NamedEntry[] {
  return entries.map((override, index) => ({
    configMap: 'abcdefgh'[index] ?? '',
    entry: entryOf(entryConfigMap(override)),
  }));
}

describe('entries of one broker', () => {
  it.each<[string, Overrides[]]>([
    ['one alone', [{}]],
    ['different offerings', [{ uuid: '1' }, { uuid: '2', offering: 'other' }]],
    [
      'versions with a common serviceuuid',
      [
        { uuid: '1', version: '1', serviceuuid: 's' },
        { uuid: '2', version: '2', serviceuuid: 's' },
      ],
    ],
    [
      'a second version whose serviceuuid is the uuid of the first, which keeps its ids',
      [
        { uuid: '1', version: '1' },
        { uuid: '2', version: '2', serviceuuid: '1' },
      ],
    ],
  ])('stand together: %s', (_, overrides) => {
    expect(findConflicts(named(...overrides))).toEqual(new Map());
  });

  it.each<[string, Overrides[], [string, string][]]>([
    [
      'the same uuid',
      [{ uuid: '1' }, { uuid: '1', offering: 'other' }, { uuid: '2', offering: 'third' }],
      [
        ['a', 'The uuid "1" is also that of ConfigMap b; give each entry a uuid of its own'],
        ['b', 'The uuid "1" is also that of ConfigMap a; give each entry a uuid of its own'],
      ],
    ],
    [
      'the same version twice',
      [
        { uuid: '1', serviceuuid: 's' },
        { uuid: '2', serviceuuid: 's' },
      ],
      [
        ['a', 'The plan "api-api-service-1" is also published by ConfigMap b; change the version of one'],
        ['b', 'The plan "api-api-service-1" is also published by ConfigMap a; change the version of one'],
      ],
    ],
    [
      'versions without a common serviceuuid',
      [
        { uuid: '1', version: '1' },
        { uuid: '2', version: '2' },
      ],
      [
        [
          'a',
          'The service "api-api-service" has other versions with another service id in ConfigMap b; give all the same serviceuuid',
        ],
        [
          'b',
          'The service "api-api-service" has other versions with another service id in ConfigMap a; give all the same serviceuuid',
        ],
      ],
    ],
    [
      'one service id under two names',
      [
        { uuid: '1', serviceuuid: 's' },
        { uuid: '2', serviceuuid: 's', offering: 'other' },
      ],
      [
        [
          'a',
          'The service id "s" is also that of another service in ConfigMap b; give each service a serviceuuid of its own',
        ],
        [
          'b',
          'The service id "s" is also that of another service in ConfigMap a; give each service a serviceuuid of its own',
        ],
      ],
    ],
    [
      'one name made up in two ways',
      [
        { uuid: '1', team: 'a', offering: 'b-c' },
        { uuid: '2', team: 'a-b', offering: 'c', version: '2' },
      ],
      [
        ['a', 'The service name "a-b-c" is also made up by the team and offering of ConfigMap b; rename one'],
        ['b', 'The service name "a-b-c" is also made up by the team and offering of ConfigMap a; rename one'],
      ],
    ],
  ])('are in conflict: %s', (_, overrides, sentences) => {
    const entries = named(...overrides);
    expect(findConflicts(entries)).toEqual(new Map(sentences));
    const [first, second] = entries as [NamedEntry, NamedEntry];
    expect(mayConflict(first.entry, second.entry)).toBe(true);
  });

  it('that have nothing in common can not be in conflict', () => {
    const [one, other] = named({ uuid: '1' }, { uuid: '2', offering: 'other' }) as [NamedEntry, NamedEntry];
    expect(mayConflict(one.entry, other.entry)).toBe(false);
  });

  it('are named, a few of them', () => {
    const entries = named(...Array.from({ length: 6 }, (_, index) => ({ uuid: '1', offering: `o${index}` })));
    expect(findConflicts(entries).get('a')).toContain('of ConfigMap b, ConfigMap c, ConfigMap d and 2 more;');
  });
});
