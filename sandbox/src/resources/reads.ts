import { KubeError } from '@mesitis/kube';
import type { KubeObject } from '@mesitis/kube';
import { apiVersionOf, notFound } from '@mesitis/kube/memory';
import type { ApiServer } from '@mesitis/kube/memory';
import { scopeOf } from './call.js';
import { eventFilter } from './event-fields.js';
import type { ResourceCall } from './call.js';
import { statusOf } from '../status.js';
import { tableOf, wantsTable } from '../tables/table.js';

/** The reading verbs. Answers are bodies; {@link watch} gives events, each a body of its own. */
export class ResourceReads {
  readonly #server: ApiServer;
  readonly #now: () => Date;

  constructor(server: ApiServer, now: () => Date) {
    this.#server = server;
    this.#now = now;
  }

  /** GET of one object. */
  get(call: ResourceCall): unknown {
    const { kind, route } = call;
    const found = this.#server.store.get(kind, route.name ?? '', route.namespace);
    if (found === undefined) throw notFound(kind, route.name ?? '');
    return this.shown(call, found);
  }

  /** GET of a collection. */
  list(call: ResourceCall): unknown {
    const { kind } = call;
    const { items: found, resourceVersion } = this.#server.store.list(kind, scopeOf(call));
    const items = found.filter(eventFilter(call));
    if (wantsTable(call.headers.accept)) return this.#table(call, items, resourceVersion);
    const { page, resume } = pageOf(call, items);
    return listOf(call, page, resourceVersion, resume);
  }

  /** The object, or the Table that the request asks for instead. */
  shown(call: ResourceCall, object: KubeObject): unknown {
    if (!wantsTable(call.headers.accept)) return object;
    return this.#table(call, [object], object.metadata.resourceVersion ?? '');
  }

  /** GET with `watch`: lines of JSON until the signal fires. An error becomes the last event. */
  async *watch(call: ResourceCall, signal: AbortSignal): AsyncGenerator<string> {
    try {
      refuseInitialEvents(call);
      const since = call.query.get('resourceVersion') ?? '';
      for await (const { type, object } of this.#server.store.watch(
        call.kind,
        scopeOf(call),
        since,
        signal,
      )) {
        yield watchLine(type, this.shown(call, object));
      }
    } catch (error) {
      yield watchLine('ERROR', statusOf(error));
    }
  }

  #table(call: ResourceCall, objects: readonly KubeObject[], resourceVersion: string): unknown {
    const include = call.query.get('includeObject');
    return tableOf({ kind: call.kind, objects, resourceVersion, include, now: this.#now() });
  }
}

/** A list object. As on real servers, items of built-in kinds say neither apiVersion nor kind. */
export function listOf(
  { kind }: ResourceCall,
  items: readonly KubeObject[],
  resourceVersion: string,
  resume?: string,
): unknown {
  return {
    apiVersion: apiVersionOf(kind),
    kind: `${kind.kind}List`,
    metadata: { resourceVersion, continue: resume },
    // JSON leaves out what is undefined.
    items: kind.custom ? items : items.map((item) => ({ ...item, apiVersion: undefined, kind: undefined })),
  };
}

/**
 * The page that `limit` and `continue` ask for. The token is where the page before it ended, so pages show the state at
 * their own time, not at the first one's.
 */
function pageOf(
  { query }: ResourceCall,
  items: readonly KubeObject[],
): { page: readonly KubeObject[]; resume?: string } {
  const limit = Number(query.get('limit') ?? 0);
  const after = Buffer.from(query.get('continue') ?? '', 'base64url').toString();
  const rest = after === '' ? items : items.filter((item) => positionOf(item) > after);
  const page = limit > 0 ? rest.slice(0, limit) : rest;
  const last = page.at(-1);
  if (last === undefined || page.length === rest.length) return { page };
  return { page, resume: Buffer.from(positionOf(last)).toString('base64url') };
}

/** Compares as the store sorts: by namespace and name. */
function positionOf({ metadata: { namespace = '', name = '' } }: KubeObject): string {
  return `${namespace}/${name}`;
}

/** One watch event as it travels. */
export function watchLine(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}

/** Clients that stream lists fall back to list and watch when a server says this. */
function refuseInitialEvents({ query }: ResourceCall): void {
  if (!query.has('sendInitialEvents')) return;
  throw new KubeError(
    'invalid',
    'sendInitialEvents is forbidden for watch: the sandbox has no streaming lists',
    {
      status: 422,
      reason: 'Invalid',
    },
  );
}
