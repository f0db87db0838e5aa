import { isDeepStrictEqual } from 'node:util';
import type { KubeList, KubeObject, WatchEvent } from '../port.js';
import { alreadyExists, badRequest, staleVersion } from './api-errors.js';
import type { Change } from './changes.js';
import { History } from './history.js';
import { deepFreeze, wireCopy } from './json.js';
import { apiVersionOf } from './kinds.js';
import type { ResourceKind } from './kinds.js';
import { eventFor, scopeFilter } from './watching.js';
import type { Scope } from './watching.js';

/**
 * The state of an API server: objects, one version counter for all of them, and the recent history for watches. What
 * it hands out is frozen. It knows nothing of verbs; `changes.ts` works out what is committed here.
 */
export class ObjectStore {
  readonly #objects = new Map<string, { kind: ResourceKind; object: KubeObject }>();
  readonly #history: History;
  /** Counts the calls of {@link endWatches}. */
  #ended = 0;

  /** @param historyLimit how many changes watches can look back */
  constructor(historyLimit = 1000) {
    this.#history = new History(historyLimit);
  }

  /** The object as it is stored, or undefined. */
  get(kind: ResourceKind, name: string, namespace: string | undefined): KubeObject | undefined {
    const stored = this.#objects.get(objectKey(kind, name, kind.namespaced ? namespace : undefined));
    return stored === undefined ? undefined : inVersion(stored.object, kind);
  }

  /** The objects of a kind that the scope selects, by namespace and name. */
  list(kind: ResourceKind, scope: Scope = {}): KubeList {
    const selects = scopeFilter(scope);
    const items = [...this.#objects]
      .filter(([, stored]) => kindKey(stored.kind) === kindKey(kind) && selects(stored.object))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, stored]) => inVersion(stored.object, kind));
    return { items, resourceVersion: String(this.#history.version) };
  }

  /** Everything there is. */
  all(): { kind: ResourceKind; object: KubeObject }[] {
    return [...this.#objects.values()];
  }

  /**
   * Stores a change and answers what the object is now. A change that changes nothing leaves the version alone.
   *
   * @throws KubeError `already-exists`, `conflict` when the object is not what the change was worked out from
   */
  commit(change: Change, dryRun = false): KubeObject {
    const { kind, current, object, gone } = change;
    const stored = this.#unchangedSince(change);
    const next = wireCopy(object);
    if (stored !== undefined && !gone && isDeepStrictEqual(stored, next)) return stored;
    if (dryRun) return deepFreeze(next);

    const key = objectKey(kind, next.metadata.name ?? '', next.metadata.namespace);
    const version = String(this.#history.version + 1);
    if (gone && stored !== undefined) {
      // The answer keeps the version that the object had; watches tell the new one, with what was stored last.
      const last = deepFreeze({ ...stored, metadata: { ...stored.metadata, resourceVersion: version } });
      this.#objects.delete(key);
      this.#history.add({ kindKey: kindKey(kind), previous: current, object: last, gone });
      return deepFreeze(next);
    }
    next.metadata.resourceVersion = version;
    deepFreeze(next);
    this.#objects.set(key, { kind, object: next });
    this.#history.add({ kindKey: kindKey(kind), previous: current, object: next, gone });
    return next;
  }

  /**
   * The changes after a version; from nothing or "0": first an ADDED for everything there is. Ends when the signal
   * fires or {@link endWatches} is called.
   *
   * @throws KubeError `gone` when the version is older than the history, `invalid` when it or a selector is malformed
   */
  async *watch(
    kind: ResourceKind,
    scope: Scope,
    since: string,
    signal?: AbortSignal,
  ): AsyncGenerator<WatchEvent> {
    const selects = scopeFilter(scope);
    const ended = this.#ended;
    const isOver = (): boolean => signal?.aborted === true || ended !== this.#ended;
    const isFresh = since === '' || since === '0';
    let version = isFresh ? this.#history.version : versionNumber(since);
    if (isFresh) {
      for (const object of this.list(kind, scope).items) yield { type: 'ADDED', object };
    }
    const onAbort = (): void => this.#history.wake();
    signal?.addEventListener('abort', onAbort);
    try {
      while (!isOver()) {
        const entry = this.#history.after(version);
        if (entry === undefined) {
          await this.#history.changed();
          continue;
        }
        version += 1;
        const event = entry.kindKey === kindKey(kind) ? eventFor(entry, selects) : undefined;
        if (event !== undefined) yield { ...event, object: inVersion(event.object, kind) };
      }
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Ends all watches, as a server does that closes its streams. */
  endWatches(): void {
    this.#ended += 1;
    this.#history.wake();
  }

  /** Forgets the history: a watch from an older version than the present one is `gone`. */
  compact(): void {
    this.#history.compact();
  }

  #unchangedSince({ kind, current, object }: Change): KubeObject | undefined {
    const { name = '', namespace } = object.metadata;
    const stored = this.get(kind, name, namespace);
    if (current === undefined && stored !== undefined) throw alreadyExists(kind, name);
    if (current?.metadata.resourceVersion !== stored?.metadata.resourceVersion)
      throw staleVersion(kind, name);
    return stored;
  }
}

function versionNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw badRequest(`Invalid resource version ${JSON.stringify(text)}`);
  return Number(text);
}

function kindKey(kind: ResourceKind): string {
  return `${kind.plural}.${kind.group}`;
}

function objectKey(kind: ResourceKind, name: string, namespace: string | undefined): string {
  return `${kindKey(kind)}/${namespace ?? ''}/${name}`;
}

/** One object serves all versions of its kind. */
function inVersion(object: KubeObject, kind: ResourceKind): KubeObject {
  const apiVersion = apiVersionOf(kind);
  return object.apiVersion === apiVersion ? object : deepFreeze({ ...object, apiVersion });
}
