import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that answers probes. */
export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

/** What the health port tells. */
export interface HealthOptions {
  isReady: () => boolean;
  /** The body of `/metrics`. */
  metrics: () => Promise<{ contentType: string; body: string }>;
  /** The metrics could not be told. */
  onError: (error: unknown) => void;
}

interface Page {
  status: number;
  contentType: string;
  body: string;
}

/**
 * Serves `/healthz` (200 while the process answers), `/readyz` (200 when ready, else 503) and `/metrics`, without
 * authentication: nothing here is secret. Rejects when the port is taken.
 */
export async function serveHealth(port: number, options: HealthOptions): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    void pageAt(path, options).then(({ status, contentType, body }) => {
      response.writeHead(status, { 'Content-Type': contentType }).end(body);
    });
  });
  await listening(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function pageAt(path: string, { isReady, metrics, onError }: HealthOptions): Promise<Page> {
  switch (path) {
    case '/healthz':
      return text(200, 'ok');
    case '/readyz':
      return isReady() ? text(200, 'ok') : text(503, 'not ok');
    case '/metrics':
      try {
        return { status: 200, ...(await metrics()) };
      } catch (error) {
        onError(error);
        return text(500, 'the metrics could not be told; the log says more');
      }
    default:
      return text(404, 'try /healthz, /readyz or /metrics');
  }
}

function text(status: number, line: string): Page {
  return { status, contentType: 'text/plain', body: `${line}\n` };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => resolve());
  });
}
