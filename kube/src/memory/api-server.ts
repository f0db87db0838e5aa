import { randomBytes, randomUUID } from 'node:crypto';
import type { KubeObject, RemoveOptions } from '../port.js';
import { badRequest, forbidden, noSuchResource, notFound } from './api-errors.js';
import { creation, replacement } from './changes.js';
import type { Change, WriteContext } from './changes.js';
import { commitAndCollect, deletionOf } from './collector.js';
import { wireCopy, without } from './json.js';
import { BUILT_IN_KINDS, apiVersionOf, definedKinds } from './kinds.js';
import type { ResourceKind } from './kinds.js';
import { applyConfiguration } from './managers.js';
import type { Manager } from './managers.js';
import { ObjectStore } from './store.js';

/** What an {@link ApiServer} takes from outside, so that tests can decide it. */
export interface ApiServerOptions {
  /** How many changes watches can look back; 1000 unless told. */
  historyLimit?: number;
  now?: () => Date;
  newUid?: () => string;
  /** The end of a name made from `metadata.generateName`. */
  newSuffix?: () => string;
  /** Kinds that are there besides the built-in ones and those that CustomResourceDefinitions define. */
  kinds?: readonly ResourceKind[];
  /** Whether a namespaced object is refused when its Namespace does not exist, as real servers do. */
  namespacesMustExist?: boolean;
}

/**
 * The verbs of an API server on an in-memory store, without HTTP and without admission. Writes come in two steps, so
 * that admission fits between: first a {@link Change} is worked out, then it is committed.
 */
export class ApiServer {
  readonly store: ObjectStore;
  readonly #options: Required<Omit<ApiServerOptions, 'historyLimit'>>;

  constructor({ historyLimit, ...options }: ApiServerOptions = {}) {
    this.store = new ObjectStore(historyLimit);
    this.#options = {
      now: () => new Date(),
      newUid: () => randomUUID(),
      newSuffix: () => randomBytes(4).toString('hex').slice(0, 5),
      kinds: [],
      namespacesMustExist: false,
      ...options,
    };
  }

  /** All kinds that are served now, in every version. */
  kinds(): ResourceKind[] {
    const definitions = BUILT_IN_KINDS.filter((kind) => kind.kind === 'CustomResourceDefinition');
    const defined = definitions.flatMap((kind) => this.store.list(kind).items.flatMap(definedKinds));
    const served = new Map<string, ResourceKind>();
    for (const kind of [...this.#options.kinds, ...BUILT_IN_KINDS, ...defined]) {
      served.set(`${apiVersionOf(kind)}/${kind.kind}`, kind);
    }
    return [...served.values()];
  }

  /** The time, as the API writes it: RFC 3339 in seconds. */
  now(): string {
    return `${this.#options.now().toISOString().slice(0, 19)}Z`;
  }

  /** Works out a create. */
  creating(kind: ResourceKind, object: KubeObject, manager: Manager): Change {
    const change = creation(wireCopy(object), this.#context(kind, manager));
    this.#checkNamespace(kind, change.object);
    return change;
  }

  /** Works out a replacement (PUT); throws `not-found`. */
  replacing(kind: ResourceKind, object: KubeObject, manager: Manager): Change {
    const { name = '', namespace } = object.metadata;
    const current = this.#existing(kind, name, namespace, manager);
    return replacement(current, wireCopy(object), this.#context(kind, manager));
  }

  /** Works out what a patch makes of the object; throws `not-found`. */
  patching(
    kind: ResourceKind,
    { name, namespace }: { name: string; namespace?: string | undefined },
    patch: (current: KubeObject) => unknown,
    manager: Manager,
  ): Change {
    const current = this.#existing(kind, name, namespace, manager);
    const desired = patch(current);
    if (!isObject(desired)) throw badRequest('the patch leaves something that is not an object');
    return replacement(current, wireCopy(desired), this.#context(kind, manager));
  }

  /** Works out a server-side apply, which creates what is absent. */
  applying(kind: ResourceKind, configuration: KubeObject, manager: Manager, force: boolean): Change {
    const { name = '', namespace } = configuration.metadata;
    if (configuration.metadata['managedFields'] !== undefined) {
      throw badRequest('metadata.managedFields must be nil');
    }
    const context = { ...this.#context(kind, manager), applied: true };
    const current = this.store.get(kind, name, namespace);
    if (current === undefined && manager.subresource !== undefined) throw notFound(kind, name);
    const relevant = statusPart(kind, wireCopy(configuration), manager);
    const desired = applyConfiguration(current, relevant, { ...context, force });
    if (current !== undefined) {
      const { resourceVersion = current.metadata.resourceVersion } = configuration.metadata;
      const metadata = { ...desired.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
      return replacement(current, { ...desired, metadata }, context);
    }
    this.#checkNamespace(kind, desired);
    return creation(desired, context);
  }

  /** Works out a deletion; undefined when the object is not there. */
  removing(
    kind: ResourceKind,
    { name, namespace }: { name: string; namespace?: string | undefined },
    options: RemoveOptions = {},
  ): Change | undefined {
    const object = this.store.get(kind, name, namespace);
    return object === undefined
      ? undefined
      : deletionOf(this.store, { kind, object }, { ...options, now: this.now() });
  }

  /** Stores a change with all that follows from it; with `dryRun` only says what would be stored. */
  commit(
    change: Change,
    options: Pick<RemoveOptions, 'propagationPolicy'> & { dryRun?: boolean } = {},
  ): KubeObject {
    if (options.dryRun === true) return this.store.commit(change, true);
    return commitAndCollect(this.store, change, { ...options, now: this.now() });
  }

  #existing(kind: ResourceKind, name: string, namespace: string | undefined, manager: Manager): KubeObject {
    if (manager.subresource === 'status' && !kind.status) throw noSuchResource();
    const current = this.store.get(kind, name, namespace);
    if (current === undefined) throw notFound(kind, name);
    return current;
  }

  #checkNamespace(kind: ResourceKind, { metadata }: KubeObject): void {
    if (!kind.namespaced) return;
    const { name = '', namespace = '' } = metadata;
    if (namespace === '') throw badRequest('an empty namespace may not be set during creation');
    const namespaces = BUILT_IN_KINDS.find((candidate) => candidate.kind === 'Namespace');
    if (namespaces === undefined) return;
    const present = this.store.get(namespaces, namespace, undefined);
    if (present === undefined && this.#options.namespacesMustExist) throw notFound(namespaces, namespace);
    if (present?.metadata.deletionTimestamp === undefined) return;
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    throw forbidden(kind, name, why);
  }

  #context(kind: ResourceKind, manager: Manager): WriteContext {
    const { newUid, newSuffix } = this.#options;
    return { kind, manager, now: this.now(), newUid, newSuffix };
  }
}

/** Of an applied configuration, what the written resource is about: its status or everything else. */
function statusPart(kind: ResourceKind, configuration: KubeObject, manager: Manager): KubeObject {
  if (!kind.status) return configuration;
  if (manager.subresource === undefined) return without(configuration, 'status');
  const { apiVersion, kind: name, metadata, status } = configuration;
  const { name: objectName = '', namespace } = metadata;
  const identity = { name: objectName, ...(namespace === undefined ? {} : { namespace }) };
  return { apiVersion, kind: name, metadata: identity, status };
}

function isObject(value: unknown): value is KubeObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    'metadata' in value &&
    typeof value.metadata === 'object' &&
    value.metadata !== null
  );
}
