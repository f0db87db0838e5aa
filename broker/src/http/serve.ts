import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createSecureServer, Server as SecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { atMost } from '../at-most.js';
import type { Certificate } from './certificate.js';
import { MIN_TLS_VERSION } from './certificate.js';
import { OpenResponses } from './open-responses.js';
import { answerUnreadable } from './unreadable-request.js';

/** How much and how long a client may take; milliseconds. */
export interface ServerLimits {
  /** From the connection or the request before to the end of the headers. */
  headersMs: number;
  /** From the first byte of a request to the last of its body. */
  requestMs: number;
  /** How long a connection is kept for the next request. Go's clients give up their side after 90 s. */
  keepAliveMs: number;
  /** How long a connection may stand still, while an answer is awaited or not read. */
  silenceMs: number;
  /** How long the TLS handshake may take. */
  handshakeMs: number;
  /** How often the limits above are checked. */
  checkEveryMs: number;
  /** Of the request line and all headers, in bytes. */
  headerBytes: number;
  headerCount: number;
  /** Connections beyond it are closed at once. */
  connections: number;
}

/** What a platform with the best manners never meets, and what a slow or hostile client can't stretch. */
export const SERVER_LIMITS: ServerLimits = {
  headersMs: 20_000,
  requestMs: 60_000,
  keepAliveMs: 95_000,
  silenceMs: 120_000,
  handshakeMs: 10_000,
  checkEveryMs: 5_000,
  headerBytes: 16 * 1024,
  headerCount: 100,
  connections: 1_000,
};

/** How to serve. */
export interface ServeOptions {
  /** Serves HTTPS when given. */
  certificate?: Certificate;
  limits?: Partial<ServerLimits>;
}

/** A server that listens. */
export interface Serving {
  /** The port that it got, which matters when 0 was asked for. */
  port: number;
  /** New connections get this certificate from now on; open ones go on. Only for a server that serves HTTPS. */
  setCertificate(certificate: Certificate): void;
  /** Goes on, but ends each connection with its next answer, so that clients go elsewhere before {@link stop}. */
  drain(): void;
  /** Takes no new connections, lets running requests finish for at most so many milliseconds, then cuts the rest. */
  stop(graceMs: number): Promise<void>;
}

/** Listens on all interfaces. @throws the listen error (EADDRINUSE, EACCES) */
export async function serve(
  listener: RequestListener,
  port: number,
  { certificate, limits }: ServeOptions = {},
): Promise<Serving> {
  const open = new OpenResponses();
  const server = createLimitedServer(certificate, { ...SERVER_LIMITS, ...limits });
  const answer: RequestListener = (request, response) => {
    open.add(response);
    request.url = originForm(request.url ?? '');
    listener(request, response);
  };
  server.on('request', answer);
  // Without this, Node itself invites a body before anybody has looked at the headers.
  server.on('checkContinue', (request, response) => {
    // The client may or may not send the body that nobody invited; nobody could tell it from the next request.
    response.setHeader('Connection', 'close');
    answer(request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    answerUnreadable(error.code, socket, open.isAnswering(socket));
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    setCertificate(next) {
      if (server instanceof SecureServer) server.setSecureContext({ ...next, minVersion: MIN_TLS_VERSION });
    },
    drain: () => open.closeConnections(),
    async stop(graceMs) {
      open.closeConnections();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      await atMost(open.none(), graceMs);
      // Those that are left say nothing, or have said enough.
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/**
 * The path and query of a request target, whatever its form (RFC 9112 section 3.2): a proxy may send a whole URL. Express
 * would answer what it can't parse by itself, in HTML and before anybody was asked for credentials.
 */
function originForm(target: string): string {
  const path = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  return path.startsWith('/') ? path : `/${path}`;
}

function createLimitedServer(
  certificate: Certificate | undefined,
  limits: ServerLimits,
): Server | SecureServer {
  const options = {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: limits.checkEveryMs,
    maxHeaderSize: limits.headerBytes,
  };
  const server =
    certificate === undefined
      ? createServer(options)
      : createSecureServer({
          ...options,
          ...certificate,
          minVersion: MIN_TLS_VERSION,
          handshakeTimeout: limits.handshakeMs,
        });
  server.maxHeadersCount = limits.headerCount;
  server.maxConnections = limits.connections;
  server.timeout = limits.silenceMs;
  return server;
}

async function listen(server: Server | SecureServer, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
