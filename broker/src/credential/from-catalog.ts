import type { CredentialOf, CredentialSource } from './credential-source.js';

/** CredentialFromCatalog: the values stand in the entry itself. */
export const credentialFromCatalog: CredentialSource<CredentialOf<'CredentialFromCatalog'>> = {
  kind: 'CredentialFromCatalog',
  async resolve({ values }) {
    return Promise.resolve({ ...values });
  },
};
