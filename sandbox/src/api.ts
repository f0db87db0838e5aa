import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiServer, ResourceKind } from '@mesitis/kube/memory';
import { Admission } from './admission/admission.js';
import { discoveryDocument } from './discovery/discovery.js';
import { faultError } from './faults.js';
import type { Faults } from './faults.js';
import { userOf } from './identity.js';
import { openApiDocument } from './discovery/openapi.js';
import { scopeOf } from './resources/call.js';
import type { ResourceCall } from './resources/call.js';
import { ResourceReads, listOf, watchLine } from './resources/reads.js';
import { ResourceWrites } from './resources/writes.js';
import { reviewAnswer } from './resources/reviews.js';
import { resourceRoute, verbOf } from './route.js';
import type { ResourceRoute } from './route.js';
import { failure, methodNotAllowed, noSuchPath, ok, statusOf } from './status.js';
import type { Answer } from './status.js';

/** A request as it came over HTTP, body parsed. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The parsed body; undefined when there was none. */
  readonly body: unknown;
  /** Fires when the client is gone or the server closes. */
  readonly signal: AbortSignal;
}

/** What is sent back: an answer, a stream of lines, or nothing but a broken connection. */
export type Outcome = Answer | { readonly lines: AsyncIterable<string> } | 'cut';

/** What an {@link Api} is made of. */
export interface ApiParts {
  readonly server: ApiServer;
  readonly faults: Faults;
  readonly now: () => Date;
}

/** The Kubernetes API over an {@link ApiServer}: from a request to its outcome, without sockets. */
export class Api {
  readonly #parts: ApiParts;
  readonly #reads: ResourceReads;
  readonly #writes: ResourceWrites;

  constructor(parts: ApiParts) {
    this.#parts = parts;
    this.#reads = new ResourceReads(parts.server, parts.now);
    this.#writes = new ResourceWrites(parts.server, new Admission(parts.server));
  }

  /** The outcome of a request; never throws. */
  async handle(request: ApiRequest): Promise<Outcome> {
    const route = resourceRoute(request.path);
    try {
      if (route === undefined) return this.#document(request.path);
      return (await this.#fault(request, route)) ?? (await this.#resource(request, route));
    } catch (error) {
      return failure(error, route);
    }
  }

  #document(path: string): Answer {
    if (HEALTH_PATHS.includes(path))
      return { status: 200, body: 'ok', headers: { 'Content-Type': 'text/plain' } };
    // kubectl asks here for kinds that it does not find in version 3. An empty protobuf message is an empty document.
    if (path === '/openapi/v2') return { status: 200, body: '', headers: { 'Content-Type': OPENAPI_V2 } };
    const kinds = this.#parts.server.kinds();
    const document = discoveryDocument(path, kinds) ?? openApiDocument(path, kinds);
    return document === undefined ? noSuchPath() : ok(document);
  }

  async #fault(request: ApiRequest, route: ResourceRoute): Promise<Outcome | undefined> {
    const verb = verbOf(request.method, route, request.query);
    const fault = this.#parts.faults.take({ verb, ...route });
    if (fault === undefined) return undefined;
    if (fault.kind === 'cut') return 'cut';
    if (fault.kind === 'latency') {
      await delay(fault.milliseconds, undefined, { signal: request.signal });
      return undefined;
    }
    const error = faultError(fault, route.resource, route.name ?? '');
    // A watch begins well and then says that its version is gone.
    return verb === 'watch' && fault.kind === 'gone'
      ? { lines: Readable.from([watchLine('ERROR', statusOf(error))]) }
      : failure(error, route);
  }

  async #resource(request: ApiRequest, route: ResourceRoute): Promise<Outcome> {
    const { query, headers, body } = request;
    const user = userOf(headers);
    if (request.method === 'POST') {
      const review = reviewAnswer({ route, body, user, now: this.#parts.now() }, this.#parts.server);
      if (review !== undefined) return { status: 201, body: review };
    }
    const kind = this.#kindOf(route);
    if (kind === undefined) return noSuchPath();
    const warnings: string[] = [];
    const warn = (text: string): void => void warnings.push(`299 - ${JSON.stringify(text)}`);
    const outcome = await this.#act({ route, kind, query, headers, body, user, warn }, request).catch(
      (error: unknown) => failure(error, route),
    );
    if (outcome === 'cut' || 'lines' in outcome || warnings.length === 0) return outcome;
    return { ...outcome, headers: { ...outcome.headers, Warning: warnings } };
  }

  /** The kind behind a route; undefined when there is no such resource, subresource or scope. */
  #kindOf({
    group,
    version,
    resource,
    namespace,
    name,
    subresource,
  }: ResourceRoute): ResourceKind | undefined {
    const kind = this.#parts.server
      .kinds()
      .find((served) => served.group === group && served.version === version && served.plural === resource);
    if (kind === undefined || (subresource !== undefined && !(kind.status && subresource === 'status')))
      return undefined;
    if (!kind.namespaced) return namespace === undefined ? kind : undefined;
    return namespace === undefined && name !== undefined ? undefined : kind;
  }

  async #act(call: ResourceCall, { method, query, signal }: ApiRequest): Promise<Outcome> {
    switch (verbOf(method, call.route, query)) {
      case 'get':
        return ok(this.#reads.get(call));
      case 'list':
        return ok(this.#reads.list(call));
      case 'watch':
        return { lines: this.#reads.watch(call, watchSignal(query, signal)) };
      case 'create':
        if (call.route.name !== undefined) throw methodNotAllowed();
        return { status: 201, body: this.#reads.shown(call, await this.#writes.create(call)) };
      case 'update':
        return ok(this.#reads.shown(call, await this.#writes.update(call)));
      case 'patch': {
        const { object, created } = await this.#writes.patch(call);
        return { status: created ? 201 : 200, body: this.#reads.shown(call, object) };
      }
      case 'delete':
        return ok(await this.#remove(call));
      case 'deletecollection':
        return ok(await this.#removeAll(call));
      default:
        throw methodNotAllowed();
    }
  }

  async #remove(call: ResourceCall): Promise<unknown> {
    const { name = '', group, resource } = call.route;
    const { object, held } = await this.#writes.remove(call, name);
    if (held) return object;
    const details = { name, group, kind: resource, uid: object.metadata.uid };
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
  }

  async #removeAll(call: ResourceCall): Promise<unknown> {
    const { store } = this.#parts.server;
    const { items, resourceVersion } = store.list(call.kind, scopeOf(call));
    for (const { metadata } of items) {
      const { name = '', namespace } = metadata;
      const route = { ...call.route, name, ...(namespace === undefined ? {} : { namespace }) };
      // An earlier deletion may have taken it along.
      if (store.get(call.kind, name, namespace) !== undefined)
        await this.#writes.remove({ ...call, route }, name);
    }
    return listOf(call, items, resourceVersion);
  }
}

const OPENAPI_V2 = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const HEALTH_PATHS = ['/healthz', '/livez', '/readyz'];

function watchSignal(query: URLSearchParams, signal: AbortSignal): AbortSignal {
  const seconds = Number(query.get('timeoutSeconds') ?? '0');
  return seconds > 0 ? AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]) : signal;
}
