import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that listens. */
export interface Serving {
  /** The port that it got, which matters when 0 was asked for. */
  port: number;
  /** Takes no new connections, lets running requests finish for at most so many milliseconds, then cuts the rest. */
  stop(graceMs: number): Promise<void>;
}

/** Listens on all interfaces. @throws the listen error (EADDRINUSE, EACCES) */
export async function serve(listener: RequestListener, port: number): Promise<Serving> {
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 30_000, keepAliveTimeout: 90_000 });
  let stopping = false;
  server.on('request', (request, response) => {
    // A kept-alive connection becomes idle only after this response, so it is closed here when the server stops.
    response.once('finish', () => {
      if (stopping) setImmediate(() => server.closeIdleConnections());
    });
    listener(request, response);
  });
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    async stop(graceMs) {
      stopping = true;
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      clearTimeout(cut);
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
