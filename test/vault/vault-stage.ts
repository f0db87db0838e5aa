import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { CredentialFromVault, VaultTransport } from '@mesitis/broker/vault';
import type { VaultCredential } from '@mesitis/broker/vault';
import type { VaultAuth } from '@mesitis/offering';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';

/** A Vault to try the client on: the one in this folder, or a real one. */
export interface VaultUnderTest {
  url: string;
  rootToken: string;
  /** Milliseconds since 1970, by the clock of that Vault. */
  now: () => number;
  close: () => Promise<void>;
}

/** What a test may change of the source. */
export interface StageOptions {
  /** PEM, put into the Secret `vault-ca`. */
  ca?: string;
  serviceAccountToken?: () => string;
  /** For one exchange; the client's own when left out. */
  timeoutMs?: number;
}

/** The broker's namespace. */
const NAMESPACE = 'provider-ns';

/** What delivering needs to know of a binding; Vault does not care. */
const BINDING = { instanceId: 'i', bindingId: 'b', provisionNamespace: undefined, parameters: {} };

/** A source of credentials at a Vault, with what a test sets up around it. */
export class VaultStage {
  readonly vault: VaultUnderTest;
  readonly source: CredentialFromVault;
  readonly kube = new MemoryKube();
  /** Makes names of this stage differ from those of others in the same Vault. */
  readonly id = randomUUID().slice(0, 8);
  readonly #transport: VaultTransport;
  readonly #secret = new Set<string>();

  constructor(vault: VaultUnderTest, { ca, timeoutMs, serviceAccountToken = () => '' }: StageOptions = {}) {
    this.vault = vault;
    this.#transport = new VaultTransport(timeoutMs);
    if (ca !== undefined) this.kube.seed(secret('vault-ca', { 'ca.crt': ca }));
    this.source = new CredentialFromVault({
      kube: this.kube,
      namespace: NAMESPACE,
      send: this.#transport.send,
      readServiceAccountToken: async () => Promise.resolve(this.#hidden(serviceAccountToken())),
      now: vault.now,
      random: Math.random,
      // Attempts follow each other at once.
      wait: async () => Promise.resolve(),
    });
  }

  async close(): Promise<void> {
    this.#transport.close();
    await this.vault.close();
  }

  /** Calls Vault as its administrator. */
  async admin(method: string, path: string, body?: JsonObject, namespace?: string): Promise<JsonObject> {
    const headers = {
      'X-Vault-Token': this.vault.rootToken,
      'Content-Type': 'application/json',
      ...(namespace === undefined ? {} : { 'X-Vault-Namespace': namespace }),
    };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    for (let attempt = 1; ; attempt += 1) {
      const response = await fetch(`${this.vault.url}/v1/${path}`, init);
      const text = await response.text();
      if (response.ok) return text === '' ? {} : (JSON.parse(text) as JsonObject);
      // A real Vault readies a new KV v2 engine in the background and says so.
      if (!text.includes('Upgrading') || attempt === 100) {
        throw new Error(`${method} ${path}: ${response.status} ${text}`);
      }
      await delay(100);
    }
  }

  /** Mounts a KV engine; gives its path. */
  async mountKv(
    version: '1' | '2',
    path = `mesitis-${this.id}-kv${version}`,
    namespace?: string,
  ): Promise<string> {
    await this.admin('POST', `sys/mounts/${path}`, { type: 'kv', options: { version } }, namespace);
    return path;
  }

  /** Puts a token with these rights into the Secret `vault-token`; gives the way to log in with it, and the token. */
  async tokenFor(
    paths: Record<string, string[]>,
    settings: JsonObject = {},
  ): Promise<{ auth: VaultAuth; token: string }> {
    const policy = await this.policy(paths);
    const answer = await this.admin('POST', 'auth/token/create', {
      policies: [policy],
      ttl: '1h',
      ...settings,
    });
    const token = this.#hidden((answer['auth'] as { client_token: string }).client_token);
    await this.putSecret('vault-token', { token });
    return { auth: { method: 'token', secretName: 'vault-token' }, token };
  }

  /** Makes an AppRole with these rights; gives the way to log in with it. */
  async appRoleFor(paths: Record<string, string[]>, settings: JsonObject = {}): Promise<VaultAuth> {
    const mount = `mesitis-${this.id}-approle`;
    const role = `auth/${mount}/role/broker`;
    await this.admin('POST', `sys/auth/${mount}`, { type: 'approle' });
    await this.admin('POST', role, {
      token_policies: [await this.policy(paths)],
      token_ttl: '1h',
      ...settings,
    });
    const { role_id: roleId } = (await this.admin('GET', `${role}/role-id`))['data'] as { role_id: string };
    const { secret_id: secretId } = (await this.admin('POST', `${role}/secret-id`, {}))['data'] as {
      secret_id: string;
    };
    const keys = { role_id: this.#hidden(roleId), secret_id: this.#hidden(secretId) };
    // A line's end is what `kubectl create secret --from-file` leaves behind a value.
    await this.putSecret('vault-approle', { ...keys, secret_id: `${keys.secret_id}\n` });
    return { method: 'approle', secretName: 'vault-approle', mount };
  }

  /** Writes a policy; gives its name. */
  async policy(paths: Record<string, string[]>, namespace?: string): Promise<string> {
    const name = `mesitis-${randomUUID().slice(0, 8)}`;
    const rules = Object.fromEntries(
      Object.entries(paths).map(([path, capabilities]) => [path, { capabilities }]),
    );
    await this.admin(
      'PUT',
      `sys/policies/acl/${name}`,
      { policy: JSON.stringify({ path: rules }) },
      namespace,
    );
    return name;
  }

  /** Writes a Secret of the broker's namespace. */
  async putSecret(name: string, texts: Record<string, string>): Promise<void> {
    await this.kube.apply(secret(name, texts), { force: true });
  }

  /** What an entry says. */
  credential(vaultAuth: VaultAuth, vaultPath: string, more: Partial<VaultCredential> = {}): VaultCredential {
    return { kind: 'CredentialFromVault', vaultUrl: this.vault.url, vaultAuth, vaultPath, ...more };
  }

  /** What a binding gets. */
  async deliver(
    credential: VaultCredential,
    issued?: JsonObject,
  ): ReturnType<CredentialFromVault['deliver']> {
    return this.source.deliver(credential, BINDING, issued);
  }

  /** The failure of some work, after a look that nothing secret is in it or in its causes. */
  async failureOf(work: Promise<unknown>): Promise<{ code: string; message: string }> {
    const error = await work.then(
      () => new Error('there was no failure'),
      (caught: unknown) => caught,
    );
    const texts: string[] = [];
    for (let one: unknown = error; one instanceof Error; one = one.cause)
      texts.push(`${one.message} ${JSON.stringify(one)}`);
    const leaked = [...this.#secret].filter((value) => texts.join('\n').includes(value));
    if (leaked.length > 0) throw new Error('the failure tells a secret');
    const { message, code } = error as Error & { code?: string };
    return { code: code ?? '', message: message.replaceAll(this.vault.url, 'URL').replaceAll(this.id, 'ID') };
  }

  /** Remembers what must not be told. */
  #hidden(value: string): string {
    if (value !== '') this.#secret.add(value);
    return value;
  }
}

function secret(name: string, texts: Record<string, string>): KubeObject {
  const data = Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: NAMESPACE },
    data: Object.fromEntries(data),
  };
}
