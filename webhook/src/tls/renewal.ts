import { X509Certificate } from 'node:crypto';
import { CLOCK_SKEW, type Certificates } from './certificates.js';

/** How long a new authority is trusted before the first certificate of it is served, in milliseconds: an hour. */
export const OVERLAP = 60 * 60_000;

/** How long the authority before is trusted after the last certificate of it was replaced, in milliseconds: a day. */
export const FAREWELL = 24 * 60 * 60_000;

/**
 * One step of a renewal: a new certificate of the same authority; a new authority, which is only trusted at first; the
 * new authority takes over, with a new certificate; the old authority is no longer trusted.
 */
export type RenewalStep = 'leaf' | 'next' | 'promote' | 'retire';

/** A step that is due, and why, for the log. */
export interface Renewal {
  step: RenewalStep;
  because: string;
}

/** What is known besides the certificates. */
export interface RenewalWorld {
  /** Milliseconds since the epoch. */
  now: number;
  /** Whether the API server was told to trust this authority (PEM). */
  isTrusted: (authority: string) => boolean;
}

/**
 * The step that is due for certificates that are good otherwise; undefined for none. Certificates are renewed at two
 * thirds of their life. There is always an authority that all API servers trust and all replicas serve by: a new one is
 * trusted for {@link OVERLAP} before it issues, the old one for {@link FAREWELL} after it did. Pure.
 */
export function renewalStep(
  { authority, leaf, next, previous }: Certificates,
  { now, isTrusted }: RenewalWorld,
): Renewal | undefined {
  if (next !== undefined) {
    const isKnown = now >= madeAt(next.certificate) + OVERLAP && isTrusted(next.certificate);
    if (isKnown) return { step: 'promote', because: 'the new certificate authority is trusted everywhere' };
  } else if (isTwoThirdsOver(authority.certificate, now)) {
    return { step: 'next', because: 'the certificate authority is past two thirds of its life' };
  }
  if (isTwoThirdsOver(leaf.certificate, now)) {
    return { step: 'leaf', because: 'the certificate is past two thirds of its life' };
  }
  if (previous !== undefined && now >= madeAt(leaf.certificate) + FAREWELL) {
    return { step: 'retire', because: 'nothing is served by the certificate authority before this one' };
  }
  return undefined;
}

function isTwoThirdsOver(pem: string, now: number): boolean {
  const { validFromDate, validToDate } = new X509Certificate(pem);
  const start = validFromDate.getTime();
  return now >= start + ((validToDate.getTime() - start) * 2) / 3;
}

function madeAt(pem: string): number {
  return new X509Certificate(pem).validFromDate.getTime() + CLOCK_SKEW;
}
