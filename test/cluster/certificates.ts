import { generateKeyPair, randomBytes, sign } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';

/** A certificate with its private key, both PEM. */
export interface KeyAndCertificate {
  certificate: string;
  key: string;
}

/** Whom a certificate is for. */
export interface Subject {
  commonName: string;
  /** For the API server, the groups of a client. */
  organization?: string;
  /** Names and addresses of a server; a client has none. */
  hosts?: { dns: string[]; ip: string[] };
}

/** Signs certificates for one throw-away cluster. */
export interface Authority {
  /** PEM. */
  readonly certificate: string;
  issue(subject: Subject): Promise<KeyAndCertificate>;
}

/** An RSA key pair as PEM; what signs the tokens of ServiceAccounts, and, by way of forge, every certificate. */
export async function makeKeyPair(): Promise<{ publicKey: string; privateKey: string }> {
  return promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    // PKCS#1: the form that every version of forge and of Kubernetes reads.
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
}

/** Makes a certificate authority that is valid for a week; it never leaves this machine. */
export async function makeAuthority(commonName: string): Promise<Authority> {
  const keys = await makeKeyPair();
  const issuer = nameOf({ commonName });
  const certify = (publicKey: string, subject: Subject, extensions: object[]): string => {
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
    certificate.serialNumber = serialNumber();
    certificate.validity.notBefore = new Date(Date.now() - 5 * 60_000);
    certificate.validity.notAfter = new Date(Date.now() + 7 * 24 * 3600_000);
    certificate.setSubject(nameOf(subject));
    certificate.setIssuer(issuer);
    certificate.setExtensions(extensions);
    certificate.signatureOid = certificate.siginfo.algorithmOid = SHA256_WITH_RSA;
    certificate.signature = signature(certificate, keys.privateKey);
    return forge.pki.certificateToPem(certificate);
  };
  return {
    certificate: certify(keys.publicKey, { commonName }, [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ]),
    async issue(subject) {
      const { publicKey, privateKey } = await makeKeyPair();
      return { key: privateKey, certificate: certify(publicKey, subject, leafExtensions(subject)) };
    },
  };
}

const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';

/**
 * The signature over the first part of a Certificate, its TBSCertificate (RFC 5280, 4.1.1.3), one byte a character. By
 * node:crypto: forge takes a second for each, which was a third of the start of a cluster.
 */
function signature(certificate: forge.pki.Certificate, key: string): string {
  certificate.signature = '';
  const [toBeSigned] = forge.pki.certificateToAsn1(certificate).value as [forge.asn1.Asn1];
  return sign('sha256', Buffer.from(forge.asn1.toDer(toBeSigned).getBytes(), 'latin1'), key).toString(
    'latin1',
  );
}

function leafExtensions({ hosts }: Subject): object[] {
  const usage = { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true };
  if (hosts === undefined) return [usage, { name: 'extKeyUsage', clientAuth: true }];
  // GeneralName tags of RFC 5280 4.2.1.6: 2 is a DNS name, 7 an address.
  const altNames = [
    ...hosts.dns.map((value) => ({ type: 2, value })),
    ...hosts.ip.map((ip) => ({ type: 7, ip })),
  ];
  return [usage, { name: 'extKeyUsage', serverAuth: true }, { name: 'subjectAltName', altNames }];
}

function nameOf({ commonName, organization }: Subject): forge.pki.CertificateField[] {
  const group = organization === undefined ? [] : [{ name: 'organizationName', value: organization }];
  return [...group, { name: 'commonName', value: commonName }];
}

/** Positive (the highest bit clear), so that no encoder adds a byte and no parser sees a negative number. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString('hex');
}
