/**
 * The narrow port through which every part of Mesitis speaks to a Kubernetes API server. Objects are the plain JSON
 * that travels on the wire: nothing is converted, nothing is dropped. Consumers ask for the few verbs that they need,
 * `Pick<Kube, 'get' | 'create'>`, so that a test can stand in for them. Implemented by the adapter in `client/` and by
 * the fake in `memory/`; `contract/` holds both to the same behaviour.
 */

/** A JSON value as it travels on the wire. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A JSON object: a parsed payload, a schema, parameters. */
export type JsonObject = Record<string, Json>;

/** `metadata.ownerReferences[]` (API concepts, "Owners and dependents"). */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** `metadata`, as far as Mesitis reads it; whatever else the server sends stays in place. */
export interface ObjectMeta {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string | null;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
  [other: string]: unknown;
}

/** Any Kubernetes object. `apiVersion` and `kind` are always set, in list items and watch events too. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** Names one object. `namespace` is left out for cluster-scoped kinds. */
export interface ObjectRef {
  apiVersion: string;
  kind: string;
  namespace?: string;
  name: string;
}

/** Names a set of objects of one kind. Without `namespace`: of all namespaces (or a cluster-scoped kind). */
export interface ListQuery {
  apiVersion: string;
  kind: string;
  namespace?: string;
  /** The selector grammar of the API ("a=b,c in (d,e),!f"). */
  labelSelector?: string;
  /** `metadata.name=x` and `metadata.namespace=x` only: all that every server supports for every kind. */
  fieldSelector?: string;
}

/** A list with the resourceVersion from which a watch goes on. */
export interface KubeList {
  items: KubeObject[];
  resourceVersion: string;
}

/** One change. `BOOKMARK` carries only `metadata.resourceVersion`. */
export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: KubeObject;
}

/** Every call takes a signal; without one a default timeout (15 s) applies. */
export interface CallOptions {
  signal?: AbortSignal;
}

/** How a list is read. */
export interface ListOptions extends CallOptions {
  /**
   * As the server remembers the objects, which may be a moment old (resource version 0; API concepts, "Semantics for get
   * and list"). Of many custom resources that takes it a fifth of the time.
   */
  cached?: boolean;
}

/** How changes are told. */
export interface WatchOptions extends CallOptions {
  /** Only `metadata` is of interest: a server that can leaves out the rest, which is most of what would travel. */
  metadataOnly?: boolean;
}

/** How a set of objects is read page by page. */
export interface PageOptions extends WatchOptions {
  /** The most objects to a page; 500 unless told. */
  limit?: number;
}

/** For writes: the subresource to write, and server-side dry run. */
export interface WriteOptions extends CallOptions {
  subresource?: 'status';
  dryRun?: boolean;
}

/** Server-side apply. `force` takes over fields that another manager owns. */
export interface ApplyOptions extends WriteOptions {
  force?: boolean;
}

/** A patch body with its kind: RFC 7386 merge patch or RFC 6902 JSON patch. */
export type Patch = { type: 'merge'; body: JsonObject } | { type: 'json'; body: JsonObject[] };

/** Deletion with preconditions: the call fails with `conflict` when they don't hold. */
export interface RemoveOptions extends CallOptions {
  uid?: string;
  resourceVersion?: string;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
}

/** The port. Every method throws a {@link KubeError} when the API server says no or can't be reached. */
export interface Kube {
  /** The object, or undefined when it (or its kind) does not exist. */
  get(ref: ObjectRef, options?: CallOptions): Promise<KubeObject | undefined>;
  /** All objects that match; pages are followed. */
  list(query: ListQuery, options?: ListOptions): Promise<KubeList>;
  /**
   * The objects that match, page by page, so that memory holds no more than a page; at least one page, which may be
   * empty. All pages show one moment, unless reading takes so long (minutes) that the server forgets it: then the rest
   * shows a later one. No object comes twice, and none that is there all the time is left out. Each page may take the
   * default timeout; a signal ends the iteration with its reason.
   */
  pages(query: ListQuery, options?: PageOptions): AsyncIterable<KubeList>;
  /**
   * Changes after `resourceVersion`, until the server closes the stream (the iteration ends), the signal fires (it
   * ends too) or an error is thrown; `gone` means that the version is too old and a new list is due.
   */
  watch(query: ListQuery, resourceVersion: string, options?: WatchOptions): AsyncIterable<WatchEvent>;
  /** Creates the object; throws `already-exists`. Honours `metadata.generateName`. */
  create(object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  /** Replaces the object (PUT); throws `conflict` when `metadata.resourceVersion` is set and stale. */
  update(object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  /** Patches the object; throws `not-found`. */
  patch(ref: ObjectRef, patch: Patch, options?: WriteOptions): Promise<KubeObject>;
  /** Server-side apply as field manager `mesitis`; creates when absent. */
  apply(object: KubeObject, options?: ApplyOptions): Promise<KubeObject>;
  /** The resource of a kind, as URLs and rights name it (`deployments`); undefined for a kind that is not served. */
  resourceOf(
    type: Pick<ObjectRef, 'apiVersion' | 'kind'>,
    options?: CallOptions,
  ): Promise<string | undefined>;
  /** Asks for deletion; false when it was not there. Finalizers may keep the object for a while. */
  remove(ref: ObjectRef, options?: RemoveOptions): Promise<boolean>;
}

/** The reference that names an object. */
export function refOf(object: KubeObject): ObjectRef {
  const { name = '', namespace } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
  };
}
