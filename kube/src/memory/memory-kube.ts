import type { KubeError } from '../errors.js';
import { inClusterScope } from '../errors.js';
import type {
  ApplyOptions,
  CallOptions,
  Kube,
  KubeList,
  KubeObject,
  ListQuery,
  ObjectRef,
  PageOptions,
  Patch,
  RemoveOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from '../port.js';
import { refOf } from '../port.js';
import { noSuchResource } from './api-errors.js';
import { ApiServer } from './api-server.js';
import type { ApiServerOptions } from './api-server.js';
import { wireCopy } from './json.js';
import { SERVICE_CATALOG_KINDS, apiVersionOf, guessedKind } from './kinds.js';
import type { ResourceKind } from './kinds.js';
import type { Manager } from './managers.js';
import { jsonPatch, mergePatch } from './patch.js';

/** One call on the port, as fault hooks see it. */
export interface KubeCall {
  readonly verb: keyof Kube;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: 'status' | undefined;
  readonly dryRun?: boolean | undefined;
  /** What a create, update or apply sends. */
  readonly object?: KubeObject;
}

/** Decides whether a call fails; a promise holds the call until it settles. */
export type FaultHook = (call: KubeCall) => KubeError | undefined | Promise<KubeError | undefined>;

/** How a {@link MemoryKube} behaves where tests differ. */
export interface MemoryKubeOptions extends ApiServerOptions {
  /** The server to speak to: two fakes can share one. */
  server?: ApiServer;
  /** The field manager of its writes; `mesitis` unless told. */
  manager?: string;
  /** Asked before every call. */
  faults?: FaultHook;
  /**
   * Refuses what a real server refuses and tests seldom care about: kinds that nobody defined and namespaces that
   * don't exist.
   */
  strict?: boolean;
}

/**
 * The in-memory {@link Kube}: the fake for unit tests, held to the behaviour of the real API server by the contract
 * suite. It knows the built-in kinds and those of the service catalog, and takes any other kind as it comes. What it
 * hands out are copies.
 */
export class MemoryKube implements Kube {
  readonly server: ApiServer;
  readonly #manager: string;
  readonly #strict: boolean;
  readonly #hooks: FaultHook[];

  constructor(options: MemoryKubeOptions = {}) {
    const { server, manager = 'mesitis', faults, strict = false, ...serverOptions } = options;
    this.server =
      server ??
      new ApiServer({
        ...(strict ? { namespacesMustExist: true } : { kinds: SERVICE_CATALOG_KINDS }),
        ...serverOptions,
      });
    this.#manager = manager;
    this.#strict = strict;
    this.#hooks = faults === undefined ? [] : [faults];
  }

  /** Lets the next calls of this verb (or those that the predicate picks) fail, once unless told how often. */
  failNext(match: keyof Kube | ((call: KubeCall) => boolean), error: KubeError, times = 1): void {
    let left = times;
    this.#hooks.push((call) => {
      const isMeant = typeof match === 'string' ? call.verb === match : match(call);
      if (!isMeant || left === 0) return undefined;
      left -= 1;
      return error;
    });
  }

  /** Puts objects there, status included, past all faults. Answers them as they are stored. */
  seed(...objects: KubeObject[]): KubeObject[] {
    return objects.map((object) => {
      const kind = this.#require(object.apiVersion, object.kind, object.metadata.namespace);
      const created = this.server.commit(this.server.creating(kind, object, { name: this.#manager }));
      if (!kind.status || object['status'] === undefined) return wireCopy(created);
      const manager: Manager = { name: this.#manager, subresource: 'status' };
      const withStatus = { ...created, status: object['status'] };
      return wireCopy(this.server.commit(this.server.replacing(kind, withStatus, manager)));
    });
  }

  /** Everything that is stored, in the order of creation: for tests that assert that nothing is left. */
  objects(): KubeObject[] {
    return this.server.store.all().map(({ object }) => wireCopy(object));
  }

  resourceOf(
    type: Pick<ObjectRef, 'apiVersion' | 'kind'>,
    options?: CallOptions,
  ): Promise<string | undefined> {
    return this.#call({ verb: 'resourceOf', ...type }, options, () => this.#resolve(type)?.plural);
  }

  get(ref: ObjectRef, options?: CallOptions): Promise<KubeObject | undefined> {
    return this.#call({ verb: 'get', ...ref }, options, () => {
      const kind = this.#resolve(ref);
      return kind === undefined ? undefined : this.server.store.get(kind, ref.name, ref.namespace);
    });
  }

  list(query: ListQuery, options?: CallOptions): Promise<KubeList> {
    return this.#call({ verb: 'list', ...query }, options, () =>
      this.server.store.list(this.#requireListed(query), query),
    );
  }

  async *pages(query: ListQuery, options: PageOptions = {}): AsyncGenerator<KubeList, void, undefined> {
    const { limit = 500, metadataOnly = false } = options;
    const { items, resourceVersion } = await this.#call({ verb: 'pages', ...query }, options, () =>
      this.server.store.list(this.#requireListed(query), query),
    );
    const shown = metadataOnly ? items.map(onlyMetadata) : items;
    yield { items: shown.slice(0, limit), resourceVersion };
    for (let start = limit; start < shown.length; start += limit) {
      await this.#meetFaults({ verb: 'pages', ...query });
      options.signal?.throwIfAborted();
      yield { items: shown.slice(start, start + limit), resourceVersion };
    }
  }

  async *watch(
    query: ListQuery,
    resourceVersion: string,
    options?: WatchOptions,
  ): AsyncGenerator<WatchEvent> {
    if (options?.signal?.aborted === true) return;
    await this.#meetFaults({ verb: 'watch', ...query });
    const kind = this.#requireListed(query);
    for await (const event of this.server.store.watch(kind, query, resourceVersion, options?.signal)) {
      const { type, object } = event;
      yield wireCopy(options?.metadataOnly === true ? { type, object: onlyMetadata(object) } : event);
    }
  }

  create(object: KubeObject, options?: WriteOptions): Promise<KubeObject> {
    return this.#write('create', object, options, (kind, manager) =>
      this.server.creating(kind, object, manager),
    );
  }

  update(object: KubeObject, options?: WriteOptions): Promise<KubeObject> {
    return this.#write('update', object, options, (kind, manager) =>
      this.server.replacing(kind, object, manager),
    );
  }

  patch(ref: ObjectRef, patch: Patch, options?: WriteOptions): Promise<KubeObject> {
    const { verb, manager, dryRun } = { verb: 'patch' as const, ...this.#writing(options) };
    return this.#call({ verb, ...ref, subresource: options?.subresource, dryRun }, options, () => {
      const kind = this.#require(ref.apiVersion, ref.kind, ref.namespace);
      const patched = (current: KubeObject): unknown =>
        patch.type === 'merge' ? mergePatch(current, patch.body) : jsonPatch(current, patch.body);
      return this.server.commit(this.server.patching(kind, ref, patched, manager), { dryRun });
    });
  }

  apply(object: KubeObject, options?: ApplyOptions): Promise<KubeObject> {
    return this.#write('apply', object, options, (kind, manager) =>
      this.server.applying(kind, object, manager, options?.force === true),
    );
  }

  remove(ref: ObjectRef, options: RemoveOptions = {}): Promise<boolean> {
    return this.#call({ verb: 'remove', ...ref }, options, () => {
      const kind = this.#resolve(ref);
      const change = kind === undefined ? undefined : this.server.removing(kind, ref, options);
      if (change === undefined) return false;
      this.server.commit(change, options);
      return true;
    });
  }

  #write(
    verb: 'create' | 'update' | 'apply',
    object: KubeObject,
    options: WriteOptions | undefined,
    change: (kind: ResourceKind, manager: Manager) => ReturnType<ApiServer['creating']>,
  ): Promise<KubeObject> {
    const { manager, dryRun } = this.#writing(options);
    const call = { verb, ...refOf(object), subresource: options?.subresource, dryRun, object };
    return this.#call(call, options, () => {
      const kind = this.#require(object.apiVersion, object.kind, object.metadata.namespace);
      return this.server.commit(change(kind, manager), { dryRun });
    });
  }

  #writing(options: WriteOptions | undefined): { manager: Manager; dryRun: boolean } {
    const manager = { name: this.#manager, subresource: options?.subresource };
    return { manager, dryRun: options?.dryRun === true };
  }

  async #call<T>(call: KubeCall, options: CallOptions | undefined, act: () => T): Promise<T> {
    await this.#meetFaults(call);
    options?.signal?.throwIfAborted();
    const answer = act();
    return answer === undefined ? answer : wireCopy(answer);
  }

  async #meetFaults(call: KubeCall): Promise<void> {
    for (const hook of this.#hooks) {
      const fault = await hook(call);
      if (fault !== undefined) throw fault;
    }
  }

  #requireListed({ apiVersion, kind, namespace }: ListQuery): ResourceKind {
    return this.#require(apiVersion, kind, namespace);
  }

  #require(apiVersion: string, kind: string, namespace: string | undefined): ResourceKind {
    const resolved = this.#resolve({ apiVersion, kind, namespace });
    if (resolved === undefined) throw noSuchResource();
    return resolved;
  }

  #resolve(ref: {
    apiVersion: string;
    kind: string;
    namespace?: string | undefined;
  }): ResourceKind | undefined {
    const known = this.server
      .kinds()
      .find((kind) => kind.kind === ref.kind && apiVersionOf(kind) === ref.apiVersion);
    if (known?.namespaced === false && ref.namespace !== undefined) throw inClusterScope(ref.kind);
    if (known !== undefined || this.#strict) return known;
    return guessedKind(ref.apiVersion, ref.kind, ref.namespace !== undefined);
  }
}

function onlyMetadata({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata };
}
