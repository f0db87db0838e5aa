import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { readTogether } from '../files/read-together.js';

/** Where a certificate and its key are, both PEM. */
export interface CertificateFiles {
  /** The server's own certificate first, then those of the authorities between it and the root. */
  certificateFile: string;
  keyFile: string;
}

/** A certificate with its chain, and its private key; PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

/** What all servers of the broker accept at least. */
export const MIN_TLS_VERSION = 'TLSv1.2';

const UNUSABLE = 'no PEM certificate and key that belong together';

/**
 * Reads a certificate and its key.
 * @throws what the file system throws, and an Error when they are no certificate and key or do not belong together
 */
export async function readCertificate({ certificateFile, keyFile }: CertificateFiles): Promise<Certificate> {
  const certificate = await readTogether([certificateFile, keyFile], async () => {
    const [cert, key] = await Promise.all([readFile(certificateFile, 'utf8'), readFile(keyFile, 'utf8')]);
    return { cert, key };
  });
  try {
    check(certificate);
  } catch (error) {
    throw new Error(UNUSABLE, { cause: error });
  }
  return certificate;
}

/** Everything that could go wrong in a server. @throws an Error */
function check({ cert, key }: Certificate): void {
  // A secure context takes an empty key for none at all, and fails in each handshake.
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) throw new Error('another key');
  createSecureContext({ cert, key, minVersion: MIN_TLS_VERSION });
}

/** What may be told of a certificate: its names and until when it is valid. */
export function describeCertificate({ cert }: Certificate): { subject: string; validTo: string } {
  const { subjectAltName, subject, validToDate } = new X509Certificate(cert);
  return { subject: subjectAltName ?? subject, validTo: validToDate.toISOString() };
}
