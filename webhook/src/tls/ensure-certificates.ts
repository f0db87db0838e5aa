import { isKubeError, type Kube, type KubeObject } from '@mesitis/kube';
import {
  certificateSecret,
  isOurs,
  needsIssue,
  readAuthority,
  readCertificates,
  readRotation,
  type ServingCertificates,
} from './certificate-secret.js';
import {
  issueAuthority,
  issueLeaf,
  type Certificates,
  type Entropy,
  type Host,
  type Issued,
} from './certificates.js';
import { renewalStep, type RenewalStep } from './renewal.js';

/** How often the loser of a race reads again. Each round was lost to a writer that succeeded. */
const ROUNDS = 5;

/** The Secret can't be made right by this process. The message says what a person has to do; it is safe to log. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

/** What {@link ensureCertificates} works with. */
export interface CertificateStore {
  kube: Pick<Kube, 'get' | 'create' | 'update'>;
  /** Where the Secret is, or will be. */
  secret: { name: string; namespace: string };
  /** Everything that a new certificate is to cover. */
  hosts: readonly Host[];
  entropy: Entropy;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Whether the API server was told to trust an authority (PEM). */
  isTrusted: (authority: string) => boolean;
  /** Called before something is made, with what (a {@link RenewalStep}, or `all`) and why. */
  onIssue: (reason: Due) => void;
}

/** What is to be made, and why. */
export interface Due {
  issue: 'all' | RenewalStep;
  because: string;
}

/**
 * The certificates that every replica serves with. Reads the Secret; when it is missing or will not do for the
 * `demanded` hosts ({@link needsIssue}), or a renewal is due ({@link renewalStep}), makes what is due and writes it,
 * unless another replica was faster: then reads that one's. What Mesitis did not make it does not renew. Throws a
 * KubeError when the API server refuses, and a {@link CertificateError} when the Secret needs replacing but is not ours.
 */
export async function ensureCertificates(
  store: CertificateStore,
  demanded: readonly Host[],
  signal: AbortSignal,
): Promise<ServingCertificates> {
  const ref = { apiVersion: 'v1', kind: 'Secret', ...store.secret };
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = await store.kube.get(ref, { signal });
    const due = needsIssue(found, demanded, store.now()) ?? renewalOf(store, found);
    const usable = due === undefined ? readCertificates(found) : undefined;
    if (usable !== undefined) return usable;
    if (found !== undefined && !isOurs(found)) throw notOurs(store.secret, due);
    if (due !== undefined) store.onIssue(due);
    const wanted = certificateSecret(store.secret, await issue(store, due?.issue ?? 'all', found));
    const written = await write(store, wanted, { found, signal });
    const made = readCertificates(wanted);
    if (written && made !== undefined) return made;
  }
  throw new CertificateError(
    `Secret ${store.secret.namespace}/${store.secret.name} changed under ${ROUNDS} attempts to write it`,
  );
}

function renewalOf({ now, isTrusted }: CertificateStore, found: KubeObject | undefined): Due | undefined {
  const stored = found !== undefined && isOurs(found) ? storedCertificates(found) : undefined;
  const renewal = stored && renewalStep(stored, { now: now(), isTrusted });
  return renewal && { issue: renewal.step, because: renewal.because };
}

/** All that the Secret holds; undefined when it does not hold the key of its authority. */
function storedCertificates(secret: KubeObject | undefined): Certificates | undefined {
  const authority = readAuthority(secret);
  const serving = readCertificates(secret);
  if (authority === undefined || serving === undefined) return undefined;
  return { authority, leaf: serving.leaf, ...readRotation(secret) };
}

/** What the Secret is to hold after a step; when it does not hold what the step begins with, everything is new. */
async function issue(
  { entropy, hosts, now }: CertificateStore,
  step: Due['issue'],
  found: KubeObject | undefined,
): Promise<Certificates> {
  const authority = readAuthority(found);
  const stored = storedCertificates(found);
  const under = async (issuer: Issued): Promise<Pick<Certificates, 'authority' | 'leaf'>> => ({
    authority: issuer,
    leaf: await issueLeaf(entropy, { authority: issuer, hosts, now: now() }),
  });
  const renew = async (): Promise<Certificates> => under(await issueAuthority(entropy, now()));
  switch (step) {
    case 'retire':
      return stored === undefined ? renew() : withoutPrevious(stored);
    case 'next':
      return stored === undefined ? renew() : { ...stored, next: await issueAuthority(entropy, now()) };
    case 'promote':
      if (stored?.next === undefined) return renew();
      return { ...(await under(stored.next)), previous: stored.authority.certificate };
    case 'leaf':
      // The old certificate may be what is wrong, so only the authorities count.
      return authority === undefined ? renew() : { ...(await under(authority)), ...readRotation(found) };
    case 'all':
      return renew();
  }
}

function withoutPrevious({ previous: _, ...rest }: Certificates): Certificates {
  return rest;
}

/** Whether the write won; false when another replica wrote first. */
async function write(
  { kube }: CertificateStore,
  wanted: KubeObject,
  { found, signal }: { found: KubeObject | undefined; signal: AbortSignal },
): Promise<boolean> {
  try {
    if (found === undefined) await kube.create(wanted, { signal });
    // With the resourceVersion that was judged, so that a certificate made meanwhile is never replaced.
    else await kube.update({ ...found, data: wanted['data'] }, { signal });
    return true;
  } catch (error) {
    if (isKubeError(error, 'already-exists', 'conflict', 'not-found')) return false;
    throw error;
  }
}

function notOurs(secret: { name: string; namespace: string }, due: Due | undefined): CertificateError {
  return new CertificateError(
    `Secret ${secret.namespace}/${secret.name} was not made by Mesitis and will not do ` +
      `(${due?.because ?? 'it is not readable'}): correct it, delete it, or name another one in TLS_SECRET_NAME`,
  );
}
