import { describe, expect, it } from '@jest/globals';
import { KubeconfigError, chooseAccess } from './kubeconfig.js';
import type { KubeconfigChoice } from './kubeconfig.js';

const first = {
  path: '/home/first',
  content: {
    clusters: [
      { name: 'east', cluster: { server: 'https://east:6443/', 'certificate-authority': 'pki/ca.crt' } },
      { name: 'broken', cluster: { server: 'east:6443' } },
    ],
    users: [
      { name: 'jane', user: { token: 'jane', as: 'root', 'as-groups': ['admins'] } },
      { name: 'file', user: { tokenFile: 'token', 'client-key': '/abs/key' } },
    ],
    contexts: [
      { name: 'work', context: { cluster: 'east', user: 'jane', namespace: 'ns' } },
      { name: 'anonymous', context: { cluster: 'east' } },
      { name: 'nowhere', context: { cluster: 'west' } },
    ],
    'current-context': 'work',
  },
};
const second = {
  path: '/home/second',
  content: {
    clusters: [
      { name: 'east', cluster: { server: 'https://shadowed' } },
      { name: 'north', cluster: { server: 'http://north:8080' } },
    ],
    contexts: [{ name: 'other', context: { cluster: 'north' } }],
    'current-context': 'other',
  },
};

function choose(
  choice: KubeconfigChoice = {},
  files = [first, second] as { path: string; content: unknown }[],
) {
  return chooseAccess(files, choice, (file, path) => (path.startsWith('/') ? path : `${file}:${path}`));
}

describe('the choice of a server from kubeconfig files', () => {
  it('takes the current context of the first file, its paths relative to that file', () => {
    expect(choose()).toEqual({
      server: 'https://east:6443',
      namespace: 'ns',
      cluster: { server: 'https://east:6443/', 'certificate-authority': '/home/first:pki/ca.crt' },
      user: { token: 'jane', as: 'root', 'as-groups': ['admins'] },
      asGroups: ['admins'],
    });
  });

  it('finds contexts, clusters and users in any of the files, the first definition first', () => {
    expect(choose({ context: 'other' })).toMatchObject({
      server: 'http://north:8080',
      namespace: 'default',
      user: {},
    });
    expect(choose({ context: 'anonymous', user: 'file' }).user).toEqual({
      tokenFile: '/home/first:token',
      'client-key': '/abs/key',
    });
    expect(choose({ cluster: 'north' })).toMatchObject({ server: 'http://north:8080', namespace: 'ns' });
    expect(choose({ namespaceOverride: 'mine' }).namespace).toBe('mine');
  });

  it('puts the one who is impersonated by choice in the place of user and groups of the file', () => {
    expect(choose({ as: 'bob' })).toMatchObject({ user: { as: 'bob' }, asGroups: [] });
    expect(choose({ as: 'bob', asGroups: ['dev'] })).toMatchObject({
      user: { as: 'bob' },
      asGroups: ['dev'],
    });
  });

  it.each<[string, KubeconfigChoice, string]>([
    ['a context', { context: 'absent' }, 'There is no context "absent" in /home/first, /home/second'],
    ['a cluster', { context: 'nowhere' }, 'There is no cluster "west" in /home/first, /home/second'],
    ['a user', { user: 'absent' }, 'There is no user "absent"'],
    [
      'the address of a server',
      { cluster: 'broken' },
      'The cluster "broken" in /home/first, /home/second has no usable',
    ],
  ])('says which name of %s leads nowhere', (_, choice, message) => {
    expect(() => choose(choice)).toThrow(KubeconfigError);
    expect(() => choose(choice)).toThrow(message);
  });

  it.each([[undefined], ['text'], [{}], [{ clusters: 'none' }], [{ contexts: [null] }]])(
    'says that nothing is chosen when the file is %j',
    (content) => {
      expect(() => choose({}, [{ path: '/odd', content }])).toThrow(
        'No cluster is chosen in /odd; set current-context',
      );
    },
  );
});
