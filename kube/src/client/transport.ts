import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { createSecureContext, type SecureContext } from 'node:tls';
import { KubeError } from '../errors.js';
import type { Json } from '../port.js';
import type { CredentialStore, Credentials } from './credentials.js';
import { errorFromAnswer } from './status-error.js';

/** One call on the API server. */
export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, encoded, without query. */
  path: string;
  query?: URLSearchParams;
  /** Sent as JSON. */
  body?: unknown;
  /** The type of the body; `application/json` when left out. */
  contentType?: string;
  /** The type of the answer, some JSON; `application/json` when left out. */
  accept?: string;
}

/** What a transport needs to know. */
export interface TransportOptions {
  serverUrl: string;
  credentials: CredentialStore;
  /** How long a call without a signal may take, in milliseconds, retries included. */
  timeoutMs: number;
  /** Waits between retries; throws when the signal fires. */
  wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const MAX_ATTEMPTS = 5;
const MAX_WAIT_SECONDS = 30;
const KEEP_ALIVE_MS = 30_000;

/**
 * Speaks plain JSON over one keep-alive agent. Renews refused credentials once, waits when the server asks to come
 * back later, and turns whatever goes wrong into a KubeError.
 */
export class Transport {
  readonly #server: URL;
  readonly #serverUrl: string;
  readonly #credentials: CredentialStore;
  readonly #timeoutMs: number;
  readonly #wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly #agent: HttpAgent;
  /** Reading certificates and keys anew for each connection takes as long as half of a handshake. */
  readonly #contexts = new WeakMap<Credentials, SecureContext>();

  constructor({ serverUrl, credentials, timeoutMs, wait = defaultWait }: TransportOptions) {
    this.#serverUrl = serverUrl;
    this.#server = new URL(serverUrl);
    this.#credentials = credentials;
    this.#timeoutMs = timeoutMs;
    this.#wait = wait;
    // keepAliveMsecs is also the TCP keep-alive delay: a peer that vanished is noticed on open watches too.
    const options = { keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS };
    this.#agent = this.#server.protocol === 'http:' ? new HttpAgent(options) : new HttpsAgent(options);
  }

  /** The parsed answer. Throws a KubeError, or the reason of the caller's signal when that fired. */
  async json(request: ApiRequest, signal?: AbortSignal): Promise<Json> {
    const deadline = signal ?? AbortSignal.timeout(this.#timeoutMs);
    return this.#explained(request, deadline, async () => {
      const body = await text(await this.#send(request, deadline));
      return parseJson(body, this.#name(request));
    });
  }

  /**
   * The answer as a stream of text, once its status says success. `signal` also ends the stream later on; the answer
   * must begin within the default timeout.
   */
  async stream(request: ApiRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const begin = new AbortController();
    const timer = setTimeout(() => begin.abort(timeoutReason()), this.#timeoutMs);
    const either = AbortSignal.any([signal, begin.signal]);
    try {
      return await this.#explained(request, either, async () => {
        const response = await this.#send(request, either);
        response.socket.setKeepAlive(true, KEEP_ALIVE_MS);
        return response.setEncoding('utf8');
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** The KubeError for whatever a request or its body's stream threw. */
  explain(error: unknown, request: ApiRequest): KubeError {
    return error instanceof KubeError ? error : unreachable(error, this.#name(request));
  }

  /** Closes all connections; calls under way fail with `unavailable`. */
  close(): void {
    this.#agent.destroy();
  }

  async #explained<T>(request: ApiRequest, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
    try {
      signal.throwIfAborted();
      return await run();
    } catch (error) {
      if (!signal.aborted) throw this.explain(error, request);
      if (!isTimeout(signal.reason)) signal.throwIfAborted();
      throw new KubeError(
        'timeout',
        `${this.#name(request)} was not answered in time; check that the API server is well, then try again.`,
      );
    }
  }

  /** Sends until there is a lasting answer; throws the error that a failure status stands for. */
  async #send(request: ApiRequest, signal: AbortSignal): Promise<IncomingMessage> {
    for (let attempt = 1; ; attempt += 1) {
      const response = await this.#authenticated(request, signal);
      const { statusCode: status = 0, headers } = response;
      if (status >= 200 && status < 300) return response;
      const error = errorFromAnswer({
        request: this.#name(request),
        status,
        body: await text(response),
        retryAfter: headers['retry-after'],
      });
      const retryAfter = headers['retry-after'] === undefined ? undefined : error.retryAfterSeconds;
      if (status !== 429 || retryAfter === undefined || attempt === MAX_ATTEMPTS) throw error;
      await this.#wait(Math.min(retryAfter, MAX_WAIT_SECONDS) * 1000, signal);
    }
  }

  async #authenticated(request: ApiRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const credentials = await this.#credentials.get();
    const response = await this.#exchange(request, credentials, signal);
    if (response.statusCode !== 401) return response;
    const renewed = await this.#credentials.replace(credentials);
    if (renewed === undefined) return response;
    response.resume();
    return this.#exchange(request, renewed, signal);
  }

  async #exchange(
    request: ApiRequest,
    credentials: Credentials,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    try {
      return await this.#once(request, credentials, signal);
    } catch (error) {
      // The server closed an idle connection just as it was used again: reading once more does no harm.
      if (request.method !== 'GET' || signal.aborted || !(error instanceof StaleConnection)) throw error;
      return this.#once(request, credentials, signal);
    }
  }

  #once(request: ApiRequest, credentials: Credentials, signal: AbortSignal): Promise<IncomingMessage> {
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const headers: OutgoingHttpHeaders = {
      Accept: request.accept ?? 'application/json',
      'User-Agent': 'mesitis',
      ...(body === undefined ? {} : bodyHeaders(body, request.contentType)),
      ...credentials.headers,
    };
    const { protocol, hostname, port, pathname } = this.#server;
    const send = protocol === 'http:' ? httpRequest : httpsRequest;
    return new Promise((resolve, reject) => {
      const outgoing = send({
        // Both: the agent tells by the settings which connections may be used again.
        ...credentials.tls,
        ...(protocol === 'http:' ? {} : { secureContext: this.#contextOf(credentials) }),
        protocol,
        // URL keeps the brackets of an IPv6 address, the resolver does not want them.
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        path: `${pathname.replace(/\/$/, '')}${request.path}${queryString(request.query)}`,
        method: request.method,
        headers,
        agent: credentials.proxyAgent ?? this.#agent,
        signal,
      });
      outgoing.once('response', resolve);
      outgoing.on('error', (error) => reject(outgoing.reusedSocket ? new StaleConnection(error) : error));
      outgoing.end(body);
    });
  }

  #contextOf(credentials: Credentials): SecureContext {
    let context = this.#contexts.get(credentials);
    if (context === undefined) {
      context = createSecureContext(credentials.tls);
      this.#contexts.set(credentials, context);
    }
    return context;
  }

  /** How messages name a request: no query, because that may hold what a user typed. */
  #name({ method, path }: ApiRequest): string {
    return `${method} ${this.#serverUrl}${path}`;
  }
}

/** A connection out of the pool failed before its answer began. */
class StaleConnection extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

async function text(response: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk as string;
  return body;
}

function parseJson(body: string, name: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    throw new KubeError(
      'unavailable',
      `${name} was answered with something that is not JSON; check that the server is a Kubernetes API server.`,
    );
  }
}

function bodyHeaders(body: string, contentType = 'application/json'): OutgoingHttpHeaders {
  // Node leaves out the length of a DELETE's body; the server would take the body for the next request.
  return { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) };
}

function queryString(query: URLSearchParams | undefined): string {
  return query === undefined || query.size === 0 ? '' : `?${query.toString()}`;
}

function unreachable(error: unknown, name: string): KubeError {
  const cause = error instanceof StaleConnection ? error.cause : error;
  const code =
    cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'no answer';
  const remedy = /CERT|SIGNATURE|ALTNAME|SSL/.test(code)
    ? 'check the certificate authority in the kubeconfig and the name in the server address'
    : 'check that the API server runs and that the kubeconfig has its address';
  return new KubeError('unavailable', `${name} failed (${code}); ${remedy}.`, { cause });
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}

function timeoutReason(): DOMException {
  return new DOMException('The answer did not begin in time.', 'TimeoutError');
}

async function defaultWait(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal });
}
