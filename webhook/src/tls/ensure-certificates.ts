import { isKubeError, type Kube, type KubeObject } from '@mesitis/kube';
import {
  certificateSecret,
  isOurs,
  needsIssue,
  readAuthority,
  readCertificates,
  type IssueReason,
  type ServingCertificates,
} from './certificate-secret.js';
import { issueAuthority, issueLeaf, type Certificates, type Entropy, type Host } from './certificates.js';

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
  /** Called before something is made, with why. */
  onIssue: (reason: IssueReason) => void;
}

/**
 * The certificates that every replica serves with. Reads the Secret; when it is missing or will not do for
 * the `demanded` hosts ({@link needsIssue}) makes new certificates and writes them, unless another replica was faster: then reads that one's.
 * Throws a KubeError when the API server refuses, and a {@link CertificateError} when the
 * Secret needs replacing but is not ours.
 */
export async function ensureCertificates(
  store: CertificateStore,
  demanded: readonly Host[],
  signal: AbortSignal,
): Promise<ServingCertificates> {
  const ref = { apiVersion: 'v1', kind: 'Secret', ...store.secret };
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = await store.kube.get(ref, { signal });
    const reason = needsIssue(found, demanded, store.now());
    const usable = reason === undefined ? readCertificates(found) : undefined;
    if (usable !== undefined) return usable;
    if (found !== undefined && !isOurs(found)) throw notOurs(store.secret, reason);
    if (reason !== undefined) store.onIssue(reason);
    const made = await issue(store, reason?.issue === 'leaf' ? found : undefined);
    if (await write(store, made, { found, signal })) {
      return { authority: made.authority.certificate, leaf: made.leaf };
    }
  }
  throw new CertificateError(
    `Secret ${store.secret.namespace}/${store.secret.name} changed under ${ROUNDS} attempts to write it`,
  );
}

async function issue(
  { entropy, hosts, now }: CertificateStore,
  keepAuthorityOf: KubeObject | undefined,
): Promise<Certificates> {
  const kept = keepAuthorityOf === undefined ? undefined : readAuthority(keepAuthorityOf);
  const authority = kept ?? (await issueAuthority(entropy, now()));
  return { authority, leaf: await issueLeaf(entropy, { authority, hosts, now: now() }) };
}

/** Whether the write won; false when another replica wrote first. */
async function write(
  { kube, secret }: CertificateStore,
  made: Certificates,
  { found, signal }: { found: KubeObject | undefined; signal: AbortSignal },
): Promise<boolean> {
  const wanted = certificateSecret(secret, made);
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

function notOurs(
  secret: { name: string; namespace: string },
  reason: IssueReason | undefined,
): CertificateError {
  return new CertificateError(
    `Secret ${secret.namespace}/${secret.name} was not made by Mesitis and will not do ` +
      `(${reason?.because ?? 'it is not readable'}): correct it, delete it, or name another one in TLS_SECRET_NAME`,
  );
}
