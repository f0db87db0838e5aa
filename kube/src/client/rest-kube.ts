import { KubeError, isKubeError } from '../errors.js';
import type {
  ApplyOptions,
  CallOptions,
  Json,
  KubeList,
  KubeObject,
  ListOptions,
  ListQuery,
  ObjectMeta,
  ObjectRef,
  PageOptions,
  Patch,
  RemoveOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../port.js';
import { refOf } from '../port.js';
import type { KubeClient } from './kube-client.js';
import { Resources, resourcePath, unknownKind } from './resources.js';
import type { Target } from './resources.js';
import type { ApiRequest, Transport } from './transport.js';
import { watchEvents } from './watch-stream.js';

/** What a client is made of. */
export interface RestKubeOptions {
  transport: Transport;
  serverUrl: string;
  defaultNamespace: string;
  fieldManager: string;
}

const PAGE_SIZE = 500;
const WATCH_SECONDS = 300;
const WATCH_GRACE_SECONDS = 30;

/** The server may answer with the whole objects all the same, as plain JSON. */
const METADATA_ONLY = {
  list: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
  watch: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json',
} as const;

const PATCH_TYPES = {
  merge: 'application/merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** The port over HTTP. Objects go out and come in as they are. */
export class RestKube implements KubeClient {
  readonly serverUrl: string;
  readonly defaultNamespace: string;
  readonly #transport: Transport;
  readonly #fieldManager: string;
  readonly #resources: Resources;

  constructor({ transport, serverUrl, defaultNamespace, fieldManager }: RestKubeOptions) {
    this.serverUrl = serverUrl;
    this.defaultNamespace = defaultNamespace;
    this.#transport = transport;
    this.#fieldManager = fieldManager;
    this.#resources = new Resources((path, signal) =>
      undefinedWhenNotFound(transport.json({ method: 'GET', path }, signal)),
    );
  }

  async resourceOf(
    { apiVersion, kind }: Pick<ObjectRef, 'apiVersion' | 'kind'>,
    { signal }: CallOptions = {},
  ): Promise<string | undefined> {
    return (await this.#resources.find(apiVersion, kind, signal))?.plural;
  }

  async get(ref: ObjectRef, { signal }: CallOptions = {}): Promise<KubeObject | undefined> {
    return undefinedWhenNotFound(
      this.#path(ref, true, signal).then((path) => this.#object({ method: 'GET', path }, signal)),
    );
  }

  async list(query: ListQuery, { signal, cached = false }: ListOptions = {}): Promise<KubeList> {
    const path = await this.#path(query, false, signal);
    const items: KubeObject[] = [];
    let resume = '';
    for (;;) {
      const parameters = pageSelection(query, PAGE_SIZE, resume);
      // A later page is of the first one's moment, and names no other.
      if (cached && resume === '') parameters.set('resourceVersion', '0');
      let page: KubeList & { resume: string };
      try {
        page = await this.#page(query, { method: 'GET', path, query: parameters }, signal);
      } catch (error) {
        if (resume === '' || !isKubeError(error, 'gone')) throw error;
        // The pages took so long that the server forgot the first one's version: once more, all at once.
        const whole = await this.#page(query, { method: 'GET', path, query: selection(query) }, signal);
        return { items: whole.items, resourceVersion: whole.resourceVersion };
      }
      items.push(...page.items);
      resume = page.resume;
      if (resume === '') return { items, resourceVersion: page.resourceVersion };
    }
  }

  async *pages(query: ListQuery, options: PageOptions = {}): AsyncGenerator<KubeList, void, undefined> {
    const { signal, limit = PAGE_SIZE, metadataOnly = false } = options;
    const path = await this.#path(query, false, signal);
    const accept = metadataOnly ? { accept: METADATA_ONLY.list } : {};
    let resume = '';
    do {
      const parameters = pageSelection(query, limit, resume);
      let page: KubeList & { resume: string };
      try {
        page = await this.#page(query, { method: 'GET', path, query: parameters, ...accept }, signal);
      } catch (error) {
        // The server forgot the first page's moment and says how to go on after the last object in a later one.
        const next = resume !== '' && isKubeError(error, 'gone') ? error.continueToken : undefined;
        if (next === undefined || next === resume) throw error;
        resume = next;
        continue;
      }
      resume = page.resume;
      const items = metadataOnly ? page.items.map((item) => metadataOf(query, item)) : page.items;
      yield { items, resourceVersion: page.resourceVersion };
    } while (resume !== '');
  }

  async *watch(
    query: ListQuery,
    resourceVersion: string,
    { signal, metadataOnly = false }: WatchOptions = {},
  ): AsyncGenerator<WatchEvent, void, undefined> {
    // The server ends a watch after timeoutSeconds; should its farewell get lost, the local limit ends the iteration
    // the same way.
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), (WATCH_SECONDS + WATCH_GRACE_SECONDS) * 1000);
    const either = signal === undefined ? limit.signal : AbortSignal.any([signal, limit.signal]);
    try {
      const events = this.#watchUntil(query, resourceVersion, { signal: either, metadataOnly });
      if (!metadataOnly) yield* events;
      else for await (const { type, object } of events) yield { type, object: metadataOf(query, object) };
    } catch (error) {
      if (!either.aborted) throw error;
    } finally {
      clearTimeout(timer);
      // Also when the consumer left the loop: the connection must not stay open.
      limit.abort();
    }
  }

  async create(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const { apiVersion, kind, metadata } = object;
    const target = {
      apiVersion,
      kind,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    };
    return this.#write({ method: 'POST', body: object }, target, options);
  }

  async update(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    return this.#write({ method: 'PUT', body: object }, refOf(object), options);
  }

  async patch(ref: ObjectRef, { type, body }: Patch, options: WriteOptions = {}): Promise<KubeObject> {
    return this.#write({ method: 'PATCH', body, contentType: PATCH_TYPES[type] }, ref, options);
  }

  async apply(object: KubeObject, options: ApplyOptions = {}): Promise<KubeObject> {
    const query = options.force === true ? new URLSearchParams({ force: 'true' }) : new URLSearchParams();
    const request = { method: 'PATCH', body: object, contentType: PATCH_TYPES.apply, query } as const;
    return this.#write(request, refOf(object), options);
  }

  async remove(ref: ObjectRef, options: RemoveOptions = {}): Promise<boolean> {
    const { signal, uid, resourceVersion, propagationPolicy = 'Background' } = options;
    const body = {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      propagationPolicy,
      ...(uid === undefined && resourceVersion === undefined
        ? {}
        : { preconditions: { uid, resourceVersion } }),
    };
    const answer = await undefinedWhenNotFound(
      this.#path(ref, true, signal).then((path) =>
        this.#transport.json({ method: 'DELETE', path, body }, signal),
      ),
    );
    return answer !== undefined;
  }

  async raw(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: Json,
    { signal }: CallOptions = {},
  ): Promise<Json> {
    const [pathname = '', ...query] = path.split('?');
    return this.#transport.json(
      {
        method,
        path: pathname,
        query: new URLSearchParams(query.join('?')),
        ...(body === undefined ? {} : { body }),
      },
      signal,
    );
  }

  close(): void {
    this.#transport.close();
  }

  async #write(
    request: Omit<ApiRequest, 'path'>,
    target: Target,
    { signal, subresource, dryRun }: WriteOptions,
  ): Promise<KubeObject> {
    const query = request.query ?? new URLSearchParams();
    query.set('fieldManager', this.#fieldManager);
    if (dryRun === true) query.set('dryRun', 'All');
    const path = await this.#path(target, true, signal);
    const suffix = subresource === undefined ? '' : `/${subresource}`;
    return this.#object({ ...request, path: path + suffix, query }, signal);
  }

  async *#watchUntil(
    query: ListQuery,
    resourceVersion: string,
    { signal, metadataOnly }: Required<WatchOptions>,
  ): AsyncGenerator<WatchEvent> {
    const parameters = selection(query);
    parameters.set('watch', 'true');
    parameters.set('resourceVersion', resourceVersion);
    parameters.set('allowWatchBookmarks', 'true');
    parameters.set('timeoutSeconds', String(WATCH_SECONDS));
    const request: ApiRequest = {
      method: 'GET',
      path: await this.#path(query, false, signal),
      query: parameters,
      ...(metadataOnly ? { accept: METADATA_ONLY.watch } : {}),
    };
    const response = await this.#transport.stream(request, signal);
    try {
      yield* watchEvents(response);
    } catch (error) {
      throw this.#transport.explain(error, request);
    } finally {
      response.destroy();
    }
  }

  async #path(target: Target, needsNamespace: boolean, signal: AbortSignal | undefined): Promise<string> {
    const resource = await this.#resources.find(target.apiVersion, target.kind, signal);
    if (resource === undefined) throw unknownKind(target);
    return resourcePath(resource, target, needsNamespace);
  }

  async #object(request: ApiRequest, signal: AbortSignal | undefined): Promise<KubeObject> {
    return (await this.#transport.json(request, signal)) as unknown as KubeObject;
  }

  async #page(
    query: ListQuery,
    request: ApiRequest,
    signal: AbortSignal | undefined,
  ): Promise<KubeList & { resume: string }> {
    const list = (await this.#transport.json(request, signal)) as ListAnswer;
    if (!Array.isArray(list.items) && list.items !== null) {
      throw new KubeError(
        'unavailable',
        `The list of ${query.kind} came without items; check that the server is whole.`,
      );
    }
    const { apiVersion, kind } = query;
    return {
      // Items of built-in kinds carry neither: the server says it once, for the whole list.
      items: (list.items ?? []).map((item) => ({ apiVersion, kind, ...item })),
      resourceVersion: list.metadata?.resourceVersion ?? '',
      resume: list.metadata?.continue ?? '',
    };
  }
}

interface ListAnswer {
  metadata?: { resourceVersion?: string; continue?: string };
  /** Go writes an empty list as null. */
  items?: { metadata: ObjectMeta; [field: string]: unknown }[] | null;
}

function selection({ labelSelector, fieldSelector }: ListQuery): URLSearchParams {
  const parameters = new URLSearchParams();
  if (labelSelector !== undefined) parameters.set('labelSelector', labelSelector);
  if (fieldSelector !== undefined) parameters.set('fieldSelector', fieldSelector);
  return parameters;
}

function pageSelection(query: ListQuery, limit: number, resume: string): URLSearchParams {
  const parameters = selection(query);
  parameters.set('limit', String(limit));
  if (resume !== '') parameters.set('continue', resume);
  return parameters;
}

/** The server gives these as PartialObjectMetadata, an older one as whole objects. */
function metadataOf({ apiVersion, kind }: ListQuery, { metadata }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata };
}

async function undefinedWhenNotFound<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isKubeError(error, 'not-found')) return undefined;
    throw error;
  }
}
