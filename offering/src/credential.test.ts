import { describe, expect, it } from '@jest/globals';
import type { Credential } from './model.js';
import { entryConfigMap, entryOf, linesOf } from './testing/config-maps.js';

const VAULT = {
  vaulturl: 'https://vault.example.com:8200',
  vaultauth: { method: 'kubernetes', role: 'api' },
  vaultpath: 'secret/data/api',
};

function given(kind: string, data: unknown): ReturnType<typeof entryConfigMap> {
  return entryConfigMap({ credentialkind: kind, credentialdata: data });
}

describe('a credential kind', () => {
  it.each<[string, unknown, Credential]>([
    [
      'CredentialFromCatalog',
      { Username: 'u', PASSWORD: 'a$b $ {c} $$', apiKey: '', 'tls.crt': '$${x}' },
      {
        kind: 'CredentialFromCatalog',
        values: { username: 'u', password: 'a$b $ {c} $$', apiKey: '', 'tls.crt': '$${x}' },
      },
    ],
    [
      'credentialfromclustersecret',
      { secretName: 'a.b' },
      { kind: 'CredentialFromClusterSecret', secretName: 'a.b' },
    ],
    [
      'CredentialFromClusterSecret',
      { secretname: 'a', keys: ['user', 'password'] },
      { kind: 'CredentialFromClusterSecret', secretName: 'a', keys: { user: 'user', password: 'password' } },
    ],
    [
      'CredentialFromProvisionedSecret',
      { secretname: 'a', keys: { 'postgres-password': 'password' } },
      {
        kind: 'CredentialFromProvisionedSecret',
        secretName: 'a',
        keys: { 'postgres-password': 'password' },
      },
    ],
    [
      'CredentialFromVault',
      VAULT,
      {
        kind: 'CredentialFromVault',
        vaultUrl: VAULT.vaulturl,
        vaultAuth: { method: 'kubernetes', role: 'api' },
        vaultPath: VAULT.vaultpath,
      },
    ],
    [
      'CredentialFromVault',
      {
        ...VAULT,
        VaultAuth: {
          Method: 'AppRole',
          secretName: 'vault-login',
          mount: 'auth/team',
          namespace: 'admin/team',
          caSecretName: 'vault-ca',
        },
        vaultauth: undefined,
        keys: { user: 'username', pass: 'password' },
      },
      {
        kind: 'CredentialFromVault',
        vaultUrl: VAULT.vaulturl,
        vaultAuth: {
          method: 'approle',
          secretName: 'vault-login',
          mount: 'auth/team',
          namespace: 'admin/team',
          caSecretName: 'vault-ca',
        },
        vaultPath: VAULT.vaultpath,
        keys: { user: 'username', pass: 'password' },
      },
    ],
    [
      'CredentialFromVault',
      { ...VAULT, vaultauth: { method: 'token', secretname: 'vault-token' } },
      {
        kind: 'CredentialFromVault',
        vaultUrl: VAULT.vaulturl,
        vaultAuth: { method: 'token', secretName: 'vault-token' },
        vaultPath: VAULT.vaultpath,
      },
    ],
    [
      'CredentialFromCatalog',
      { password: '${generate.password(32)}-${generate.instancePassword(8, "db")}', note: '${parameters.x}' },
      {
        kind: 'CredentialFromCatalog',
        values: {
          password: '${generate.password(32)}-${generate.instancePassword(8, "db")}',
          note: '${parameters.x}',
        },
      },
    ],
    [
      'CredentialFromProvisionedSecret',
      { secretname: '${instance.shortId}-credentials' },
      { kind: 'CredentialFromProvisionedSecret', secretName: '${instance.shortId}-credentials' },
    ],
    ['CredentialNoCredential', undefined, { kind: 'CredentialNoCredential' }],
    ['CredentialNoCredential', null, { kind: 'CredentialNoCredential' }],
    ['credentialNoCredential', {}, { kind: 'CredentialNoCredential' }],
  ])('%s with %j has a canonical form', (kind, data, credential) => {
    expect(entryOf(given(kind, data)).credential).toEqual(credential);
  });

  it.each<[string, unknown, string]>([
    [
      'CredentialFromHat',
      {},
      'credentialkind: is "CredentialFromHat", which is not a known kind; use one of',
    ],
    [
      'CredentialFromVult',
      {},
      'credentialkind: is "CredentialFromVult", which is not a known kind; did you mean CredentialFromVault',
    ],
    [
      'CredentialFromCatalog',
      undefined,
      'credentialdata: is missing; add an object with the data of CredentialFromCatalog',
    ],
    [
      'CredentialFromCatalog',
      {},
      'credentialdata: has no credentials; add some, or use CredentialNoCredential',
    ],
    [
      'CredentialFromCatalog',
      { pin: 1234 },
      'credentialdata.pin: must be a string but is a number; put it in quotes',
    ],
    [
      'CredentialFromCatalog',
      { a: { b: 'c' } },
      'credentialdata.a: must be a string but is an object; write a string',
    ],
    ['CredentialFromCatalog', { 'a b': 'c' }, 'credentialdata["a b"]: is "a b"; use at most 253 letters'],
    [
      'CredentialFromCatalog',
      { username: 'a', userName: 'b' },
      'credentialdata.userName: means the same as another key',
    ],
    [
      'CredentialFromCatalog',
      { uri: 'a' },
      'credentialdata.uri: is filled in by provisioning; remove it or rename it',
    ],
    ['CredentialFromCatalog', { Host: 'a' }, 'credentialdata.Host: is filled in by provisioning'],
    ['CredentialFromCatalog', { port: '80' }, 'credentialdata.port: is filled in by provisioning'],
    [
      'CredentialFromClusterSecret',
      { secretname: 'a', name: 'b' },
      'credentialdata.name: is not a known key; use secretname or keys',
    ],
    [
      'CredentialFromClusterSecret',
      { secretname: 'A' },
      'credentialdata.secretname: is "A", which cannot be the name of an object',
    ],
    [
      'CredentialFromClusterSecret',
      { secretname: 'a', keys: [] },
      'credentialdata.keys: names no key; name some, or remove it',
    ],
    [
      'CredentialFromClusterSecret',
      { secretname: 'a', keys: 'b' },
      'credentialdata.keys: must be a list of keys, or an object',
    ],
    [
      'CredentialFromClusterSecret',
      { secretname: 'a', keys: [7] },
      'credentialdata.keys[0]: must be a string',
    ],
    [
      'CredentialFromClusterSecret',
      { secretname: 'a', keys: ['b', 'b'] },
      'credentialdata.keys[1]: delivers b a second time',
    ],
    [
      'CredentialFromClusterSecret',
      { secretname: 'a', keys: ['b', 'host'] },
      'credentialdata.keys[1]: delivers host, which provisioning fills in; deliver it under another name',
    ],
    [
      'CredentialFromProvisionedSecret',
      { secretname: 'a', keys: { b: 'URI' } },
      'credentialdata.keys.b: delivers URI, which provisioning fills in',
    ],
    [
      'CredentialFromClusterSecret',
      { secretname: 'a', keys: { b: 'x', c: 'x' } },
      'credentialdata.keys.c: delivers x a second time',
    ],
    [
      'CredentialFromClusterSecret',
      { secretname: 'a', keys: { 'b c': 'x' } },
      'credentialdata.keys["b c"]: has a key that is "b c"; use',
    ],
    [
      'CredentialFromClusterSecret',
      { secretname: 'a', keys: { b: 7 } },
      'credentialdata.keys.b: must be a string',
    ],
    [
      'CredentialFromVault',
      { ...VAULT, vaulturl: 'vault:8200' },
      'credentialdata.vaulturl: is not an absolute http or https URL',
    ],
    [
      'CredentialFromVault',
      { ...VAULT, vaulturl: 'https://a:b@vault' },
      'credentialdata.vaulturl: holds a user name or password',
    ],
    ['CredentialFromVault', { ...VAULT, vaultauth: 'token' }, 'credentialdata.vaultauth: must be an object'],
    [
      'CredentialFromVault',
      { ...VAULT, vaultauth: {} },
      'credentialdata.vaultauth: has no method; write one of kubernetes, approle or token',
    ],
    ['CredentialFromVault', { ...VAULT, vaultpath: undefined }, 'credentialdata.vaultpath: is missing'],
    [
      'CredentialFromVault',
      { ...VAULT, vaultauth: { method: 'kubernets', role: 'a' } },
      'credentialdata.vaultauth.method: is "kubernets", which is no method of login; did you mean kubernetes',
    ],
    [
      'CredentialFromVault',
      { ...VAULT, vaultauth: { method: 'ldap', role: 'a' } },
      'credentialdata.vaultauth.method: is "ldap", which is no method of login; use kubernetes, approle or token',
    ],
    [
      'CredentialFromVault',
      { ...VAULT, vaultauth: { method: 7 } },
      'credentialdata.vaultauth.method: must be a string',
    ],
    [
      'CredentialFromVault',
      { ...VAULT, vaultauth: { method: 'kubernetes' } },
      'credentialdata.vaultauth.role: is missing; add it',
    ],
    [
      'CredentialFromVault',
      { ...VAULT, vaultauth: { method: 'token', secretname: 'a', token: 'hvs.secret' } },
      'credentialdata.vaultauth.token: is not a known key; use method, secretname, namespace or casecretname',
    ],
    [
      'CredentialFromVault',
      { ...VAULT, vaultauth: { method: 'token', secretname: 'a', mount: 'b' } },
      'credentialdata.vaultauth.mount: is not a known key',
    ],
    [
      'CredentialFromVault',
      { ...VAULT, vaultauth: { method: 'approle', secretname: 'a', mount: '/b' } },
      'credentialdata.vaultauth.mount: is no path in Vault',
    ],
    [
      'CredentialFromVault',
      { ...VAULT, vaultpath: 'v1/secret/a' },
      'credentialdata.vaultpath: begins with the',
    ],
    [
      'CredentialFromVault',
      { ...VAULT, vaultpath: 'a/../b' },
      'credentialdata.vaultpath: is no path in Vault',
    ],
    ['CredentialFromVault', { ...VAULT, vaultpath: 'a?b' }, 'credentialdata.vaultpath: is no path in Vault'],
    [
      'CredentialFromVault',
      { ...VAULT, keys: ['user', 'port'] },
      'credentialdata.keys[1]: delivers port, which provisioning fills in',
    ],
    [
      'CredentialFromCatalog',
      { password: 'a ${b' },
      'credentialdata.password: holds ${ without its }; complete it, or write $${ for a literal ${',
    ],
    [
      'CredentialFromCatalog',
      { password: 'a${hunter2}' },
      'credentialdata.password: has an expression that, at its character 1, uses a name, which is no variable; use',
    ],
    [
      'CredentialFromCatalog',
      { password: '${1 + 1}' },
      'credentialdata.password: has an expression that gives an int where text is needed; write string(…) around it',
    ],
    [
      'CredentialFromClusterSecret',
      { secretname: '${instance.shortId}' },
      'credentialdata.secretname: cannot hold an expression',
    ],
    [
      'CredentialFromProvisionedSecret',
      { secretname: 'a-${generate.password(8)}' },
      'credentialdata.secretname: has an expression that, at its character 9, makes a value where it would not',
    ],
    ['CredentialNoCredential', { a: 'b' }, 'credentialdata: must be absent or {}'],
    ['CredentialNoCredential', 'x', 'credentialdata: must be absent or {}'],
  ])('%s with %j is refused: %s', (kind, data, line) => {
    const errors = linesOf(given(kind, data)).filter((found) => !found.includes('is written here'));
    expect(errors).toEqual([expect.stringContaining(line)]);
  });

  it.each<[Record<string, string>, number]>([
    [{ username: 'api' }, 0],
    [{ username: 'api', password: '${generate.password(32)}' }, 0],
    [{ username: 'api', password: '' }, 0],
    [{ username: 'api', password: 'secret' }, 1],
    [{ token: 'secret' }, 1],
  ])('CredentialFromCatalog with %j is warned of %d times, without a word of the value', (data, times) => {
    const lines = linesOf(given('CredentialFromCatalog', data));
    expect(lines).toHaveLength(times);
    expect(lines.join()).not.toContain('secret');
  });
});
