import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { RequestOptions } from 'node:https';
import type { Json } from '@mesitis/kube';
import type { OsbConnection, OsbRequest, OsbResult } from './osb.js';
import type { Proxies } from './proxies.js';

/** How the client behaves towards every broker. */
export interface OsbClientOptions {
  /** For one whole request, connecting and reading included. */
  timeoutMs: number;
  /** The value of `X-Broker-API-Version`. */
  apiVersion: string;
  /** What stands between; without it every broker is called directly. */
  proxies?: Proxies;
}

/** The pools of one way to brokers. */
interface Agents {
  http: HttpAgent;
  https: HttpsAgent;
}

/** A catalog is the largest body there is; more than this is a mistake or an attack. */
const LARGEST_BODY = 32 * 1024 * 1024;

/**
 * The HTTP side of the Open Service Broker API. It keeps connections alive, one pool for all brokers; TLS settings
 * travel with each request and the pool never shares a connection between different ones. Redirects are not followed:
 * credentials stay with the host that the broker object names.
 */
export class OsbClient {
  readonly #direct = agents();
  readonly #proxied: Agents;
  readonly #options: OsbClientOptions;

  constructor(options: OsbClientOptions) {
    this.#options = options;
    this.#proxied = agents(options.proxies);
  }

  /** See {@link OsbTransport}. */
  async send(connection: OsbConnection, request: OsbRequest): Promise<OsbResult> {
    const signal = AbortSignal.timeout(this.#options.timeoutMs);
    try {
      return await this.#attempt(connection, request, signal);
    } catch (error) {
      if (signal.aborted) {
        return { type: 'timeout', message: `no answer within ${this.#options.timeoutMs / 1000} s` };
      }
      return { type: 'unreachable', message: error instanceof Error ? describe(error) : String(error) };
    }
  }

  /** Closes the connections that are kept. */
  close(): void {
    for (const { http, https } of [this.#direct, this.#proxied]) {
      http.destroy();
      https.destroy();
    }
  }

  async #attempt(connection: OsbConnection, request: OsbRequest, signal: AbortSignal): Promise<OsbResult> {
    try {
      return await exchange(this.#open(connection, request, signal), request);
    } catch (error) {
      // The broker closed a kept connection just as it was used. Every request of this API may be repeated.
      if (!(error instanceof StaleConnection)) throw error;
      return exchange(this.#open(connection, request, signal), request);
    }
  }

  #open(connection: OsbConnection, request: OsbRequest, signal: AbortSignal): ClientRequest {
    const url = new URL(`${connection.url}/${request.path.map(segment).join('/')}`);
    url.search = new URLSearchParams(request.query).toString();
    const options: RequestOptions = {
      method: request.method,
      headers: headers(connection, request, this.#options.apiVersion),
      signal,
    };
    const { http, https } = this.#options.proxies?.isDirect(url) === false ? this.#proxied : this.#direct;
    if (url.protocol === 'http:') return httpRequest(url, { ...options, agent: http });
    return httpsRequest(url, {
      ...options,
      agent: https,
      rejectUnauthorized: !connection.insecureSkipTLSVerify,
      ...(connection.caBundle === undefined ? {} : { ca: connection.caBundle }),
    });
  }
}

function agents({ http, https }: Partial<Proxies> = {}): Agents {
  const proxyEnv = { HTTP_PROXY: http ?? '', HTTPS_PROXY: https ?? '' };
  return {
    http: new HttpAgent({ keepAlive: true, proxyEnv }),
    https: new HttpsAgent({ keepAlive: true, proxyEnv }),
  };
}

class StaleConnection extends Error {}

/** Ids are whatever the author of an object wrote; none may lead to another path of the broker. */
function segment(text: string): string {
  if (/^\.{0,2}$/.test(text)) throw new Error(`"${text}" cannot be an id: choose another externalID`);
  return encodeURIComponent(text);
}

function headers({ auth }: OsbConnection, request: OsbRequest, apiVersion: string): Record<string, string> {
  const all: Record<string, string> = { 'X-Broker-API-Version': apiVersion, Accept: 'application/json' };
  if (request.body !== undefined) all['Content-Type'] = 'application/json';
  if (auth?.type === 'basic') {
    all['Authorization'] = `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
  }
  if (auth?.type === 'bearer') all['Authorization'] = `Bearer ${auth.token}`;
  if (request.originatingIdentity !== undefined) {
    all['X-Broker-API-Originating-Identity'] = request.originatingIdentity;
  }
  return all;
}

function exchange(outgoing: ClientRequest, request: OsbRequest): Promise<OsbResult> {
  return new Promise((resolve, reject) => {
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const stale = outgoing.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(stale ? new StaleConnection() : error);
    });
    outgoing.on('response', (incoming) => {
      read(incoming).then(resolve, reject);
    });
    if (request.body === undefined) outgoing.end();
    else outgoing.end(JSON.stringify(request.body));
  });
}

async function read(incoming: IncomingMessage): Promise<OsbResult> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LARGEST_BODY) throw new Error(`the answer is larger than ${LARGEST_BODY} bytes`);
    chunks.push(chunk);
  }
  const body = parseJson(Buffer.concat(chunks).toString('utf8'));
  const seconds = retryAfter(incoming.headers['retry-after'], incoming.headers.date);
  return {
    type: 'answer',
    status: incoming.statusCode ?? 0,
    ...(body === undefined ? {} : { body }),
    ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
  };
}

/** Seconds or a date (RFC 9110 section 10.2.3); a date counts from the broker's own clock. */
function retryAfter(text: string | undefined, date: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const seconds = (Date.parse(text) - Date.parse(date ?? '')) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

function parseJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function describe(error: Error): string {
  // A name with several addresses fails with one error for each; the outer one has no message.
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return error.errors[0].message;
  return error.message;
}
