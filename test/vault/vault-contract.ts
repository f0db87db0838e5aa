import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { VaultStage } from './vault-stage.js';
import type { VaultUnderTest } from './vault-stage.js';

/**
 * What the broker relies on at any Vault, spoken through its own client: reading KV secrets, logging in, and failures
 * that say what to do. Sets up everything by Vault's API and under names of its own.
 */
export function describeVaultContract(name: string, start: () => Promise<VaultUnderTest>): void {
  describe(`credentials out of ${name}`, () => {
    let stage: VaultStage;
    beforeAll(async () => {
      stage = new VaultStage(await start());
    });
    afterAll(async () => stage.close());

    test('KV v1: text, numbers and truth values stay, anything else becomes JSON text', async () => {
      const kv = await stage.mountKv('1');
      await stage.admin('POST', `${kv}/team/app`, {
        username: 'u',
        port: 5432,
        tls: true,
        hosts: ['a', 'b'],
        options: { deep: { x: 1 } },
      });
      const { auth } = await stage.tokenFor({ [`${kv}/*`]: ['read'] });
      expect(await stage.deliver(stage.credential(auth, `/${kv}/team/app`))).toEqual({
        values: { username: 'u', port: 5432, tls: true, hosts: '["a","b"]', options: '{"deep":{"x":1}}' },
      });
    });

    test('KV v2: both spellings of the path, and always the latest version', async () => {
      const kv = await stage.mountKv('2', `mesitis-${stage.id}/deep/kv`);
      await stage.admin('POST', `${kv}/data/app`, { data: { password: 'p-1', unused: 'x' } });
      const { auth } = await stage.tokenFor({ [`${kv}/data/*`]: ['read'] });
      const keys = { password: 'PASSWORD' };
      for (const path of [`${kv}/app`, `${kv}/data/app`]) {
        expect(await stage.deliver(stage.credential(auth, path, { keys }))).toEqual({
          values: { PASSWORD: 'p-1' },
        });
      }
      await stage.admin('POST', `${kv}/data/app`, { data: { password: 'p-2' } });
      expect(await stage.deliver(stage.credential(auth, `${kv}/app`))).toEqual({
        values: { password: 'p-2' },
      });
    });

    test('KV v2: a deleted, a destroyed and a missing secret are told apart', async () => {
      const kv = await stage.mountKv('2');
      for (const path of ['deleted', 'destroyed']) {
        await stage.admin('POST', `${kv}/data/${path}`, { data: { a: 'b' } });
      }
      await stage.admin('DELETE', `${kv}/data/deleted`);
      await stage.admin('PUT', `${kv}/destroy/destroyed`, { versions: [1] });
      const { auth } = await stage.tokenFor({ [`${kv}/data/*`]: ['read'] });
      const failure = async (path: string): Promise<unknown> =>
        stage.failureOf(stage.deliver(stage.credential(auth, `${kv}/${path}`)));
      expect([await failure('deleted'), await failure('destroyed'), await failure('missing')]).toEqual([
        {
          code: 'OfferingMisconfigured',
          message:
            'version 1 of the secret at "mesitis-ID-kv2/data/deleted" in Vault URL was deleted; ask the provider to write it again',
        },
        {
          code: 'OfferingMisconfigured',
          message:
            'version 1 of the secret at "mesitis-ID-kv2/data/destroyed" in Vault URL was destroyed; ask the provider to write it again',
        },
        {
          code: 'OfferingMisconfigured',
          message:
            'Vault URL has no secret at "mesitis-ID-kv2/data/missing"; ask the provider to write it or to correct vaultpath',
        },
      ]);
    });

    test('a path without an engine, and one that the policy does not open', async () => {
      const kv = await stage.mountKv('1', `mesitis-${stage.id}-closed`);
      await stage.admin('POST', `${kv}/app`, { a: 'b' });
      const { auth } = await stage.tokenFor({ [`${kv}/other`]: ['read'], 'mesitis-nowhere/*': ['read'] });
      expect(await stage.failureOf(stage.deliver(stage.credential(auth, 'mesitis-nowhere/app')))).toEqual({
        code: 'OfferingMisconfigured',
        message:
          'Vault URL has no secrets engine at "mesitis-nowhere/app"; ask the provider to correct vaultpath or vaultauth.namespace',
      });
      expect(await stage.failureOf(stage.deliver(stage.credential(auth, `${kv}/app`)))).toEqual({
        code: 'OfferingMisconfigured',
        message:
          'Vault URL forbids to read "mesitis-ID-closed/app"; ask the provider to give a policy of the token in the Secret vault-token the capability "read" on that path, or to check that its token is still good',
      });
    });

    test('an AppRole logs in; with a wrong secret id it is told which Secret to mend', async () => {
      const kv = await stage.mountKv('1', `mesitis-${stage.id}-approle-kv`);
      await stage.admin('POST', `${kv}/app`, { a: 'b' });
      const auth = await stage.appRoleFor({ [`${kv}/*`]: ['read'] });
      const credential = stage.credential(auth, `${kv}/app`);
      expect(await stage.deliver(credential)).toEqual({ values: { a: 'b' } });
      await stage.putSecret('vault-approle-2', { role_id: 'no-role-id', secret_id: 'no-secret-id' });
      const wrong = { ...auth, secretName: 'vault-approle-2' };
      expect(await stage.failureOf(stage.deliver({ ...credential, vaultAuth: wrong }))).toEqual({
        code: 'OfferingMisconfigured',
        message:
          'the login at Vault URL was refused (400); ask the provider to check auth/mesitis-ID-approle and to renew role_id and secret_id in Secret provider-ns/vault-approle-2',
      });
    });

    test('a token that was revoked is read again from its Secret, once', async () => {
      const kv = await stage.mountKv('1', `mesitis-${stage.id}-rotated`);
      await stage.admin('POST', `${kv}/app`, { a: 'b' });
      const { auth, token } = await stage.tokenFor({ [`${kv}/*`]: ['read'] });
      const credential = stage.credential(auth, `${kv}/app`);
      expect(await stage.deliver(credential)).toEqual({ values: { a: 'b' } });
      await fetch(`${stage.vault.url}/v1/auth/token/revoke-self`, {
        method: 'POST',
        headers: { 'X-Vault-Token': token },
      });
      expect(await stage.failureOf(stage.deliver(credential))).toMatchObject({
        code: 'OfferingMisconfigured',
      });
      await stage.tokenFor({ [`${kv}/*`]: ['read'] });
      expect(await stage.deliver(credential)).toEqual({ values: { a: 'b' } });
    });
  });
}
