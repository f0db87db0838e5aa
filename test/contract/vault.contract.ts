import { describe, test } from '@jest/globals';
import { VaultServer } from '../vault/server.js';
import { describeVaultContract } from '../vault/vault-contract.js';

describeVaultContract('the Vault in test/vault', async () => {
  const server = await VaultServer.start();
  return {
    url: server.url,
    rootToken: server.state.rootToken,
    now: () => server.state.now(),
    close: async () => server.close(),
  };
});

const { VAULT_ADDR: url, VAULT_TOKEN: rootToken } = process.env;

if (url !== undefined && rootToken !== undefined) {
  describeVaultContract('the Vault at VAULT_ADDR', async () =>
    Promise.resolve({ url, rootToken, now: Date.now, close: async () => Promise.resolve() }),
  );
} else {
  describe('credentials out of a real Vault', () => {
    test.skip('VAULT_ADDR and VAULT_TOKEN (of an administrator) are not set', () => undefined);
  });
}
