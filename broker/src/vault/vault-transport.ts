import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { RequestOptions } from 'node:https';
import type { JsonObject } from '@mesitis/kube';
import { isJsonObject } from '../json.js';

/** One Vault, as an entry names it. */
export interface VaultServer {
  url: string;
  /** Sent as `X-Vault-Namespace`. */
  namespace?: string;
  /** PEM; without it the authorities that Node trusts. */
  ca?: string;
}

/** One request of Vault's HTTP API. */
export interface VaultRequest {
  method: 'GET' | 'POST' | 'PUT';
  /** Below `/v1/`, as Vault's documentation writes it; encoded here. */
  path: string;
  body?: JsonObject;
  /** Sent as `X-Vault-Token` and nowhere else. */
  token?: string;
}

/** What Vault answered; a body that is no JSON object counts as none. */
export interface VaultAnswer {
  status: number;
  body?: JsonObject;
  retryAfterSeconds?: number;
  /** Where a redirect that is not followed points. */
  location?: string;
}

/** Sends one request. @throws VaultUnreachable, or the reason of the signal */
export type VaultSend = (
  server: VaultServer,
  request: VaultRequest,
  signal: AbortSignal,
) => Promise<VaultAnswer>;

/** No answer came. `code` is Node's or OpenSSL's; the message holds it and nothing of the request. */
export class VaultUnreachable extends Error {
  override readonly name = 'VaultUnreachable';
  readonly code: string;

  constructor(code: string) {
    super(`no answer from Vault (${code})`);
    this.code = code;
  }
}

/** A secret is at most 1 MiB in Vault; more than this is a mistake or an attack. */
const LARGEST_BODY = 4 * 1024 * 1024;
const MOST_REDIRECTS = 2;

/**
 * Exchanges JSON with Vault. Connections are kept alive in one pool for all Vaults: Node never shares one between
 * different certificate authorities.
 */
export class VaultTransport {
  readonly #http = new HttpAgent({ keepAlive: true });
  readonly #https = new HttpsAgent({ keepAlive: true });
  readonly #timeoutMs: number;

  /** @param timeoutMs for one exchange, connecting and reading included */
  constructor(timeoutMs = 10_000) {
    this.#timeoutMs = timeoutMs;
  }

  /** See {@link VaultSend}. */
  readonly send: VaultSend = async (server, request, signal) => {
    signal.throwIfAborted();
    const timeout = AbortSignal.timeout(this.#timeoutMs);
    try {
      return await this.#follow(server, request, AbortSignal.any([signal, timeout]));
    } catch (error) {
      signal.throwIfAborted();
      throw new VaultUnreachable(timeout.aborted ? 'ETIMEDOUT' : codeOf(error));
    }
  };

  /** Closes all connections. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  /** A standby node that does not forward requests points at the active node. */
  async #follow(server: VaultServer, request: VaultRequest, signal: AbortSignal): Promise<VaultAnswer> {
    let url = urlOf(server, request.path);
    for (let redirects = 0; ; redirects += 1) {
      const answer = await exchange(this.#open(url, server, request, signal), request.body);
      const target = redirects < MOST_REDIRECTS ? redirectTarget(url, answer) : undefined;
      if (target === undefined) return answer;
      url = target;
    }
  }

  #open(url: URL, server: VaultServer, request: VaultRequest, signal: AbortSignal): ClientRequest {
    const options: RequestOptions = { method: request.method, headers: headers(server, request), signal };
    if (url.protocol === 'http:') return httpRequest(url, { ...options, agent: this.#http });
    const trust = server.ca === undefined ? {} : { ca: server.ca };
    return httpsRequest(url, { ...options, ...trust, agent: this.#https });
  }
}

function urlOf(server: VaultServer, path: string): URL {
  const url = new URL(server.url);
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/${encoded}`;
  url.search = '';
  url.hash = '';
  return url;
}

/**
 * Where to send the request again. Vault keeps the path and changes the node, so anything else (a login page, a moved
 * site) is not followed, and neither is a step from https down to http, where the token could be read on the way.
 */
function redirectTarget(from: URL, { status, location }: VaultAnswer): URL | undefined {
  if ((status !== 307 && status !== 308) || location === undefined) return undefined;
  const to = URL.parse(location, from.href);
  if (to === null || to.pathname !== from.pathname || to.search !== '') return undefined;
  if (to.username !== '' || to.password !== '') return undefined;
  const isKept = to.protocol === from.protocol || (from.protocol === 'http:' && to.protocol === 'https:');
  return isKept ? to : undefined;
}

function headers(server: VaultServer, { token, body }: VaultRequest): Record<string, string> {
  return {
    Accept: 'application/json',
    'User-Agent': 'mesitis',
    // A Vault agent or proxy in between may insist on it.
    'X-Vault-Request': 'true',
    ...(server.namespace === undefined ? {} : { 'X-Vault-Namespace': server.namespace }),
    ...(token === undefined ? {} : { 'X-Vault-Token': token }),
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
  };
}

function exchange(outgoing: ClientRequest, body: JsonObject | undefined): Promise<VaultAnswer> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      read(incoming).then(resolve, reject);
    });
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function read(incoming: IncomingMessage): Promise<VaultAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LARGEST_BODY) throw Object.assign(new Error(), { code: 'ANSWER_TOO_LARGE' });
    chunks.push(chunk);
  }
  const { 'retry-after': retryAfter, location } = incoming.headers;
  const body = parseJson(Buffer.concat(chunks).toString('utf8'));
  return {
    status: incoming.statusCode ?? 0,
    ...(body === undefined ? {} : { body }),
    ...(retryAfter !== undefined && /^\d{1,9}$/.test(retryAfter)
      ? { retryAfterSeconds: Number(retryAfter) }
      : {}),
    ...(location === undefined ? {} : { location }),
  };
}

function parseJson(text: string): JsonObject | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Node's or OpenSSL's name of what went wrong. */
function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'NO_ANSWER';
  if ('code' in error && typeof error.code === 'string') return error.code;
  // A name with several addresses fails with one error for each.
  return 'errors' in error && Array.isArray(error.errors) ? codeOf(error.errors[0]) : 'NO_ANSWER';
}
