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

  it('knows the uid of whom the file or the choice impersonates, and not that of somebody else', () => {
    const file = { path: '/f', content: { users: [{ name: 'u', user: { as: 'a', 'as-uid': '1' } }] } };
    const server = 'https://s';
    expect(choose({ server, user: 'u' }, [file]).asUid).toBe('1');
    expect(choose({ server, user: 'u', as: 'b', asUid: '2' }, [file]).asUid).toBe('2');
    expect(choose({ server, user: 'u', as: 'b' }, [file])).not.toHaveProperty('asUid');
  });

  it.each<[string, KubeconfigChoice, object]>([
    [
      'another address',
      { server: 'https://east.proxy/' },
      { server: 'https://east.proxy', cluster: { 'certificate-authority': '/home/first:pki/ca.crt' } },
    ],
    [
      'no authority at all',
      { insecure: true },
      { cluster: { server: 'https://east:6443/', 'insecure-skip-tls-verify': true } },
    ],
    [
      'another authority',
      { certificateAuthority: '/ca' },
      {
        cluster: {
          server: 'https://east:6443/',
          'certificate-authority': '/ca',
          'insecure-skip-tls-verify': false,
        },
      },
    ],
    [
      'a token, and keeps the client key',
      { user: 'file', token: 'x' },
      { user: { token: 'x', 'client-key': '/abs/key' } },
    ],
  ])('takes %s by choice', (_, choice, access) => {
    const { cluster, user, server } = choose(choice);
    const wanted = access as { cluster?: object; user?: object; server?: string };
    if (wanted.server === undefined && wanted.cluster !== undefined) expect(cluster).toEqual(wanted.cluster);
    else expect({ cluster, user, server }).toMatchObject(wanted);
    if (wanted.user !== undefined) expect(user).toEqual(wanted.user);
  });

  it('needs no file when the server is named', () => {
    expect(choose({ server: 'https://s', token: 't' }, [])).toEqual({
      server: 'https://s',
      namespace: 'default',
      cluster: { server: 'https://s' },
      user: { token: 't' },
      asGroups: [],
    });
    expect(() => choose({ server: 'east:6443' }, [])).toThrow('"east:6443" has no usable server');
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
