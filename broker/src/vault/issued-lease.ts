import type { JsonObject } from '@mesitis/kube';
import { isJsonObject } from '../json.js';
import type { VaultLease } from './read-secret.js';
import type { VaultCredential } from './vault-credential.js';
import type { LoginToken } from './vault-login.js';

/** Something that ends unless it is prolonged: a lease, or the token that a lease hangs on. */
export interface Term {
  /** What was granted at first and is asked for again each time, in seconds; 0: no end. */
  duration: number;
  renewable: boolean;
  /** Milliseconds since 1970; absent: no end. */
  expiresAt?: number;
}

/**
 * What the record of a binding keeps of a dynamic secret: enough to deliver, to renew and to revoke it when the entry
 * and its Secrets are gone. Secret. The lease ends when its own time is up or when that of its token is.
 */
export interface IssuedLease {
  kind: 'CredentialFromVault';
  vaultUrl: string;
  vaultAuth: VaultCredential['vaultAuth'];
  vaultPath: string;
  leaseId: string;
  lease: Term;
  /** The token that was made for this binding; absent when the provider's own was used. */
  token?: string;
  login: Term;
  /** When the terms were granted or prolonged last, in milliseconds since 1970. */
  renewedAt: number;
  /** What was issued; it can't be read again. */
  values: JsonObject;
}

/** What to keep of a reading. @param now milliseconds since 1970, before the reading */
export function issuedLease(
  credential: VaultCredential,
  { values, lease }: { values: JsonObject; lease: VaultLease },
  login: { token: LoginToken; isOwn: boolean },
  now: number,
): IssuedLease {
  const { vaultUrl, vaultAuth, vaultPath } = credential;
  const { value, duration, renewable, obtainedAt } = login.token;
  return {
    kind: 'CredentialFromVault',
    vaultUrl,
    vaultAuth,
    vaultPath,
    leaseId: lease.id,
    lease: granted({ duration: lease.duration, renewable: lease.renewable }, lease.duration, now),
    ...(login.isOwn ? { token: value } : {}),
    login: granted({ duration, renewable }, duration, obtainedAt),
    renewedAt: now,
    values,
  };
}

/** A term that was prolonged by so many seconds, counted from `now`; 0: without end. */
export function granted(term: Omit<Term, 'expiresAt'>, seconds: number, now: number): Term {
  const { duration, renewable } = term;
  return { duration, renewable, ...(seconds === 0 ? {} : { expiresAt: now + seconds * 1000 }) };
}

/** When the values end, in milliseconds since 1970; undefined: never. */
export function endOf({ lease, login }: IssuedLease): number | undefined {
  const end = Math.min(lease.expiresAt ?? Infinity, login.expiresAt ?? Infinity);
  return end === Infinity ? undefined : end;
}

/**
 * When to prolong, in milliseconds since 1970: half-way to the end, if what ends first can be prolonged at all;
 * undefined: never.
 */
export function renewalDueAt(issued: IssuedLease): number | undefined {
  const { lease, login, renewedAt } = issued;
  const end = endOf(issued);
  const first = (login.expiresAt ?? Infinity) < (lease.expiresAt ?? Infinity) ? login : lease;
  return end === undefined || !first.renewable ? undefined : renewedAt + (end - renewedAt) / 2;
}

/**
 * Whether Vault granted so little that the longest life must be reached: less than half of what is asked for each time.
 * The end that was known before then stays as it is.
 */
export function isAtItsLongest(issued: IssuedLease, now: number): boolean {
  const { lease, login } = issued;
  const asked = Math.min(
    lease.duration === 0 ? Infinity : lease.duration,
    login.duration === 0 ? Infinity : login.duration,
  );
  return ((endOf(issued) ?? Infinity) - now) / 1000 < asked / 2;
}

/** As it is kept in a record. */
export function toJson(issued: IssuedLease): JsonObject {
  return JSON.parse(JSON.stringify(issued)) as JsonObject;
}

/** As it was kept. @throws Error when the record holds something else, which is a mistake of ours */
export function fromJson(json: JsonObject): IssuedLease {
  const isLease =
    json['kind'] === 'CredentialFromVault' &&
    typeof json['leaseId'] === 'string' &&
    isJsonObject(json['vaultAuth']) &&
    isJsonObject(json['lease']) &&
    isJsonObject(json['login']) &&
    isJsonObject(json['values']);
  if (!isLease)
    throw new Error('the record of a binding does not hold a lease of Vault where one is expected');
  return json as unknown as IssuedLease;
}
