export type { CredentialFromVaultOptions } from '../credential/from-vault.js';
export { CredentialFromVault } from '../credential/from-vault.js';
export type { LeaseRenewalOptions } from '../credential/renew-leases.js';
export { LeaseRenewal } from '../credential/renew-leases.js';
export type { VaultCredential } from './vault-credential.js';
export type { VaultSend } from './vault-transport.js';
export { VaultTransport } from './vault-transport.js';
