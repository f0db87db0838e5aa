import { isKubeError, refOf, startOutlineCache, startWatchCache, withoutManagedFields } from '@mesitis/kube';
import type { CacheChange, Kube, KubeObject, ObjectMeta, WatchCache } from '@mesitis/kube';
import { API_VERSION, BINDING_KIND, INSTANCE_KIND, SCOPES } from '../model/kinds.js';
import { TERMS, TermIndex } from './indexes.js';
import { keyFor, keyOf, refOfKey } from './keys.js';

/** The kinds that are watched. */
const KINDS: readonly string[] = [
  ...SCOPES.flatMap((scope) => [scope.brokerKind, scope.classKind, scope.planKind]),
  INSTANCE_KIND,
  BINDING_KIND,
];

/** What has to be told while watching. */
export interface ObservedOptions {
  /** After the change was taken in; must only note what has to be done. */
  onChange: (change: CacheChange) => void;
  /** A Secret that one of our objects names was made, changed or deleted; likewise. */
  onSecretChange: (change: CacheChange) => void;
  onError: (error: unknown) => void;
}

/**
 * The objects of our API as they are known here: what the watches delivered and, where they lag behind, what our own
 * writes answered. A decision is therefore never made on an object from before our last write to it.
 */
export class Observed {
  readonly #kube: Pick<Kube, 'get' | 'pages' | 'watch' | 'update'>;
  readonly #options: ObservedOptions;
  readonly #caches: ReadonlyMap<string, WatchCache>;
  readonly #index = new TermIndex();
  #secrets: WatchCache | undefined;
  #stopped = false;
  /** Results of our writes that no watch has delivered yet. */
  readonly #written = new Map<string, KubeObject>();
  /** The uids of objects that one of our writes let go and whose deletion no watch has delivered yet. */
  readonly #gone = new Map<string, string | undefined>();

  constructor(kube: Pick<Kube, 'get' | 'pages' | 'watch' | 'update'>, options: ObservedOptions) {
    const { onChange, onError } = options;
    this.#kube = kube;
    this.#options = options;
    const take = (change: CacheChange): void => {
      this.#take(change);
      onChange(change);
    };
    const light = withoutManagedFields(kube);
    this.#caches = new Map(
      KINDS.map((kind) => [
        kind,
        startWatchCache(light, { query: { apiVersion: API_VERSION, kind }, onChange: take, onError }),
      ]),
    );
  }

  /** Resolves when every kind was listed once, and the Secrets that objects name, as far as that is allowed. */
  async synced(): Promise<void> {
    await Promise.all([...this.#caches.values()].map((cache) => cache.synced));
    await this.#watchSecrets();
  }

  /** Whether every kind was listed once. */
  isSynced(): boolean {
    return [...this.#caches.values()].every((cache) => cache.isSynced());
  }

  /** Ends the watches. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const caches = [...this.#caches.values(), ...(this.#secrets === undefined ? [] : [this.#secrets])];
    await Promise.all(caches.map((cache) => cache.stop()));
  }

  /** All objects of a kind, as the watch told them last. Not to be changed. */
  items(kind: string): KubeObject[] {
    return this.#caches.get(kind)?.items() ?? [];
  }

  /** All objects of all kinds, likewise. */
  all(): KubeObject[] {
    return KINDS.flatMap((kind) => this.items(kind));
  }

  /** The object as it is known best. Not to be changed. */
  get(kind: string, namespace: string | undefined, name: string): KubeObject | undefined {
    const cached = this.#caches.get(kind)?.get(name, namespace);
    const key = keyFor(kind, namespace, name);
    const written = this.#written.get(key);
    // What the cache has lost is gone: we write only to objects that were in it.
    if (cached === undefined || cached.metadata.uid === this.#gone.get(key)) return undefined;
    if (written === undefined) return cached;
    return isOlder(cached, written) ? written : cached;
  }

  /**
   * Version, labels and owners of a Secret that one of our objects names, as a watch told them last; a write of ours may
   * be newer. Undefined when it is not there, and also when it was not seen since an object began to name it.
   */
  secret(namespace: string, name: string): KubeObject | undefined {
    return this.#secrets?.get(name, namespace);
  }

  /** The objects under a term of {@link TERMS}. */
  find(term: string): KubeObject[] {
    return this.keys(term).flatMap((key) => {
      const { kind, namespace, name } = refOfKey(key);
      const object = this.get(kind, namespace, name);
      return object === undefined ? [] : [object];
    });
  }

  /** The keys of the objects under a term of {@link TERMS}. */
  keys(term: string): string[] {
    return this.#index.keys(term);
  }

  /**
   * Replaces an object that was read here. When someone else was faster the newest is fetched, so that the next
   * attempt does not meet the same conflict, and the conflict is thrown.
   */
  async update(object: KubeObject, options: { subresource?: 'status' } = {}): Promise<KubeObject> {
    try {
      return this.#remember(await this.#kube.update(object, options));
    } catch (error) {
      if (isKubeError(error, 'conflict')) {
        const newest = await this.#kube.get(refOf(object));
        if (newest !== undefined) this.#remember(newest);
      }
      throw error;
    }
  }

  /** Asks the API server for an object: the watches may be behind. Throws a KubeError. */
  async refresh(object: KubeObject): Promise<void> {
    const newest = await this.#kube.get(refOf(object));
    if (newest?.metadata.uid === object.metadata.uid && newest !== undefined) this.#remember(newest);
    else this.#gone.set(keyOf(object), object.metadata.uid);
  }

  /**
   * Begins when it is known which Secrets matter. Where Secrets may not be listed the work begins without: then their
   * changes are noticed later.
   */
  async #watchSecrets(): Promise<void> {
    if (this.#stopped || this.#secrets !== undefined) return;
    const { onSecretChange, onError } = this.#options;
    await new Promise<void>((resolve) => {
      this.#secrets = startOutlineCache(this.#kube, {
        query: { apiVersion: 'v1', kind: 'Secret' },
        keeps: ({ metadata }) => this.keys(secretTerm(metadata)).length > 0,
        onChange: onSecretChange,
        onError: (error) => {
          onError(error);
          resolve();
        },
      });
      this.#secrets.synced.then(resolve, resolve);
    });
  }

  #remember(object: KubeObject): KubeObject {
    const { kind, metadata } = object;
    const cached = this.#caches.get(kind)?.get(metadata.name ?? '', metadata.namespace);
    // When the watch was faster than the answer there is nothing to bridge.
    if (cached === undefined || cached.metadata.uid !== metadata.uid) return object;
    if (metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).length === 0) {
      // The server answers such a write with a version that may be the one before.
      this.#gone.set(keyOf(object), metadata.uid);
    }
    if (isOlder(cached, object)) this.#written.set(keyOf(object), object);
    return object;
  }

  #take({ type, object }: CacheChange): void {
    const key = keyOf(object);
    if (type === 'deleted') {
      this.#index.delete(object);
      this.#written.delete(key);
      this.#gone.delete(key);
      return;
    }
    this.#index.set(object);
    const written = this.#written.get(key);
    if (written !== undefined && !isOlder(object, written)) this.#written.delete(key);
  }
}

function secretTerm({ namespace = '', name = '' }: ObjectMeta): string {
  return TERMS.secret(namespace, name);
}

/** Versions of one kind are integers that grow; the API promises it since 1.35 and no server ever did otherwise. */
function isOlder(object: KubeObject, other: KubeObject): boolean {
  return Number(object.metadata.resourceVersion) < Number(other.metadata.resourceVersion);
}
