import type { KubeObject } from './port.js';

/** A change of the cache. `object` is the new state, for `deleted` the last one known; `previous` the one before. */
export interface CacheChange {
  type: 'added' | 'modified' | 'deleted';
  object: KubeObject;
  previous?: KubeObject;
}

/** The latest known state of objects of one kind, by namespace and name. Tells only what makes a difference. */
export class ObjectCache {
  readonly #objects = new Map<string, KubeObject>();
  readonly #tell: (change: CacheChange) => void;
  readonly #keeps: ((object: KubeObject) => boolean) | undefined;

  /** `keeps` says of which objects a copy is kept, at that moment; nothing is told of the others. Left out: of all. */
  constructor(tell: (change: CacheChange) => void, keeps?: (object: KubeObject) => boolean) {
    this.#tell = tell;
    this.#keeps = keeps;
  }

  items(): KubeObject[] {
    return [...this.#objects.values()];
  }

  get(name: string, namespace?: string): KubeObject | undefined {
    return this.#objects.get(keyOf({ name, namespace }));
  }

  /** Takes in the state of one object. The same version again is no change. */
  set(object: KubeObject): void {
    const key = keyOf(object.metadata);
    if (this.#keeps?.(object) === false) {
      this.#objects.delete(key);
      return;
    }
    const known = this.#objects.get(key);
    // Deleted and made anew while nobody watched: two objects, although they share a name.
    if (known !== undefined && known.metadata.uid !== object.metadata.uid) this.delete(known);
    const previous = this.#objects.get(key);
    if (previous !== undefined && isSameVersion(previous, object)) return;
    this.#objects.set(key, object);
    this.#tell(previous === undefined ? { type: 'added', object } : { type: 'modified', object, previous });
  }

  /** Forgets one object; `object` is its last state. */
  delete(object: KubeObject): void {
    const key = keyOf(object.metadata);
    const previous = this.#objects.get(key);
    if (previous === undefined) return;
    this.#objects.delete(key);
    this.#tell({ type: 'deleted', object, previous });
  }

  /** Takes in that an object was deleted. It may have come to matter only after it was seen last. */
  gone(object: KubeObject): void {
    if (this.#objects.has(keyOf(object.metadata))) this.delete(object);
    else if (this.#keeps?.(object) === true) this.#tell({ type: 'deleted', object });
  }

  /** Takes in a whole list: what is not in it is gone. */
  replaceAll(objects: readonly KubeObject[]): void {
    const present = new Set(objects.map((object) => keyOf(object.metadata)));
    for (const [key, object] of this.#objects) if (!present.has(key)) this.delete(object);
    for (const object of objects) this.set(object);
  }
}

function isSameVersion(a: KubeObject, b: KubeObject): boolean {
  return a.metadata.resourceVersion === b.metadata.resourceVersion;
}

function keyOf({
  name = '',
  namespace = '',
}: {
  name?: string | undefined;
  namespace?: string | undefined;
}): string {
  return `${namespace}/${name}`;
}
