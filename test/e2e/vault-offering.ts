import type { JsonObject, KubeObject } from '@mesitis/kube';
import type { VaultServer } from '../vault/server.js';
import { entryOf } from './offerings.js';

/** An offering whose bindings get an account from Vault, and the Secret with which its broker logs in there. */
export interface VaultOffering {
  entry: KubeObject;
  login: KubeObject;
  /** Whether Vault knows it or the broker does: nobody may ever read it in a log. */
  secrets: string[];
}

/** Sets up a database engine and a login by AppRole that may read its accounts. */
export async function vaultOffering(vault: VaultServer, namespace: string): Promise<VaultOffering> {
  const admin = async (method: string, path: string, body?: JsonObject): Promise<JsonObject> => {
    const answer = await fetch(`${vault.url}/v1/${path}`, {
      method,
      headers: { 'X-Vault-Token': vault.state.rootToken },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? {} : ((JSON.parse(text) as { data?: JsonObject }).data ?? {});
  };
  await admin('POST', 'sys/mounts/database', { type: 'database' });
  await admin('POST', 'database/roles/app', { default_ttl: '1h', max_ttl: '24h' });
  const policy = JSON.stringify({ path: { 'database/creds/app': { capabilities: ['read'] } } });
  await admin('PUT', 'sys/policies/acl/app', { policy });
  await admin('POST', 'sys/auth/approle', { type: 'approle' });
  await admin('POST', 'auth/approle/role/broker', { token_policies: ['app'], token_ttl: '2h' });
  const { role_id } = (await admin('GET', 'auth/approle/role/broker/role-id')) as { role_id: string };
  const { secret_id } = (await admin('POST', 'auth/approle/role/broker/secret-id', {})) as {
    secret_id: string;
  };
  return {
    entry: entryOf(namespace, {
      offering: 'account',
      uuid: 'account',
      provisionnonclusterurl: { url: 'postgresql://db.example.com' },
      credentialfromvault: {
        vaulturl: vault.url,
        vaultpath: 'database/creds/app',
        vaultauth: { method: 'approle', secretname: 'vault-approle' },
      },
    }),
    login: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'vault-approle', namespace },
      stringData: { role_id, secret_id },
    },
    secrets: [vault.state.rootToken, secret_id],
  };
}
