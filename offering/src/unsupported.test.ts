import { describe, expect, it } from '@jest/globals';
import { parseProviderConfigMap } from './configuration.js';
import type { ProviderConfigMap } from './model.js';
import { entryConfigMap, wrappedConfigMap } from './testing/config-maps.js';
import { unsupported } from './unsupported.js';

function reason(given: ProviderConfigMap): string | undefined {
  const parsed = parseProviderConfigMap(given);
  if (!parsed.ok) throw new Error('The sample must be right');
  return unsupported(parsed.value);
}

describe('what this release does not run', () => {
  it.each<[ProviderConfigMap, string]>([
    [
      entryConfigMap({
        provisionkind: 'ProvisionHelmChart',
        provisiondata: { namespace: 'a', name: 'b', chart: 'c' },
      }),
      'ProvisionHelmChart is checked by this release but does not run yet',
    ],
    [
      entryConfigMap({
        credentialkind: 'CredentialFromVault',
        credentialdata: { vaulturl: 'https://a', vaultauth: { role: 'b' }, vaultpath: 'c' },
      }),
      'CredentialFromVault is checked by this release but does not run yet',
    ],
    [
      entryConfigMap({
        credentialkind: 'CredentialFromProvisionedSecret',
        credentialdata: { secretname: 'a' },
      }),
      'CredentialFromProvisionedSecret is checked by this release but does not run yet',
    ],
    [
      entryConfigMap({ provisiondata: { url: 'https://a/${consumer.namespace}' } }),
      'The provisiondata holds ${ } expressions, which this release checks but does not evaluate yet',
    ],
    [
      wrappedConfigMap(),
      'The wrapped object holds ${ } expressions, which this release checks but does not evaluate yet',
    ],
  ])('is told with a reason', (given, sentence) => {
    expect(reason(given)).toBe(sentence);
  });

  it('is not what it does run', () => {
    const metadata = { name: 'a', annotations: { note: '$${HOME}' } };
    expect(reason(wrappedConfigMap({ metadata }))).toBeUndefined();
    expect(reason(entryConfigMap())).toBeUndefined();
    const credentialdata = { password: '${' };
    expect(
      reason(entryConfigMap({ credentialkind: 'CredentialFromCatalog', credentialdata })),
    ).toBeUndefined();
  });
});
