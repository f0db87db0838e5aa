import { describe, expect, it } from '@jest/globals';
import type { Credential } from './model.js';
import { entryConfigMap, entryOf, linesOf } from './testing/config-maps.js';

const VAULT = {
  vaulturl: 'https://vault.example.com:8200',
  vaultauth: { role: 'api', password: '${not an expression' },
  vaultpath: 'secret/data/api',
};

function given(kind: string, data: unknown): ReturnType<typeof entryConfigMap> {
  return entryConfigMap({ credentialkind: kind, credentialdata: data });
}

describe('a credential kind', () => {
  it.each<[string, unknown, Credential]>([
    [
      'CredentialFromCatalog',
      { Username: 'u', PASSWORD: 'a ${b $${c', apiKey: '', 'tls.crt': 'x' },
      {
        kind: 'CredentialFromCatalog',
        values: { username: 'u', password: 'a ${b $${c', apiKey: '', 'tls.crt': 'x' },
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
        vaultAuth: VAULT.vaultauth,
        vaultPath: VAULT.vaultpath,
      },
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
      'credentialdata.vaultauth: says nothing; say how to log in',
    ],
    ['CredentialFromVault', { ...VAULT, vaultpath: undefined }, 'credentialdata.vaultpath: is missing'],
    ['CredentialNoCredential', { a: 'b' }, 'credentialdata: must be absent or {}'],
    ['CredentialNoCredential', 'x', 'credentialdata: must be absent or {}'],
  ])('%s with %j is refused: %s', (kind, data, line) => {
    expect(linesOf(given(kind, data))).toEqual([expect.stringContaining(line)]);
  });
});
