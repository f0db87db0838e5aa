import { describe, expect, test } from '@jest/globals';
import { CAST, rightsOf, withContexts } from './people.js';

describe('rightsOf', () => {
  test('gives each person edit in their own namespaces and nowhere else', () => {
    const bindings = rightsOf(CAST).filter(({ kind }) => kind === 'RoleBinding');
    expect(bindings.map(({ metadata }) => `${metadata.name ?? ''} in ${metadata.namespace ?? ''}`)).toEqual([
      'provider-edits in provider-ns',
      'provider-edits in api-ns',
      'client-edits in client-ns',
      'other-edits in other-ns',
    ]);
  });
});

describe('withContexts', () => {
  test('adds a context for each person and keeps the current one', () => {
    const before = {
      'current-context': 'local',
      clusters: [{ name: 'c', cluster: {} }],
      contexts: [{ name: 'local', context: { cluster: 'c', user: 'admin' } }],
      users: [{ name: 'admin', user: {} }],
    };
    const [person] = CAST;
    const after = withContexts(before, new Map(person === undefined ? [] : [[person, 'secret-token']]));
    expect(after['current-context']).toBe('local');
    expect(after.contexts[1]).toEqual({
      name: 'provider',
      context: { cluster: 'c', user: 'provider', namespace: 'provider-ns' },
    });
    expect(after.users[1]).toEqual({ name: 'provider', user: { token: 'secret-token' } });
  });
});
