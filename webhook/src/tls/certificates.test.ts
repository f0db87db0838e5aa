import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  AUTHORITY_LIFE,
  CLOCK_SKEW,
  issueAuthority,
  issueLeaf,
  LEAF_LIFE,
  type Entropy,
  type Issued,
} from './certificates.js';
import { systemEntropy } from './entropy.js';
import { serviceHosts } from './hosts.js';

const NOW = Date.now();
const HOSTS = [...serviceHosts('mesitis-webhook', 'platform'), { ip: '127.0.0.1' }, { ip: '::1' }];

let authority: Issued;
let leaf: Issued;
let ca: X509Certificate;
let x: X509Certificate;

beforeAll(async () => {
  authority = await issueAuthority(systemEntropy, NOW);
  leaf = await issueLeaf(systemEntropy, { authority, hosts: HOSTS, now: NOW });
  ca = new X509Certificate(authority.certificate);
  x = new X509Certificate(leaf.certificate);
});

/** The DER of an extension's object identifier, with `TRUE` after it when the extension is critical. */
const OID = {
  basicConstraints: '0603551d13',
  keyUsage: '0603551d0f',
  subjectKeyId: '0603551d0e',
  authorityKeyId: '0603551d23',
};
const CRITICAL = '0101ff';
const der = (certificate: X509Certificate): string => certificate.raw.toString('hex');

describe('the certificate authority', () => {
  test('is a certificate authority that signs itself', () => {
    expect(ca.ca).toBe(true);
    expect(ca.checkIssued(ca)).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
  });

  test('has a subject, and it is its issuer', () => {
    expect(ca.subject).toBe('O=Mesitis\nCN=Mesitis webhook CA');
    expect(ca.issuer).toBe(ca.subject);
  });

  test('has critical basic constraints without room for another authority, and a critical key usage', () => {
    // cA TRUE, pathLenConstraint 0; then keyCertSign and cRLSign: bits 5 and 6.
    expect(der(ca)).toContain(`${OID.basicConstraints}${CRITICAL}040830060101ff020100`);
    expect(der(ca)).toContain(`${OID.keyUsage}${CRITICAL}040403020106`);
  });

  test('is valid from five minutes ago for ten years', () => {
    expect(Math.abs(ca.validFromDate.getTime() - (NOW - CLOCK_SKEW))).toBeLessThan(1000);
    expect(Math.abs(ca.validToDate.getTime() - (NOW + AUTHORITY_LIFE))).toBeLessThan(1000);
  });
});

describe('the leaf', () => {
  test('was issued and signed by the authority', () => {
    expect(x.checkIssued(ca)).toBe(true);
    expect(x.verify(ca.publicKey)).toBe(true);
    expect(x.ca).toBe(false);
  });

  test('has a subject of its own and the authority as issuer', () => {
    expect(x.subject).toBe('O=Mesitis\nCN=Mesitis webhook');
    expect(x.issuer).toBe(ca.subject);
  });

  test('covers the names of the Service and the extra hosts, and nothing else', () => {
    expect(x.subjectAltName).toBe(
      'DNS:mesitis-webhook.platform, DNS:mesitis-webhook.platform.svc, ' +
        'DNS:mesitis-webhook.platform.svc.cluster.local, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
    expect(x.checkHost('mesitis-webhook.platform.svc', { subject: 'never' })).toBeDefined();
    expect(x.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(x.checkIP('::1')).toBe('::1');
    expect(x.checkHost('other.platform.svc')).toBeUndefined();
  });

  test('is for servers', () => {
    expect(x.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    // digitalSignature: bit 0.
    expect(der(x)).toContain(`${OID.keyUsage}${CRITICAL}040403020780`);
  });

  test('has a key on P-256, which signs fast, and its private key', () => {
    expect(x.publicKey.asymmetricKeyType).toBe('ec');
    expect(x.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(x.checkPrivateKey(createPrivateKey(leaf.key))).toBe(true);
  });

  test('lives a year', () => {
    expect(Math.abs(x.validFromDate.getTime() - (NOW - CLOCK_SKEW))).toBeLessThan(1000);
    expect(Math.abs(x.validToDate.getTime() - (NOW + LEAF_LIFE))).toBeLessThan(1000);
  });

  test('does not outlive its authority', async () => {
    const soon = ca.validToDate.getTime() - 1000 * 60 * 60;
    const late = new X509Certificate(
      (await issueLeaf(systemEntropy, { authority, hosts: HOSTS, now: soon })).certificate,
    );
    expect(late.validToDate).toEqual(ca.validToDate);
  });

  test('names the key of its authority', () => {
    const subjectKeyId = keyId(ca, OID.subjectKeyId, '04160414');
    expect(subjectKeyId).toHaveLength(40);
    expect(keyId(x, OID.authorityKeyId, '041830168014')).toBe(subjectKeyId);
    expect(keyId(x, OID.subjectKeyId, '04160414')).not.toBe(subjectKeyId);
  });
});

/** The 20 bytes of a key identifier, after the extension's identifier and the headers of its value. */
function keyId(certificate: X509Certificate, oid: string, headers: string): string {
  const [, rest = ''] = der(certificate).split(`${oid}${headers}`);
  return rest.slice(0, 40);
}

describe('both', () => {
  test('are signed with SHA-256 by the RSA key of the authority, which has 2048 bits', () => {
    for (const certificate of [ca, x]) {
      // sha256WithRSAEncryption, inside and outside of what is signed.
      expect(der(certificate).split('06092a864886f70d01010b')).toHaveLength(3);
    }
    expect(ca.publicKey.asymmetricKeyType).toBe('rsa');
    expect(ca.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
  });

  test('identify their keys by the SHA-1 of these', () => {
    for (const certificate of [ca, x]) {
      const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
      // The bit string with the key is the end of it: 65 bytes of a point, or the 270 of an RSA key.
      const key = spki.subarray(certificate === x ? -65 : -270);
      expect(keyId(certificate, OID.subjectKeyId, '04160414')).toBe(
        createHash('sha1').update(key).digest('hex'),
      );
    }
  });

  test.each([
    ['all bits set', 0xff],
    ['no bit set', 0x00],
  ])('have positive serial numbers of 16 bytes when the random bytes have %s', async (_, byte) => {
    const entropy: Entropy = { ...systemEntropy, bytes: (size) => new Uint8Array(size).fill(byte) };
    const { serialNumber } = new X509Certificate((await issueAuthority(entropy, NOW)).certificate);
    expect(serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/);
  });

  test('have different serial numbers', () => {
    expect(ca.serialNumber).not.toBe(x.serialNumber);
  });
});

describe('a TLS client that trusts the authority', () => {
  const handshake = async (options: ConnectionOptions): Promise<string> => {
    const server = createServer({ key: leaf.key, cert: leaf.certificate });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      return await new Promise((resolve) => {
        const socket = connect({ port, host: '127.0.0.1', ...options }, () => {
          resolve(socket.authorized ? 'authorized' : 'not authorized');
          socket.destroy();
        });
        socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name));
      });
    } finally {
      server.close();
    }
  };

  test('accepts the leaf under the name that the API server uses', async () => {
    const servername = 'mesitis-webhook.platform.svc';
    expect(await handshake({ ca: authority.certificate, servername })).toBe('authorized');
  });

  test('accepts the leaf under an extra address', async () => {
    expect(await handshake({ ca: authority.certificate })).toBe('authorized');
  });

  test('refuses it under another name', async () => {
    const servername = 'other.platform.svc';
    expect(await handshake({ ca: authority.certificate, servername })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  test('refuses it when it trusts another authority of the same name', async () => {
    const other = await issueAuthority(systemEntropy, NOW);
    expect(await handshake({ ca: other.certificate })).not.toBe('authorized');
  });
});
