import type { JsonObject } from '@mesitis/kube';
import type { VaultAuth } from '@mesitis/offering';
import type { BrokerSecrets } from './broker-secrets.js';
import type { VaultClient } from './vault-client.js';
import { misconfigured, objectIn, unexpected, vaultName } from './vault-failure.js';
import type { VaultAnswer, VaultRequest, VaultServer } from './vault-transport.js';

/** A Vault and the way into it. */
export interface VaultTarget {
  server: VaultServer;
  auth: VaultAuth;
}

/** A token that a login gave. Secret. */
export interface LoginToken {
  value: string;
  /** In seconds, from {@link obtainedAt} on; 0: it never ends. */
  duration: number;
  renewable: boolean;
  /** Milliseconds since 1970. */
  obtainedAt: number;
}

/** What logging in needs. */
export interface VaultLoginOptions {
  client: VaultClient;
  secrets: BrokerSecrets;
  /** The broker's own, read each time because the kubelet replaces it. */
  readServiceAccountToken: () => Promise<string>;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** Logs in to Vault, by each of the three methods. */
export class VaultLogin {
  readonly #options: VaultLoginOptions;

  constructor(options: VaultLoginOptions) {
    this.#options = options;
  }

  /** A new token; for the method `token` the one that the provider made. @throws BrokerError without a secret in it */
  async login({ server, auth }: VaultTarget, signal: AbortSignal): Promise<LoginToken> {
    switch (auth.method) {
      case 'kubernetes': {
        const { role, mount = 'kubernetes' } = auth;
        const body = { role, jwt: await this.#serviceAccountToken() };
        const remedy = `ask the provider to check that the role ${JSON.stringify(role)} exists at auth/${mount} and admits the ServiceAccount of the broker`;
        return this.#exchange(server, { mount, body, remedy }, signal);
      }
      case 'approle': {
        const { secretName, mount = 'approle' } = auth;
        const body = await this.#options.secrets.read(secretName, ['role_id', 'secret_id']);
        const remedy = `ask the provider to check auth/${mount} and to renew role_id and secret_id in ${this.#options.secrets.name(secretName)}`;
        return this.#exchange(server, { mount, body, remedy }, signal);
      }
      case 'token':
        return this.#adopt(server, auth.secretName, signal);
    }
  }

  async #exchange(
    server: VaultServer,
    { mount, body, remedy }: { mount: string; body: JsonObject; remedy: string },
    signal: AbortSignal,
  ): Promise<LoginToken> {
    const request: VaultRequest = {
      method: 'POST',
      path: `auth/${mount.replace(/^\/+|\/+$/g, '')}/login`,
      body,
    };
    const obtainedAt = this.#options.now();
    const answer = await this.#options.client.request(server, request, signal);
    const token = tokenOf(answer);
    if (token !== undefined) return { ...token, obtainedAt };
    if (answer.body === undefined || (answer.status >= 300 && answer.status < 400)) {
      throw unexpected(server, request, answer);
    }
    throw misconfigured(`the login at ${vaultName(server)} was refused (${answer.status}); ${remedy}`);
  }

  /** Learns how long the provider's token lasts, and prolongs it when half of its life is over. */
  async #adopt(server: VaultServer, secretName: string, signal: AbortSignal): Promise<LoginToken> {
    const { client, secrets, now } = this.#options;
    const { token } = await secrets.read(secretName, ['token']);
    const obtainedAt = now();
    const lookup: VaultRequest = { method: 'GET', path: 'auth/token/lookup-self', token };
    const answer = await client.request(server, lookup, signal);
    // A token may be forbidden to look at itself; whether it is good shows when it is used.
    if (answer.status === 403) return { value: token, duration: 0, renewable: false, obtainedAt };
    const data = objectIn(answer, 'data');
    if (answer.status !== 200 || data === undefined) throw unexpected(server, lookup, answer);
    const duration = seconds(data['ttl']);
    const renewable = data['renewable'] === true;
    if (renewable && duration < seconds(data['creation_ttl']) / 2) {
      const renewal: VaultRequest = { method: 'POST', path: 'auth/token/renew-self', token, body: {} };
      const renewed = tokenOf(await client.request(server, renewal, signal));
      if (renewed !== undefined) return { ...renewed, value: token, obtainedAt };
    }
    return { value: token, duration, renewable, obtainedAt };
  }

  async #serviceAccountToken(): Promise<string> {
    try {
      return (await this.#options.readServiceAccountToken()).trim();
    } catch (error) {
      throw misconfigured(
        'the broker can not read the token of its ServiceAccount, which the login at Vault needs; ask the provider to let it be mounted (automountServiceAccountToken)',
        error,
      );
    }
  }
}

/** The token in the answer to a login or a renewal; undefined when there is none. */
export function tokenOf(answer: VaultAnswer): Omit<LoginToken, 'obtainedAt'> | undefined {
  const auth = answer.status === 200 ? objectIn(answer, 'auth') : undefined;
  const value = auth?.['client_token'];
  if (auth === undefined || typeof value !== 'string' || value === '') return undefined;
  return { value, duration: seconds(auth['lease_duration']), renewable: auth['renewable'] === true };
}

/** A duration as Vault writes it in answers: whole seconds. */
export function seconds(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}
