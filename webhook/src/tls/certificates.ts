import { sign, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';

/**
 * Makes the certificates that the API server is to trust: a CA of our own and a leaf for the webhook's Service. forge
 * only builds them. What is read and verified is read and verified by node:crypto, because forge's advisories are all
 * about that; and node:crypto signs, off the main thread and in constant time. RSA 2048, because forge has no elliptic
 * curves.
 */

/** A key pair in PEM: PKCS#1 for the private key, SubjectPublicKeyInfo for the public one. */
export interface KeyPair {
  privateKey: string;
  publicKey: string;
}

/** Where randomness comes from. */
export interface Entropy {
  /** A new RSA key pair of 2048 bits. */
  keyPair(): Promise<KeyPair>;
  /** `size` random bytes. */
  bytes(size: number): Uint8Array;
}

/** A certificate with its private key, both PEM. */
export interface Issued {
  certificate: string;
  key: string;
}

/** What the webhook serves with, and what the API server has to trust. */
export interface Certificates {
  authority: Issued;
  leaf: Issued;
  /** The authority that will take over: trusted already, but nothing is issued by it yet. */
  next?: Issued;
  /** The certificate of the authority before this one, trusted until no replica serves with a leaf of it. */
  previous?: string;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** How long a certificate authority lives. Long, since to replace it every registration has to change with it. */
export const AUTHORITY_LIFE = 10 * 365 * DAY;
/** How long a leaf lives, at most; never longer than its authority. */
export const LEAF_LIFE = 365 * DAY;
/** Certificates are valid from a little before they are made: clocks of nodes differ. */
export const CLOCK_SKEW = 5 * MINUTE;

const AUTHORITY_NAME = 'Mesitis webhook CA';
/** Readers go by the subject alternative names; a Service's name may be longer than the 64 characters of a CN. */
const LEAF_NAME = 'Mesitis webhook';

/** Makes a self-signed certificate authority, valid from {@link CLOCK_SKEW} before `now` (milliseconds). */
export async function issueAuthority(entropy: Entropy, now: number): Promise<Issued> {
  const keys = await entropy.keyPair();
  const publicKey = forge.pki.publicKeyFromPem(keys.publicKey);
  return build({
    commonName: AUTHORITY_NAME,
    keys,
    signingKey: keys.privateKey,
    issuerKeyId: keyId(publicKey),
    serial: serialNumber(entropy),
    notBefore: now - CLOCK_SKEW,
    notAfter: now + AUTHORITY_LIFE,
    extensions: [
      { name: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 0 },
      { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
    ],
  });
}

/** What a leaf is made from. `hosts` are DNS names and IP addresses; `now` is in milliseconds. */
export interface LeafRequest {
  authority: Issued;
  hosts: readonly Host[];
  now: number;
}

/** A subject alternative name. */
export type Host = { dns: string } | { ip: string };

/** Makes a serving certificate for `hosts`, signed by `authority`, which must be one of {@link issueAuthority}. */
export async function issueLeaf(entropy: Entropy, { authority, hosts, now }: LeafRequest): Promise<Issued> {
  const keys = await entropy.keyPair();
  const issuer = new X509Certificate(authority.certificate);
  const issuerKey = issuer.publicKey.export({ type: 'spki', format: 'pem' });
  return build({
    commonName: LEAF_NAME,
    keys,
    signingKey: authority.key,
    issuerKeyId: keyId(forge.pki.publicKeyFromPem(issuerKey.toString())),
    serial: serialNumber(entropy),
    notBefore: Math.max(now - CLOCK_SKEW, issuer.validFromDate.getTime()),
    notAfter: Math.min(now + LEAF_LIFE, issuer.validToDate.getTime()),
    extensions: [
      { name: 'basicConstraints', critical: true, cA: false },
      { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: hosts.map(altName) },
    ],
  });
}

interface Blueprint {
  commonName: string;
  keys: KeyPair;
  signingKey: string;
  issuerKeyId: string;
  serial: string;
  notBefore: number;
  notAfter: number;
  extensions: object[];
}

async function build(blueprint: Blueprint): Promise<Issued> {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(blueprint.keys.publicKey);
  certificate.serialNumber = blueprint.serial;
  certificate.validity.notBefore = new Date(blueprint.notBefore);
  certificate.validity.notAfter = new Date(blueprint.notAfter);
  certificate.setSubject(named(blueprint.commonName));
  certificate.setIssuer(named(AUTHORITY_NAME));
  certificate.setExtensions([
    ...blueprint.extensions,
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: blueprint.issuerKeyId },
  ]);
  certificate.signatureOid = certificate.siginfo.algorithmOid = SHA256_WITH_RSA;
  certificate.signature = await signature(certificate, blueprint.signingKey);
  // forge ends lines as Windows does.
  const pem = forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');
  return { certificate: pem, key: blueprint.keys.privateKey };
}

const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';
const signWith = promisify(sign);

/** The signature over the first part of a Certificate, its TBSCertificate (RFC 5280, 4.1.1.3), one byte a character. */
async function signature(certificate: forge.pki.Certificate, key: string): Promise<string> {
  certificate.signature = '';
  const [toBeSigned] = forge.pki.certificateToAsn1(certificate).value as [forge.asn1.Asn1];
  const bytes = Buffer.from(forge.asn1.toDer(toBeSigned).getBytes(), 'latin1');
  return (await signWith('sha256', bytes, key)).toString('latin1');
}

function named(commonName: string): forge.pki.CertificateField[] {
  return [
    { name: 'organizationName', value: 'Mesitis' },
    { name: 'commonName', value: commonName },
  ];
}

/** The key identifier as forge writes it into `subjectKeyIdentifier`: SHA-1 over the public key (RFC 5280, 4.2.1.2). */
function keyId(publicKey: forge.pki.rsa.PublicKey): string {
  return forge.pki.getPublicKeyFingerprint(publicKey, { type: 'RSAPublicKey' }).getBytes();
}

/** 16 random bytes as hexadecimal, positive and without leading zeros (RFC 5280, 4.1.2.2). */
function serialNumber(entropy: Entropy): string {
  const bytes = Buffer.from(entropy.bytes(16));
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString('hex');
}

/** GeneralName: 2 is dNSName, 7 is iPAddress (RFC 5280, 4.2.1.6). */
function altName(host: Host): object {
  return 'ip' in host ? { type: 7, ip: host.ip } : { type: 2, value: host.dns };
}
