import type { CredentialOf } from '../credential/credential-source.js';

/** What an entry says about credentials in Vault. */
export type VaultCredential = CredentialOf<'CredentialFromVault'>;
