import type { Backoff, Kube, KubeObject, ListQuery } from '@mesitis/kube';
import { isKubeError } from '@mesitis/kube';

/** What to follow, and who wants to hear of it. The handlers should only note what has to be done. */
export interface FollowOptions {
  kube: Pick<Kube, 'pages' | 'watch'>;
  query: ListQuery;
  /** An object as it is now: first of all that there are, then of each that changes. */
  onObject: (object: KubeObject) => void;
  /** An object's last state. */
  onDeleted: (object: KubeObject) => void;
  /** All objects are about to be told. */
  onPassBegun: () => void;
  /** All objects were told: what was not is not there. */
  onPassEnded: () => void;
  /** A list or a watch failed and is tried again. */
  onError: (error: unknown) => void;
  backoff: Backoff;
  /** Resolves after so many milliseconds, or when the signal fires. */
  delay: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** A pass that takes longer is given up and begun again. */
const PASS_TIMEOUT_MS = 300_000;

/** A watch that lasted this long was a good one: its end is no failure. */
const QUICK_MS = 1_000;

/**
 * Follows the objects that a query selects without keeping any of them, so that memory does not grow with their number.
 * A watch that ends is resumed; one that told nothing and any error lead to another pass over everything there is.
 */
export class Follow {
  readonly #options: FollowOptions;
  readonly #stopped = new AbortController();
  readonly #running: Promise<void>;
  /** The version to watch from; undefined when a pass is due. */
  #version: string | undefined;
  #failures = 0;

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Ends it; resolves when nothing will be told any more. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await this.#attempt(signal);
      if (this.#failures > 0) await this.#options.delay(this.#options.backoff(this.#failures), signal);
    }
  }

  async #attempt(signal: AbortSignal): Promise<void> {
    try {
      const version = this.#version ?? (await this.#pass(signal));
      const startedAt = this.#options.now();
      const heard = await this.#watch(version, signal);
      // Silence without even a bookmark is also what a server gives that was restored to an earlier state.
      if (!heard) this.#version = undefined;
      const quick = this.#options.now() - startedAt < QUICK_MS;
      this.#failures = quick ? this.#failures + 1 : 0;
    } catch (error) {
      if (signal.aborted) return;
      this.#failures += 1;
      this.#version = undefined;
      if (!isKubeError(error, 'gone')) this.#options.onError(error);
    }
  }

  async #pass(signal: AbortSignal): Promise<string> {
    const { kube, query, onPassBegun, onObject, onPassEnded } = this.#options;
    let first: string | undefined;
    onPassBegun();
    const either = AbortSignal.any([signal, AbortSignal.timeout(PASS_TIMEOUT_MS)]);
    for await (const { items, resourceVersion } of kube.pages(query, { signal: either })) {
      signal.throwIfAborted();
      // The first page's version: should later pages show a later moment, what happened between is told twice, not never.
      first ??= resourceVersion;
      items.forEach(onObject);
    }
    onPassEnded();
    this.#version = first;
    return first ?? '';
  }

  async #watch(version: string, signal: AbortSignal): Promise<boolean> {
    const { kube, query, onObject, onDeleted } = this.#options;
    let heard = false;
    for await (const { type, object } of kube.watch(query, version, { signal })) {
      if (signal.aborted) break;
      heard = true;
      if (type === 'DELETED') onDeleted(object);
      else if (type !== 'BOOKMARK') onObject(object);
      this.#version = object.metadata.resourceVersion ?? this.#version;
      if (type !== 'BOOKMARK') this.#failures = 0;
    }
    return heard;
  }
}
