import type { JsonObject, Kube } from '@mesitis/kube';
import { exponentialBackoff } from '@mesitis/kube';
import { delay } from '../delay.js';
import { BrokerSecrets } from '../vault/broker-secrets.js';
import { deliverable } from '../vault/deliverable.js';
import type { IssuedLease } from '../vault/issued-lease.js';
import { endOf, fromJson, isAtItsLongest, issuedLease, renewalDueAt, toJson } from '../vault/issued-lease.js';
import { mayNotRevoke, renewLease, renewLogin, revokeLease, revokeLogin } from '../vault/lease-requests.js';
import { readSecret } from '../vault/read-secret.js';
import { VaultClient } from '../vault/vault-client.js';
import type { VaultCredential } from '../vault/vault-credential.js';
import { misconfigured } from '../vault/vault-failure.js';
import { VaultLogin } from '../vault/vault-login.js';
import type { VaultTarget } from '../vault/vault-login.js';
import { VaultSession } from '../vault/vault-session.js';
import { VaultTokens } from '../vault/vault-tokens.js';
import type { VaultSend } from '../vault/vault-transport.js';
import type { BindingFacts, CredentialSource, Delivered, Renewed } from './credential-source.js';

/** What the source needs of the world. */
export interface CredentialFromVaultOptions {
  kube: Pick<Kube, 'get'>;
  /** The broker's own: where the Secrets with tokens, AppRoles and authorities are. */
  namespace: string;
  /** How requests travel: `new VaultTransport().send`. */
  send: VaultSend;
  /** The token of the broker's ServiceAccount; called for each login, because the kubelet replaces it. */
  readServiceAccountToken: () => Promise<string>;
  /** Milliseconds since 1970. */
  now: () => number;
  /** In [0, 1), for the pauses between attempts. */
  random: () => number;
  /** Ends all work: the process stops. */
  signal?: AbortSignal;
  /** Waits between attempts; a timer when left out. */
  wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** How long one piece of work may take, all attempts included: platforms wait 60 s for an answer. */
const PATIENCE_MS = 25_000;

/** How many logins are kept. */
const MOST_LOGINS = 100;

/**
 * CredentialFromVault: a secret of HashiCorp Vault or OpenBao. What stands there is read when somebody asks; what Vault
 * issues with a lease is kept in the binding's record, renewed while bound and revoked at unbind (docs/vault.md).
 */
export class CredentialFromVault implements CredentialSource<VaultCredential> {
  readonly kind = 'CredentialFromVault';
  readonly #options: CredentialFromVaultOptions;
  readonly #client: VaultClient;
  readonly #secrets: BrokerSecrets;
  readonly #tokens: VaultTokens;

  constructor(options: CredentialFromVaultOptions) {
    const { kube, namespace, send, readServiceAccountToken, now, random, wait = timer } = options;
    this.#options = options;
    this.#secrets = new BrokerSecrets(kube, namespace);
    this.#client = new VaultClient({
      send,
      wait,
      backoff: exponentialBackoff({ initialMs: 250, maxMs: 4_000, random }),
    });
    const login = new VaultLogin({
      client: this.#client,
      secrets: this.#secrets,
      readServiceAccountToken,
      now,
    });
    this.#tokens = new VaultTokens({
      login: async (target, signal) => login.login(target, signal),
      now,
      most: MOST_LOGINS,
    });
  }

  /** Always: whether there will be a lease shows only when Vault answers. */
  issues(): boolean {
    return true;
  }

  async deliver(
    credential: VaultCredential,
    _binding: BindingFacts,
    issued: JsonObject | undefined,
  ): Promise<Delivered> {
    if (issued !== undefined) return this.#delivered(credential, fromJson(issued));
    const session = await this.#session(credential);
    const readAt = this.#options.now();
    const reading = await readSecret(session, credential.vaultPath);
    const { values, lease } = reading;
    if (lease === undefined) return { values: deliverable(values, credential.keys, nameOf(credential)) };
    const login = { token: await session.token(), isOwn: session.isOwn };
    const kept = issuedLease(credential, { values, lease }, login, readAt);
    try {
      return this.#delivered(credential, kept);
    } catch (error) {
      // Nobody will know of the lease, so nobody would end it.
      await this.revoke(toJson(kept)).catch(() => undefined);
      throw error;
    }
  }

  async renew(issued: JsonObject): Promise<Renewed | undefined> {
    const lease = fromJson(issued);
    const now = this.#options.now();
    if (hasEnded(lease, now)) return undefined;
    const session = await this.#session(lease, lease.token);
    const renewed = await renewLease(session, await renewLogin(session, lease, now), now);
    if (renewed === undefined || isAtItsLongest(renewed, now)) return undefined;
    return { issued: toJson({ ...renewed, renewedAt: now }), ...expiry(renewed) };
  }

  renewalDue(issued: JsonObject): number | undefined {
    return renewalDueAt(fromJson(issued));
  }

  async revoke(issued: JsonObject): Promise<void> {
    const lease = fromJson(issued);
    try {
      await this.#revoke(lease);
    } catch (error) {
      // What ended by itself keeps no instance because Vault, or what is needed to speak to it, is gone for ever.
      if (!hasEnded(lease, this.#options.now())) throw error;
    }
  }

  async #revoke(lease: IssuedLease): Promise<void> {
    const { token } = lease;
    const session = await this.#session(lease, token);
    const isRevoked = await revokeLease(session, lease);
    // The token was made for this binding, and takes with it whatever an attempt without an answer left behind.
    const isTokenGone = token !== undefined && (await revokeLogin(session));
    if (isRevoked || isTokenGone || hasEnded(lease, this.#options.now())) return;
    // A token without a policy for it (method `token`: the provider's) can't; perhaps today's login can.
    const another = token === undefined ? session : await this.#session(lease);
    if (another === session || !(await revokeLease(another, lease))) throw mayNotRevoke(session, lease);
  }

  #delivered({ keys }: VaultCredential, issued: IssuedLease): Delivered {
    const end = endOf(issued);
    if (hasEnded(issued, this.#options.now())) {
      throw misconfigured(
        `the credentials of this binding ended at ${new Date(end ?? 0).toISOString()}, as long as Vault lets them live; delete the binding and bind again`,
      );
    }
    return {
      values: deliverable(issued.values, keys, nameOf(issued)),
      issued: toJson(issued),
      ...expiry(issued),
    };
  }

  /** Opens a session at the Vault that an entry or a record names. @param token to use that one and no other */
  async #session(
    { vaultUrl, vaultAuth }: Pick<VaultCredential, 'vaultUrl' | 'vaultAuth'>,
    token?: string,
  ): Promise<VaultSession> {
    const { namespace, caSecretName } = vaultAuth;
    const target: VaultTarget = {
      server: {
        url: vaultUrl,
        ...(namespace === undefined ? {} : { namespace }),
        ...(caSecretName === undefined
          ? {}
          : { ca: (await this.#secrets.read(caSecretName, ['ca.crt']))['ca.crt'] }),
      },
      auth: vaultAuth,
    };
    const { signal, now } = this.#options;
    const patience = AbortSignal.timeout(PATIENCE_MS);
    const either = signal === undefined ? patience : AbortSignal.any([signal, patience]);
    return new VaultSession({ client: this.#client, tokens: this.#tokens, now }, target, either, token);
  }
}

function hasEnded(issued: IssuedLease, now: number): boolean {
  return (endOf(issued) ?? Infinity) <= now;
}

function expiry(issued: IssuedLease): { expiresAt?: number } {
  const end = endOf(issued);
  return end === undefined ? {} : { expiresAt: end };
}

function nameOf({ vaultPath }: Pick<VaultCredential, 'vaultPath'>): string {
  return `Vault path ${JSON.stringify(vaultPath)}`;
}

async function timer(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, signal);
  signal.throwIfAborted();
}
