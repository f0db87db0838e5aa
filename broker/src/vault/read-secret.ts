import type { JsonObject } from '@mesitis/kube';
import { isJsonObject } from '../json.js';
import { misconfigured, objectIn, says, unexpected, vaultName } from './vault-failure.js';
import { seconds } from './vault-login.js';
import type { VaultTarget } from './vault-login.js';
import { cleanPath, mountOf, pathsToRead } from './vault-path.js';
import type { VaultMount } from './vault-path.js';
import type { VaultSession } from './vault-session.js';
import type { VaultAnswer, VaultRequest } from './vault-transport.js';

/** What stands at a path of Vault. */
export interface VaultReading {
  values: JsonObject;
  /** Set when the values were made for this reading and end (dynamic secrets). */
  lease?: VaultLease;
}

/** A lease as Vault grants it. */
export interface VaultLease {
  id: string;
  renewable: boolean;
  /** Seconds. */
  duration: number;
}

/**
 * Reads a path, of whatever engine: a KV secret in both versions, or anything that answers a GET. What is not KV is
 * read with a token of its own, because a lease ends with the token that it was issued to.
 * @throws BrokerError that says what to change
 */
export async function readSecret(session: VaultSession, vaultPath: string): Promise<VaultReading> {
  const path = cleanPath(vaultPath);
  const mount = await findMount(session, path);
  if (mount === undefined || mount.engine === 'other') await session.makeOwn();
  let reading: VaultReading | undefined;
  try {
    reading = await readFirst(session, path, mount);
    return reading;
  } finally {
    if (reading?.lease === undefined) session.release();
  }
}

/** The warning of KV v2 when `data/` is missing behind its mount. */
const IS_VERSIONED = /versioned k\/v secrets engine/i;

/** Undefined when Vault does not tell: the policy may forbid it, and old versions do not know it. */
async function findMount(session: VaultSession, path: string): Promise<VaultMount | undefined> {
  const request: VaultRequest = { method: 'GET', path: `sys/internal/ui/mounts/${path}` };
  const answer = await session.request(request);
  const data = answer.status === 200 ? objectIn(answer, 'data') : undefined;
  if (data !== undefined) return mountOf(data);
  if (answer.body === undefined) throw unexpected(session.target.server, request, answer);
  return undefined;
}

async function readFirst(
  session: VaultSession,
  path: string,
  mount: VaultMount | undefined,
): Promise<VaultReading> {
  const [written, other] = pathsToRead(path, mount);
  const first = await attempt(session, written, mount);
  if (first.reading !== undefined) return first.reading;
  const { status } = first.answer;
  const mayHelp = status === 403 || (status === 404 && says(first.answer, IS_VERSIONED));
  if (other === undefined || !mayHelp) throw refusal(session.target, written, first.answer);
  const second = await attempt(session, other, mount);
  if (second.reading !== undefined) return second.reading;
  // Forbidden in both spellings: the provider knows the one that was written.
  if (status === 403 && second.answer.status === 403) throw refusal(session.target, written, first.answer);
  throw refusal(session.target, other, second.answer);
}

async function attempt(
  session: VaultSession,
  path: string,
  mount: VaultMount | undefined,
): Promise<{ answer: VaultAnswer; reading: VaultReading | undefined }> {
  const answer = await session.request({ method: 'GET', path });
  return { answer, reading: answer.status === 200 ? readingOf(answer, mount) : undefined };
}

function readingOf(answer: VaultAnswer, mount: VaultMount | undefined): VaultReading | undefined {
  const data = objectIn(answer, 'data');
  if (data === undefined) return undefined;
  const inner = data['data'];
  const isVersioned = mount === undefined ? looksVersioned(data) : mount.engine === 'kv-2';
  if (isVersioned) return isJsonObject(inner) ? { values: inner } : undefined;
  const id = answer.body?.['lease_id'];
  if (typeof id !== 'string' || id === '') return { values: data };
  const { renewable, lease_duration: duration } = answer.body ?? {};
  return { values: data, lease: { id, renewable: renewable === true, duration: seconds(duration) } };
}

/** The answer of KV v2: the secret in `data`, beside the `metadata` of its version. */
function looksVersioned(data: JsonObject): boolean {
  const { metadata } = data;
  return Object.keys(data).length === 2 && isJsonObject(metadata) && typeof metadata['version'] === 'number';
}

/** Why nothing was read, and what to change. */
function refusal(target: VaultTarget, readPath: string, answer: VaultAnswer): Error {
  const request: VaultRequest = { method: 'GET', path: readPath };
  if (answer.body === undefined) return unexpected(target.server, request, answer);
  const name = vaultName(target.server);
  const path = JSON.stringify(readPath);
  switch (answer.status) {
    case 200:
    case 404:
      return misconfigured(nothingThere(name, path, answer));
    case 403:
      return misconfigured(
        `${name} forbids to read ${path}; ask the provider to give a policy of the ${whoIs(target)} the capability "read" on that path, or to check that its token is still good`,
      );
    case 405:
      return misconfigured(
        `${path} in ${name} can not be read; ask the provider to name a path that answers GET`,
      );
    case 400:
      return misconfigured(
        `${name} refused to read ${path} (400); ask the provider to check that the role at its end exists and to look into Vault's log`,
      );
    default:
      return unexpected(target.server, request, answer);
  }
}

function nothingThere(name: string, path: string, answer: VaultAnswer): string {
  const metadata = objectIn(answer, 'data')?.['metadata'];
  if (isJsonObject(metadata) && typeof metadata['version'] === 'number') {
    const how = metadata['destroyed'] === true ? 'destroyed' : 'deleted';
    return `version ${metadata['version']} of the secret at ${path} in ${name} was ${how}; ask the provider to write it again`;
  }
  if (says(answer, /no handler for route/)) {
    return `${name} has no secrets engine at ${path}; ask the provider to correct vaultpath or vaultauth.namespace`;
  }
  return `${name} has no secret at ${path}; ask the provider to write it or to correct vaultpath`;
}

function whoIs({ auth }: VaultTarget): string {
  if (auth.method === 'kubernetes') return `role ${JSON.stringify(auth.role)}`;
  return auth.method === 'approle' ? 'AppRole' : `token in the Secret ${auth.secretName}`;
}
