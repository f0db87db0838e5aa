import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject } from '@mesitis/kube';
import type { ReviewToken } from './auth-methods.js';
import { accountsOf } from './secrets-engines.js';
import { answer } from './vault-api.js';
import type { Call, Reply } from './vault-state.js';
import { failure, VaultState } from './vault-state.js';

/** What went over the wire, as far as tests ask: nothing of it is secret but `token` and `body`. */
export interface JournalLine extends Call {
  status: number;
}

/** Something that goes wrong instead of an answer. */
export type Fault =
  | { status: number; headers?: Record<string, string>; body?: JsonObject }
  | 'cut'
  | { delayMs: number };

/** What a server may be given. */
export interface VaultServerOptions {
  /** PEM; without it the server speaks plain HTTP. */
  tls?: { certificate: string; key: string };
  port?: number;
  /** Whose a ServiceAccount token is; nobody's when left out. */
  reviewToken?: ReviewToken;
}

/**
 * A server that behaves as the HTTP API documentation of HashiCorp Vault says, over a small state in memory: logins by
 * token, AppRole and Kubernetes, KV in both versions, dynamic secrets with leases, namespaces, policies. It is set up by
 * the calls that set up a real one, with the root token.
 */
export class VaultServer {
  readonly state = new VaultState();
  readonly journal: JournalLine[] = [];
  readonly url: string;
  readonly #server: Server;
  readonly #reviewToken: ReviewToken;
  readonly #faults: Fault[] = [];
  readonly #lost: string[] = [];
  #health: 'active' | 'sealed' | 'uninitialized' = 'active';
  #redirectTo: string | undefined;

  private constructor(server: Server, url: string, reviewToken: ReviewToken) {
    this.#server = server;
    this.url = url;
    this.#reviewToken = reviewToken;
  }

  /** Listens on 127.0.0.1. */
  static async start({
    tls,
    port = 0,
    reviewToken = () => undefined,
  }: VaultServerOptions = {}): Promise<VaultServer> {
    const listener: RequestListener = (request, response) => {
      vault.#serve(request, response).catch(() => response.destroy());
    };
    const server =
      tls === undefined
        ? createServer(listener)
        : createTlsServer({ cert: tls.certificate, key: tls.key }, listener);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const vault = new VaultServer(
      server,
      `${tls === undefined ? 'http' : 'https'}://${address}`,
      reviewToken,
    );
    return vault;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** The next requests go wrong in these ways, one each; `sys/health` never does. */
  fail(...faults: Fault[]): void {
    this.#faults.push(...faults);
  }

  /** The next request of that path is carried out, and its answer never arrives. */
  loseAnswerOf(path: string): void {
    this.#lost.push(path);
  }

  seal(): void {
    this.#health = 'sealed';
  }

  uninitialize(): void {
    this.#health = 'uninitialized';
  }

  unseal(): void {
    this.#health = 'active';
  }

  /** From now on it is a standby node that sends everybody to another one. */
  standBy(activeUrl: string): void {
    this.#redirectTo = activeUrl;
  }

  /** The accounts that a dynamic engine made and did not take away yet. */
  accounts(mount: string, namespace = ''): string[] {
    this.state.sweep();
    const found = this.state.space(namespace)?.mounts.get(mount);
    return found === undefined ? [] : [...accountsOf(found).keys()];
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await callOf(request);
    const { status, body, headers } = await this.#replyTo(call, request.url ?? '');
    this.journal.push({ ...call, status });
    if (status === 0) {
      request.socket.destroy();
      return;
    }
    response.writeHead(status, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      ...headers,
    });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }

  async #replyTo(call: Call, url: string): Promise<Reply & { headers?: Record<string, string> }> {
    if (call.path === 'sys/health') return this.#healthReply();
    const fault = this.#faults.shift();
    if (fault === 'cut') return { status: 0 };
    if (fault !== undefined && 'status' in fault) return fault;
    if (fault !== undefined) await delay(fault.delayMs, undefined, { ref: false });
    if (this.#health !== 'active') return failure(503, 'Vault is sealed');
    if (this.#redirectTo !== undefined)
      return { status: 307, headers: { Location: `${this.#redirectTo}${url}` } };
    const reply = answer(this.state, call, this.#reviewToken);
    if (this.#lost[0] !== call.path) return reply;
    this.#lost.shift();
    return { status: 0 };
  }

  #healthReply(): Reply {
    const state = this.#health;
    const standby = this.#redirectTo !== undefined;
    const status = state === 'uninitialized' ? 501 : state === 'sealed' ? 503 : standby ? 429 : 200;
    return { status, body: { initialized: state !== 'uninitialized', sealed: state !== 'active', standby } };
  }
}

async function callOf(request: IncomingMessage): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const { pathname } = new URL(request.url ?? '', 'http://vault');
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    method: request.method ?? '',
    path: decodeURIComponent(pathname)
      .replace(/^\/v1\//, '')
      .replace(/\/+$/, ''),
    namespace: (header('x-vault-namespace') ?? '').replace(/^\/+|\/+$/g, ''),
    token: header('x-vault-token'),
    body: text === '' ? {} : (JSON.parse(text) as JsonObject),
  };
}
