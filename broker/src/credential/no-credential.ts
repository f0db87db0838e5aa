import type { CredentialOf, CredentialSource } from './credential-source.js';

/** CredentialNoCredential: the coordinates are all that a consumer gets. */
export const noCredential: CredentialSource<CredentialOf<'CredentialNoCredential'>> = {
  kind: 'CredentialNoCredential',
  async resolve() {
    return Promise.resolve({});
  },
};
