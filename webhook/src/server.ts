import { createServer as createHttpServer, type Server as HttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Issued } from './tls/certificates.js';

/**
 * The HTTPS server. The API server keeps connections open and sends again after up to 90 s, as Go's servers allow: a
 * connection that is closed earlier may be closed under a request. Headers arrive at once or not at all.
 */
export function createSecureServer(listener: RequestListener, leaf: Issued): HttpsServer {
  const server = createHttpsServer(
    { key: leaf.key, cert: leaf.certificate, minVersion: 'TLSv1.2' },
    listener,
  );
  server.keepAliveTimeout = 90_000;
  server.headersTimeout = 32_000;
  server.requestTimeout = 60_000;
  // A connection that becomes idle while the server closes would hold it up for the whole keep-alive time.
  server.on('request', ({ socket }, response) => {
    response.once('close', () => {
      if (!server.listening) socket.end();
    });
  });
  return server;
}

/** From now on new connections get this certificate; open ones go on. */
export function replaceCertificate(server: HttpsServer, leaf: Issued): void {
  server.setSecureContext({ key: leaf.key, cert: leaf.certificate, minVersion: 'TLSv1.2' });
}

/** What the health port tells. */
export interface HealthOptions {
  /** Says why no request should come yet, or undefined. */
  unready: () => string | undefined;
  /** The body of `/metrics`. */
  metrics: () => Promise<{ contentType: string; body: string }>;
}

/** Liveness, readiness and metrics in plain HTTP, on a port of its own, without authentication: nothing there is secret. */
export function createHealthServer(options: HealthOptions): HttpServer {
  return createHttpServer((request, response) => {
    void pageAt(request.url?.split('?', 1)[0] ?? '', options).then(({ status, contentType, body }) => {
      response.writeHead(status, { 'content-type': contentType }).end(body);
    });
  });
}

async function pageAt(
  path: string,
  { unready, metrics }: HealthOptions,
): Promise<{ status: number; contentType: string; body: string }> {
  switch (path) {
    case '/healthz':
      return json(200, { status: 'ok' });
    case '/readyz': {
      const reason = unready();
      return reason === undefined ? json(200, { status: 'ok' }) : json(503, { status: 'unready', reason });
    }
    case '/metrics':
      return metrics().then(
        (page) => ({ status: 200, ...page }),
        () => json(500, { error: 'the metrics could not be told' }),
      );
    default:
      return json(404, { error: 'not found' });
  }
}

function json(status: number, value: object): { status: number; contentType: string; body: string } {
  return { status, contentType: 'application/json', body: JSON.stringify(value) };
}

/** Listens on `port` of every address, 0 for any free one, and gives the port. Rejects when it can't be had. */
export async function listen(server: HttpServer | HttpsServer, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
  return (server.address() as AddressInfo).port;
}

/** Takes no new connections, lets requests under way finish for at most `graceMs`, then cuts what is left. */
export async function close(server: HttpServer | HttpsServer, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}
