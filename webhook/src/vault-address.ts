import { CLUSTER_RULES } from '@mesitis/offering';
import type { Check } from './decide.js';
import { payloadPath } from './payload-path.js';

/** Refuses a Vault that is not reached by https: logins and credentials would travel in clear text. */
export const vaultAddress: Check = {
  name: 'vault-address',
  judge: ({ configMap, parsed }) => {
    if (!parsed.ok || parsed.value.type !== 'catalog-entry') return [];
    const { credential } = parsed.value.entry;
    if (credential.kind !== 'CredentialFromVault' || new URL(credential.vaultUrl).protocol === 'https:')
      return [];
    const { id: rule, severity } = CLUSTER_RULES['vault-insecure'];
    const path = `${payloadPath(configMap)}: credentialdata.vaulturl`;
    const message =
      'is not https, so logins and credentials would travel in clear text; use https, or ask the platform team to allow http';
    return [{ rule, severity, path, message }];
  },
};
