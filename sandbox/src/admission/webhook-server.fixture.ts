import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import forge from 'node-forge';

/** A certificate for 127.0.0.1 that vouches for itself, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A webhook that answers as a test says, and remembers what it was asked. */
export interface WebhookServer {
  readonly url: string;
  readonly requests: Record<string, unknown>[];
  close(): Promise<void>;
}

const SHA256_WITH_RSA = '1.2.840.113549.1.1.11';

/** Makes a certificate. */
export function selfSigned(): Certificate {
  // forge only builds the certificate: what it computes in JavaScript takes seconds under jest.
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.serialNumber = '01';
  certificate.validity.notBefore = new Date(Date.now() - 60_000);
  certificate.validity.notAfter = new Date(Date.now() + 3_600_000);
  const name = [{ name: 'commonName', value: 'webhook' }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
  ]);
  certificate.signatureOid = certificate.siginfo.algorithmOid = SHA256_WITH_RSA;
  certificate.signature = '';
  const [toBeSigned] = forge.pki.certificateToAsn1(certificate).value as [forge.asn1.Asn1];
  const bytes = Buffer.from(forge.asn1.toDer(toBeSigned).getBytes(), 'latin1');
  certificate.signature = sign('sha256', bytes, privateKey).toString('latin1');
  return { cert: forge.pki.certificateToPem(certificate), key: privateKey };
}

/** Starts a webhook; `answer` makes the response to a request, undefined leaves it without one. */
export async function startWebhook(
  certificate: Certificate,
  answer: (request: Record<string, unknown>) => object | undefined,
): Promise<WebhookServer> {
  const requests: Record<string, unknown>[] = [];
  const server = createServer(certificate, (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const review = JSON.parse(Buffer.concat(chunks).toString()) as { request: Record<string, unknown> };
      requests.push(review.request);
      const said = answer(review.request);
      if (said === undefined) return;
      const body = { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1' };
      response.end(JSON.stringify({ ...body, response: { uid: review.request['uid'], ...said } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
