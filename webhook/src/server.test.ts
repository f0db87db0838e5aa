import { X509Certificate } from 'node:crypto';
import { get, type RequestListener } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import { connect } from 'node:tls';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { HttpsClient } from './testing/https-client.js';
import { pooledEntropy } from './testing/pooled-entropy.js';
import { close, createHealthServer, createSecureServer, listen, replaceCertificate } from './server.js';
import { issueAuthority, issueLeaf, type Issued } from './tls/certificates.js';

const HOST = 'webhook.platform.svc';
let authority: Issued;
let first: Issued;
let second: Issued;
let server: HttpsServer | undefined;
let client: HttpsClient | undefined;

beforeAll(async () => {
  const entropy = await pooledEntropy(3);
  const now = Date.now();
  authority = await issueAuthority(entropy, now);
  const request = { authority, hosts: [{ dns: HOST }], now };
  first = await issueLeaf(entropy, request);
  second = await issueLeaf(entropy, request);
});

afterEach(async () => {
  client?.close();
  if (server !== undefined) await close(server, 0);
});

async function serve(
  listener: RequestListener,
): Promise<{ server: HttpsServer; client: HttpsClient; port: number }> {
  const made = createSecureServer(listener, first);
  const port = await listen(made, 0);
  server = made;
  client = new HttpsClient(port, authority.certificate, HOST);
  return { server: made, client, port };
}

describe('the HTTPS server', () => {
  test('keeps idle connections as long as the API server does', async () => {
    const { server: made } = await serve((_request, response) => response.end());
    expect([made.keepAliveTimeout, made.headersTimeout, made.requestTimeout]).toEqual([
      90_000, 32_000, 60_000,
    ]);
  });

  test('gives a new certificate to new connections and keeps the open ones', async () => {
    const ports = new Set<number | undefined>();
    const made = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    await made.client.send({ path: '/' });
    replaceCertificate(made.server, second);
    await made.client.send({ path: '/' });
    expect(ports.size).toBe(1);
    expect(await servedBy(made.port)).toBe(new X509Certificate(second.certificate).serialNumber);
  });

  test('rejects when the port is taken', async () => {
    const { port } = await serve((_request, response) => response.end());
    const other = createSecureServer(() => undefined, first);
    await expect(listen(other, port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('closes after the requests under way, on connections that stay open too', async () => {
    let finish = (): void => undefined;
    let arrived = (): void => undefined;
    const pending = new Promise<void>((resolve) => (arrived = resolve));
    const { server: made, client: slow } = await serve((_request, response) => {
      finish = () => void response.end('done');
      arrived();
    });
    const answer = slow.send({ path: '/' });
    await pending;
    const closed = close(made, 60_000);
    finish();
    expect((await answer).body).toBe('done');
    await closed;
    await expect(slow.send({ path: '/' })).rejects.toThrow();
  });

  test('cuts what takes longer than the grace', async () => {
    let arrived = (): void => undefined;
    const pending = new Promise<void>((resolve) => (arrived = resolve));
    const { server: made, client: stuck } = await serve(() => arrived());
    const answer = stuck.send({ path: '/' });
    await Promise.all([expect(answer).rejects.toThrow(), pending.then(() => close(made, 1))]);
  });
});

/** The serial number of the certificate that a new connection gets. */
function servedBy(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ca: authority.certificate, servername: HOST }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

test('health: alive always, ready when nothing stands against it, with metrics, and nothing else is served', async () => {
  let reason: string | undefined = 'there is no certificate yet';
  const health = createHealthServer({
    unready: () => reason,
    metrics: () => Promise.resolve({ contentType: 'application/json', body: '{"numbers":1}' }),
  });
  const port = await listen(health, 0);
  const ask = (path: string): Promise<[number | undefined, unknown]> =>
    new Promise((resolve, reject) => {
      get({ port, path, host: '127.0.0.1', agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve([response.statusCode, JSON.parse(text)]));
      }).on('error', reject);
    });
  expect(await ask('/healthz')).toEqual([200, { status: 'ok' }]);
  expect(await ask('/readyz')).toEqual([503, { status: 'unready', reason: 'there is no certificate yet' }]);
  reason = undefined;
  expect(await ask('/readyz')).toEqual([200, { status: 'ok' }]);
  expect(await ask('/metrics')).toEqual([200, { numbers: 1 }]);
  expect(await ask('/anything')).toEqual([404, { error: 'not found' }]);
  await close(health, 0);
});
