import { setTimeout as timer } from 'node:timers/promises';
import { exponentialBackoff } from './backoff.js';
import type { Backoff } from './backoff.js';
import { isKubeError } from './errors.js';
import { listInPages } from './list-in-pages.js';
import { ObjectCache } from './object-cache.js';
import type { CacheChange } from './object-cache.js';
import type { Kube, KubeObject, ListQuery } from './port.js';

export type { CacheChange } from './object-cache.js';

/** What to keep a copy of, and who wants to hear of changes. */
export interface WatchCacheOptions {
  query: ListQuery;
  /**
   * Called in order, once for each change, after the cache has taken it in; also for the objects of the first list.
   * Should only note what has to be done: the next change waits until it returns.
   */
  onChange?: (change: CacheChange) => void;
  /** Failed lists and watches, which are tried again, and what `onChange` throws. */
  onError?: (error: unknown) => void;
  /** The wait before the next attempt; {@link exponentialBackoff} when left out. */
  backoff?: Backoff;
  /** Resolves after so many milliseconds, or when the signal fires. A parameter for tests. */
  delay?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds since 1970. A parameter for tests. */
  now?: () => number;
}

/** A copy of the objects that a query selects, kept up to date by list and watch. Objects are not to be changed. */
export interface WatchCache {
  /** Resolves after the first list; rejects when the cache is stopped before. */
  readonly synced: Promise<void>;
  isSynced(): boolean;
  /** When the server last said anything about the objects (milliseconds since 1970); undefined before the first list. */
  readonly lastSyncedAt: number | undefined;
  items(): KubeObject[];
  get(name: string, namespace?: string): KubeObject | undefined;
  /** Ends the watch; resolves when nothing will be called any more. */
  stop(): Promise<void>;
}

/** A list that takes longer is given up and tried again. */
const LIST_TIMEOUT_MS = 60_000;

/** A watch that lasted this long was a good one: its end is no failure. */
const QUICK_MS = 1_000;

/**
 * Starts to list and watch. Goes on until stop(): a watch that ends is resumed from the version last seen; a watch
 * that told nothing, a version that is too old and any error lead to a new list, which tells as deleted what was deleted
 * meanwhile. Failures, and watches that end at once, are followed by a wait.
 */
export function startWatchCache(kube: Pick<Kube, 'list' | 'watch'>, options: WatchCacheOptions): WatchCache {
  return new RunningWatchCache(kube, options);
}

/** What is kept of which objects. */
export interface OutlineCacheOptions extends WatchCacheOptions {
  /**
   * Whether the object matters at this moment; asked for each change. Of what does not matter nothing is kept and
   * nothing told, so memory depends on what matters alone.
   */
  keeps: (object: KubeObject) => boolean;
}

/**
 * {@link startWatchCache} for a kind of which there are many, of which few matter and their content does not: keeps
 * outlines, the identity and version of an object with its labels and owners, and never more than a page of the rest.
 */
export function startOutlineCache(
  kube: Pick<Kube, 'pages' | 'watch'>,
  options: OutlineCacheOptions,
): WatchCache {
  const { keeps } = options;
  const source: Pick<Kube, 'list' | 'watch'> = {
    list: (query, options) =>
      listInPages(kube, query, {
        ...options,
        metadataOnly: true,
        take: (page) => page.filter(keeps).map(outlineOf),
      }),
    watch: async function* (query, resourceVersion, watching) {
      const events = kube.watch(query, resourceVersion, { ...watching, metadataOnly: true });
      for await (const { type, object } of events) yield { type, object: outlineOf(object) };
    },
  };
  return new RunningWatchCache(source, options, keeps);
}

/** Annotations are left out: `kubectl apply` writes whole objects into them, those of Secrets included. */
function outlineOf({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, labels, ownerReferences, deletionTimestamp } = metadata;
  const outline = { name, namespace, uid, resourceVersion, labels, ownerReferences, deletionTimestamp };
  const present = Object.entries(outline).filter(([, value]) => value !== undefined);
  return { apiVersion, kind, metadata: Object.fromEntries(present) };
}

class RunningWatchCache implements WatchCache {
  readonly synced: Promise<void>;
  readonly #kube: Pick<Kube, 'list' | 'watch'>;
  readonly #options: Required<WatchCacheOptions>;
  readonly #stopped = new AbortController();
  readonly #running: Promise<void>;
  readonly #objects: ObjectCache;
  #firstListDone: () => void = ignore;
  /** The version to watch from; undefined when a list is due. */
  #version: string | undefined;
  #failures = 0;
  #lastSyncedAt: number | undefined;

  constructor(
    kube: Pick<Kube, 'list' | 'watch'>,
    options: WatchCacheOptions,
    keeps?: (object: KubeObject) => boolean,
  ) {
    this.#kube = kube;
    this.#options = {
      onChange: ignore,
      onError: ignore,
      backoff: exponentialBackoff(),
      delay: defaultDelay,
      now: () => Date.now(),
      ...options,
    };
    this.#objects = new ObjectCache((change) => this.#tell(change), keeps);
    this.synced = new Promise((resolve, reject) => {
      this.#firstListDone = resolve;
      this.#stopped.signal.addEventListener('abort', () => {
        reject(new Error('The watch cache was stopped before its first list.'));
      });
    });
    // Who does not wait for it does not care that it never came.
    this.synced.catch(ignore);
    this.#running = this.#run();
  }

  get lastSyncedAt(): number | undefined {
    return this.#lastSyncedAt;
  }

  isSynced(): boolean {
    return this.#lastSyncedAt !== undefined;
  }

  items(): KubeObject[] {
    return this.#objects.items();
  }

  get(name: string, namespace?: string): KubeObject | undefined {
    return this.#objects.get(name, namespace);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!this.#isStopped()) {
      await this.#attempt(signal);
      if (this.#failures > 0 && !this.#isStopped()) {
        await this.#options.delay(this.#options.backoff(this.#failures), signal);
      }
    }
  }

  #isStopped(): boolean {
    return this.#stopped.signal.aborted;
  }

  /** One list, when it is due, and one watch to its end. Leaves behind how many such attempts failed in a row. */
  async #attempt(signal: AbortSignal): Promise<void> {
    try {
      const version = this.#version ?? (await this.#list(signal));
      if (this.#isStopped()) return;
      const startedAt = this.#options.now();
      const heard = await this.#watch(version, signal);
      // Silence from beginning to end, without even a bookmark, is also what a server gives that was restored and whose
      // versions have not come that far again: it would be silent for ever.
      if (!heard) this.#version = undefined;
      // Without this a server that closes each watch at once would be asked as fast as it answers.
      const quick = this.#options.now() - startedAt < QUICK_MS;
      this.#failures = quick ? this.#failures + 1 : 0;
    } catch (error) {
      if (this.#isStopped()) return;
      this.#failures += 1;
      // After any error, not only `gone`: the server may have come back with another history.
      this.#version = undefined;
      if (!isKubeError(error, 'gone')) this.#report(error);
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const either = AbortSignal.any([signal, AbortSignal.timeout(LIST_TIMEOUT_MS)]);
    const { items, resourceVersion } = await this.#kube.list(this.#options.query, { signal: either });
    if (this.#isStopped()) return resourceVersion;
    this.#objects.replaceAll(items);
    this.#seen(resourceVersion);
    this.#firstListDone();
    return resourceVersion;
  }

  /** Takes in what a watch tells until it ends. False when it told nothing at all. */
  async #watch(version: string, signal: AbortSignal): Promise<boolean> {
    let heard = false;
    for await (const { type, object } of this.#kube.watch(this.#options.query, version, { signal })) {
      if (this.#isStopped()) break;
      heard = true;
      if (type === 'DELETED') this.#objects.gone(object);
      else if (type !== 'BOOKMARK') this.#objects.set(object);
      this.#seen(object.metadata.resourceVersion);
      if (type !== 'BOOKMARK') this.#failures = 0;
    }
    return heard;
  }

  #seen(version: string | undefined): void {
    this.#version = version ?? this.#version;
    this.#lastSyncedAt = this.#options.now();
  }

  #tell(change: CacheChange): void {
    try {
      this.#options.onChange(change);
    } catch (error) {
      this.#report(error);
    }
  }

  #report(error: unknown): void {
    try {
      this.#options.onError(error);
    } catch {
      // There is nobody left to tell, and the cache has to go on.
    }
  }
}

function ignore(): void {
  // What a caller did not ask to hear.
}

async function defaultDelay(milliseconds: number, signal: AbortSignal): Promise<void> {
  await timer(milliseconds, undefined, { signal }).catch(ignore);
}
