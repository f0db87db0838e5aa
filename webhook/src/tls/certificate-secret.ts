import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KubeObject } from '@mesitis/kube';
import type { Certificates, Host, Issued } from './certificates.js';
import { hostText } from './hosts.js';

/** A certificate this close to its end counts as expired: it is replaced before a client sees it expire. */
export const EXPIRY_MARGIN = 24 * 60 * 60_000;

/** The keys of the Secret. The first three are those of `kubernetes.io/tls` and cert-manager. */
const KEYS = {
  certificate: 'tls.crt',
  key: 'tls.key',
  authority: 'ca.crt',
  authorityKey: 'ca.key',
  next: 'next-ca.crt',
  nextKey: 'next-ca.key',
  previous: 'previous-ca.crt',
} as const;

const OWNERSHIP = { label: 'app.kubernetes.io/managed-by', value: 'mesitis' };

/** What has to be made anew, everything or the leaf alone under the same authority, and why, for the log. */
export interface IssueReason {
  issue: 'all' | 'leaf';
  because: string;
}

/** What a serving process needs of the Secret: the keys of the authorities may be kept elsewhere. */
export interface ServingCertificates {
  /** The certificates of all authorities to trust, PEM: the caBundle. */
  authorities: string;
  leaf: Issued;
}

/** The Secret that holds `certificates`: what {@link readCertificates} reads. */
export function certificateSecret(
  ref: { name: string; namespace: string },
  { authority, leaf, next, previous }: Certificates,
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...ref, labels: { [OWNERSHIP.label]: OWNERSHIP.value } },
    type: 'kubernetes.io/tls',
    data: {
      [KEYS.authority]: encode(authority.certificate),
      [KEYS.authorityKey]: encode(authority.key),
      [KEYS.certificate]: encode(leaf.certificate),
      [KEYS.key]: encode(leaf.key),
      ...(next === undefined
        ? {}
        : { [KEYS.next]: encode(next.certificate), [KEYS.nextKey]: encode(next.key) }),
      ...(previous === undefined ? {} : { [KEYS.previous]: encode(previous) }),
    },
  };
}

/** Whether Mesitis made this Secret, and so may replace what it holds. */
export function isOurs(secret: KubeObject): boolean {
  return secret.metadata.labels?.[OWNERSHIP.label] === OWNERSHIP.value;
}

/** What the Secret holds, or undefined when a server could not serve with it. Never throws. */
export function readCertificates(secret: KubeObject | undefined): ServingCertificates | undefined {
  const contents = parse(secret);
  if (contents === undefined || UNUSABLE.some((check) => check(contents) !== undefined)) return undefined;
  const { text } = contents;
  const { next, previous } = readRotation(secret);
  const all = [text.authority, next?.certificate, previous].filter((pem) => pem !== undefined);
  return {
    authorities: all.map((pem) => (pem.endsWith('\n') ? pem : `${pem}\n`)).join(''),
    leaf: { certificate: text.certificate, key: text.key },
  };
}

/** The certificate authority with its key, for a new leaf; undefined when the Secret does not hold both. */
export function readAuthority(secret: KubeObject | undefined): Issued | undefined {
  const { authority, authorityKey } = parse(secret)?.text ?? {};
  return authority === undefined || authorityKey === undefined
    ? undefined
    : { certificate: authority, key: authorityKey };
}

/** The authorities besides the one that issues, as far as they are there and are such. Never throws. */
export function readRotation(secret: KubeObject | undefined): Pick<Certificates, 'next' | 'previous'> {
  const [certificate, key, previous] = [KEYS.next, KEYS.nextKey, KEYS.previous].map((name) =>
    decode(secret, name),
  );
  const hasNext = certificate !== undefined && key !== undefined && isAuthority(certificate);
  return {
    ...(hasNext && holdsKeyOf(new X509Certificate(certificate), key) ? { next: { certificate, key } } : {}),
    ...(previous !== undefined && isAuthority(previous) ? { previous } : {}),
  };
}

function isAuthority(pem: string): boolean {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    return false;
  }
}

/**
 * Why the Secret's certificates can't be served by, under all of `hosts`, at `now` (milliseconds); undefined when they
 * can. The first failed check is the reason. Pure.
 */
export function needsIssue(
  secret: KubeObject | undefined,
  hosts: readonly Host[],
  now: number,
): IssueReason | undefined {
  if (secret === undefined) return { issue: 'all', because: 'the Secret does not exist' };
  const contents = parse(secret);
  if (contents === undefined) {
    const because = `${KEYS.authority}, ${KEYS.certificate} or ${KEYS.key} is missing or is not PEM`;
    return { issue: 'all', because };
  }
  for (const check of [...UNUSABLE, ...UNTIMELY, uncovered]) {
    const because = check(contents, { hosts, now });
    if (because !== undefined) return { issue: issuable(contents, now) ? 'leaf' : 'all', because };
  }
  return undefined;
}

/** The Secret's contents, parsed by node:crypto. */
interface Contents {
  text: { authority: string; authorityKey: string | undefined; certificate: string; key: string };
  authority: X509Certificate;
  leaf: X509Certificate;
}

interface Demands {
  hosts: readonly Host[];
  now: number;
}

const UNUSABLE: readonly ((contents: Contents) => string | undefined)[] = [
  ({ leaf, text }) => (holdsKeyOf(leaf, text.key) ? undefined : 'the private key is not the certificate’s'),
  ({ leaf, authority }) =>
    verifies(authority, leaf)
      ? undefined
      : 'the certificate was not issued by the certificate authority beside it',
];

const UNTIMELY: readonly ((contents: Contents, demands: Demands) => string | undefined)[] = [
  ({ authority }, { now }) => untimely(authority, 'certificate authority', now),
  ({ leaf }, { now }) => untimely(leaf, 'certificate', now),
];

function uncovered({ leaf }: Contents, { hosts }: Demands): string | undefined {
  const missing = hosts.filter((host) => !covers(leaf, host)).map(hostText);
  return missing.length === 0 ? undefined : `the certificate does not cover ${missing.join(', ')}`;
}

function untimely(certificate: X509Certificate, what: string, now: number): string | undefined {
  if (now < certificate.validFromDate.getTime()) return `the ${what} is not valid yet`;
  const end = certificate.validToDate;
  return now > end.getTime() - EXPIRY_MARGIN ? `the ${what} ends at ${end.toISOString()}` : undefined;
}

/** Whether the stored authority can sign another leaf. */
function issuable({ authority, text }: Contents, now: number): boolean {
  return (
    text.authorityKey !== undefined &&
    holdsKeyOf(authority, text.authorityKey) &&
    authority.ca &&
    untimely(authority, '', now) === undefined
  );
}

/** Whether `authority` issued and signed `certificate`. */
export function verifies(authority: X509Certificate, certificate: X509Certificate): boolean {
  return authority.ca && certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function covers(leaf: X509Certificate, host: Host): boolean {
  return 'ip' in host
    ? leaf.checkIP(host.ip) !== undefined
    : leaf.checkHost(host.dns, { subject: 'never' }) !== undefined;
}

function holdsKeyOf(certificate: X509Certificate, pem: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(pem));
  } catch {
    return false;
  }
}

function parse(secret: KubeObject | undefined): Contents | undefined {
  const [authority, certificate, key] = [KEYS.authority, KEYS.certificate, KEYS.key].map((name) =>
    decode(secret, name),
  );
  if (authority === undefined || certificate === undefined || key === undefined) return undefined;
  try {
    return {
      text: { authority, certificate, key, authorityKey: decode(secret, KEYS.authorityKey) },
      authority: new X509Certificate(authority),
      leaf: new X509Certificate(certificate),
    };
  } catch {
    return undefined;
  }
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function decode(secret: KubeObject | undefined, key: string): string | undefined {
  const data = secret?.['data'];
  if (typeof data !== 'object' || data === null) return undefined;
  const value: unknown = (data as Record<string, unknown>)[key];
  return typeof value === 'string' && value !== ''
    ? Buffer.from(value, 'base64').toString('utf8')
    : undefined;
}
