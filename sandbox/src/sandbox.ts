import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ApiServer } from '@mesitis/kube/memory';
import { Api } from './api.js';
import { Faults } from './faults.js';
import { respond } from './http.js';
import { kubeconfigFor } from './kubeconfig.js';
import { addDefaultServiceAccount } from './resources/writes.js';

/** How a sandbox is started. */
export interface SandboxOptions {
  /** The port on 127.0.0.1; any free one unless told. */
  port?: number;
  /** Serves HTTPS with this PEM key and certificate (for 127.0.0.1); clients trust `ca`, else the certificate itself. */
  tls?: { key: string; cert: string; ca?: string };
  /** How many changes watches can look back; 1000 unless told. */
  historyLimit?: number;
  /** What it takes for the time; the machine's clock unless told. */
  now?: () => Date;
}

/** A running sandbox. */
export interface Sandbox {
  /** Where it listens: `http://127.0.0.1:<port>`. */
  readonly url: string;
  /** The text of a kubeconfig file with one context, for an administrator. */
  readonly kubeconfig: string;
  /** What goes wrong next. */
  readonly faults: Faults;
  /** The state behind the API, for tests that look past HTTP. */
  readonly server: ApiServer;
  /** Breaks all open connections off, watches included. */
  cutConnections(): void;
  /** Ends everything; resolves when the port is free. */
  close(): Promise<void>;
}

/** Namespaces that every cluster has. */
const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Starts an API server in memory. Rejects when the port is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, tls, historyLimit, now = () => new Date() } = options;
  const server = new ApiServer({
    namespacesMustExist: true,
    now,
    ...(historyLimit === undefined ? {} : { historyLimit }),
  });
  NAMESPACES.forEach((name) => addNamespace(server, name));
  const faults = new Faults();
  const api = new Api({ server, faults, now });
  const closing = new AbortController();
  const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
    void respond(api, request, response, closing.signal);
  const http: Server = tls === undefined ? createHttpServer(onRequest) : createHttpsServer(tls, onRequest);
  await listening(http, port);
  const { port: bound } = http.address() as AddressInfo;
  const url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${bound}`;
  return {
    url,
    kubeconfig: kubeconfigFor(url, tls === undefined ? undefined : (tls.ca ?? tls.cert)),
    faults,
    server,
    cutConnections: () => http.closeAllConnections(),
    close: () => {
      closing.abort();
      return closed(http);
    },
  };
}

function addNamespace(server: ApiServer, name: string): void {
  const kind = server.kinds().find((candidate) => candidate.kind === 'Namespace');
  if (kind === undefined) return;
  server.commit(
    server.creating(kind, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { name: 'sandbox' }),
  );
  addDefaultServiceAccount(server, name);
}

function listening(http: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, '127.0.0.1', () => resolve());
  });
}

function closed(http: Server): Promise<void> {
  return new Promise((resolve) => {
    http.close(() => resolve());
    http.closeAllConnections();
  });
}
