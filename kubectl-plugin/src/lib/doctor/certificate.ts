import { X509Certificate } from 'node:crypto';

/** What a `caBundle` is: nothing; no certificate; out of date; or good until a moment, in milliseconds since the epoch. */
export type Bundle =
  | { kind: 'empty' }
  | { kind: 'broken'; why: string }
  | { kind: 'early'; from: number }
  | { kind: 'expired'; until: number }
  | { kind: 'valid'; until: number };

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Reads a bundle of PEM certificates in base64, as webhook registrations hold it. The one that lasts longest counts. */
export function readBundle(base64: string | undefined, now: number): Bundle {
  if (base64 === undefined || base64 === '') return { kind: 'empty' };
  const blocks = Buffer.from(base64, 'base64').toString('latin1').match(CERTIFICATE);
  if (blocks === null) return { kind: 'broken', why: 'there is no PEM certificate in it' };
  const terms: { from: number; until: number }[] = [];
  for (const block of blocks) {
    try {
      const { validFrom, validTo } = new X509Certificate(block);
      terms.push({ from: Date.parse(validFrom), until: Date.parse(validTo) });
    } catch {
      return { kind: 'broken', why: 'a certificate in it cannot be read' };
    }
  }
  const begun = terms.filter(({ from }) => from <= now);
  const until = Math.max(...begun.map((term) => term.until));
  if (begun.length === 0) return { kind: 'early', from: Math.min(...terms.map(({ from }) => from)) };
  return until <= now ? { kind: 'expired', until } : { kind: 'valid', until };
}
