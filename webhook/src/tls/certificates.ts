import { createHash, createPublicKey, sign, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';

/**
 * Makes the certificates that the API server is to trust: a CA of our own and a leaf for the webhook's Service. forge
 * only builds them. What is read and verified is read and verified by node:crypto, because forge's advisories are all
 * about that; and node:crypto signs, off the main thread and in constant time. The CA has RSA 2048, which is quick to
 * verify; the leaf has P-256, because it signs with each connection, for which RSA takes twenty times as long. Since
 * forge has no elliptic curves, the leaf's key is put in its place in the structure that forge made.
 */

/** A key pair in PEM: PKCS#1 or PKCS#8 for the private key, SubjectPublicKeyInfo for the public one. */
export interface KeyPair {
  privateKey: string;
  publicKey: string;
}

/** Where randomness comes from. */
export interface Entropy {
  /** A new RSA key pair of 2048 bits, for an authority. */
  keyPair(): Promise<KeyPair>;
  /** A new key pair on P-256, for a leaf. */
  leafKeyPair(): Promise<KeyPair>;
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
  return build({
    commonName: AUTHORITY_NAME,
    keys,
    signingKey: keys.privateKey,
    issuerPublicKey: keys.publicKey,
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
  const keys = await entropy.leafKeyPair();
  const issuer = new X509Certificate(authority.certificate);
  return build({
    commonName: LEAF_NAME,
    keys,
    signingKey: authority.key,
    issuerPublicKey: issuer.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    serial: serialNumber(entropy),
    notBefore: Math.max(now - CLOCK_SKEW, issuer.validFromDate.getTime()),
    notAfter: Math.min(now + LEAF_LIFE, issuer.validToDate.getTime()),
    extensions: [
      { name: 'basicConstraints', critical: true, cA: false },
      { name: 'keyUsage', critical: true, digitalSignature: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: hosts.map(altName) },
    ],
  });
}

interface Blueprint {
  commonName: string;
  keys: KeyPair;
  signingKey: string;
  issuerPublicKey: string;
  serial: string;
  notBefore: number;
  notAfter: number;
  extensions: object[];
}

async function build(blueprint: Blueprint): Promise<Issued> {
  const certificate = forge.pki.createCertificate();
  // forge takes RSA alone; signedWith() puts the subject's own key there.
  certificate.publicKey = forge.pki.publicKeyFromPem(blueprint.issuerPublicKey);
  certificate.serialNumber = blueprint.serial;
  certificate.validity.notBefore = new Date(blueprint.notBefore);
  certificate.validity.notAfter = new Date(blueprint.notAfter);
  certificate.setSubject(named(blueprint.commonName));
  certificate.setIssuer(named(AUTHORITY_NAME));
  certificate.setExtensions([
    ...blueprint.extensions,
    { name: 'subjectKeyIdentifier', value: octetString(keyId(blueprint.keys.publicKey)) },
    { name: 'authorityKeyIdentifier', keyIdentifier: keyId(blueprint.issuerPublicKey) },
  ]);
  certificate.signatureOid = certificate.siginfo.algorithmOid = SHA256_WITH_RSA;
  return { certificate: await signed(certificate, blueprint), key: blueprint.keys.privateKey };
}

const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';
const signWith = promisify(sign);

/** Where the subject's key stands in a TBSCertificate with its version (RFC 5280, 4.1). */
const SUBJECT_PUBLIC_KEY_INFO = 6;

/** The certificate as PEM, with the key of its subject and a signature over its first part, the TBSCertificate. */
async function signed(
  certificate: forge.pki.Certificate,
  { keys, signingKey }: Pick<Blueprint, 'keys' | 'signingKey'>,
): Promise<string> {
  certificate.signature = '';
  const whole = forge.pki.certificateToAsn1(certificate);
  const [toBeSigned, algorithm] = whole.value as [forge.asn1.Asn1, forge.asn1.Asn1];
  (toBeSigned.value as forge.asn1.Asn1[])[SUBJECT_PUBLIC_KEY_INFO] = publicKeyInfo(keys.publicKey);
  const signature = await signWith('sha256', bytesOf(toBeSigned), signingKey);
  // The signature is a bit string, whose first byte says how many bits of the last are unused.
  const bits = node('BITSTRING', `\0${signature.toString('latin1')}`);
  whole.value = [toBeSigned, algorithm, bits];
  const lines =
    bytesOf(whole)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function bytesOf(structure: forge.asn1.Asn1): Buffer {
  return Buffer.from(forge.asn1.toDer(structure).getBytes(), 'latin1');
}

/** The SubjectPublicKeyInfo of a key in PEM: its algorithm, and the key itself as a bit string. */
function publicKeyInfo(pem: string): forge.asn1.Asn1 {
  const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
  return forge.asn1.fromDer(der.toString('latin1'), { decodeBitStrings: false } as never);
}

function octetString(bytes: string): forge.asn1.Asn1 {
  return node('OCTETSTRING', bytes);
}

function node(type: 'BITSTRING' | 'OCTETSTRING', bytes: string): forge.asn1.Asn1 {
  return forge.asn1.create(forge.asn1.Class.UNIVERSAL, forge.asn1.Type[type], false, bytes);
}

function named(commonName: string): forge.pki.CertificateField[] {
  return [
    { name: 'organizationName', value: 'Mesitis' },
    { name: 'commonName', value: commonName },
  ];
}

/** SHA-1 over the key's bit string, without the byte that counts its unused bits (RFC 5280, 4.2.1.2), a byte a character. */
function keyId(publicKey: string): string {
  const [, key] = publicKeyInfo(publicKey).value as [forge.asn1.Asn1, { value: string }];
  return createHash('sha1')
    .update(Buffer.from(key.value.slice(1), 'latin1'))
    .digest()
    .toString('latin1');
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
