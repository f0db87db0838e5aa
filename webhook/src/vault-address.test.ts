import { expect, test } from '@jest/globals';
import { parseProviderConfigMap, type ProviderConfigMap, type Violation } from '@mesitis/offering';
import { ENTRY, entryConfigMap, serviceConfigMap } from './testing/provider-config-maps.js';
import { vaultAddress } from './vault-address.js';

const judged = (configMap: unknown): Violation[] => {
  const subject = configMap as ProviderConfigMap;
  return vaultAddress.judge({ configMap: subject, parsed: parseProviderConfigMap(subject) });
};
const inVault = (vaulturl: string): object => ({
  ...ENTRY,
  credentialkind: 'CredentialFromVault',
  credentialdata: { vaulturl, vaultpath: 'secret/api', vaultauth: { method: 'kubernetes', role: 'a' } },
});

test('refuses a Vault in clear text', () => {
  expect(judged(entryConfigMap(inVault('http://vault.example.com')))).toMatchObject([
    { rule: 'MES096', severity: 'error', path: 'data.wrapped-resource: credentialdata.vaulturl' },
  ]);
});

test.each([
  ['a Vault by https', entryConfigMap(inVault('HTTPS://vault.example.com'))],
  ['another credential', entryConfigMap()],
  ['an object', serviceConfigMap()],
  ['what is no entry at all', entryConfigMap('{')],
])('has nothing against %s', (_, configMap) => {
  expect(judged(configMap)).toEqual([]);
});
