import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that answers probes. */
export interface HealthServer {
  port: number;
  close(): Promise<void>;
}

/** Serves `/healthz` (200 while the process answers) and `/readyz` (200 when ready, else 503). Rejects when the port is taken. */
export async function serveHealth(port: number, isReady: () => boolean): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const status = statusOf(request.url, isReady);
    response.writeHead(status, { 'Content-Type': 'text/plain' }).end(status === 200 ? 'ok\n' : 'not ok\n');
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

function statusOf(url: string | undefined, isReady: () => boolean): number {
  if (url === '/healthz') return 200;
  if (url === '/readyz') return isReady() ? 200 : 503;
  return 404;
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => resolve());
  });
}
