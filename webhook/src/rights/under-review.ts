import { isDeepStrictEqual } from 'node:util';
import type { Published } from '@mesitis/offering';

/** Longer than the API server may take to store what was admitted. */
const KEPT_MS = 60_000;

/**
 * What was asked for lately and is perhaps not stored yet. An entry and an object that are written at the same moment
 * would else be judged without each other, and together do what their author may not. It knows what came to this
 * process; of the ConfigMaps of one namespace each request sees those that came before it.
 */
export class UnderReview {
  readonly #now: () => number;
  readonly #byNamespace = new Map<string, { published: Published; until: number }[]>();

  /** @param now milliseconds from any start */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes one. */
  add(namespace: string, published: Published): void {
    const others = this.#byNamespace.get(namespace) ?? [];
    this.#byNamespace.set(namespace, [...others, { published, until: this.#now() + KEPT_MS }]);
  }

  /** The others of the namespace of one: all but those of its own name, when it has one already. */
  beside(namespace: string, published: Published): Published[] {
    this.#forget(this.#now());
    return (this.#byNamespace.get(namespace) ?? [])
      .map((other) => other.published)
      .filter(({ configMap }) => configMap === '' || configMap !== published.configMap);
  }

  /** Forgets one that was refused: it will not be stored. */
  remove(namespace: string, published: Published): void {
    const left = this.#byNamespace.get(namespace)?.filter((other) => other.published !== published) ?? [];
    if (left.length === 0) this.#byNamespace.delete(namespace);
    else this.#byNamespace.set(namespace, left);
  }

  /** Forgets what is stored as it was asked for: whoever looks from now on finds it in the cluster. */
  stored(namespace: string, { configMap, value }: Published): void {
    const isStored = (other: Published): boolean =>
      (other.configMap === '' || other.configMap === configMap) && isDeepStrictEqual(other.value, value);
    const found = this.#byNamespace.get(namespace)?.find(({ published }) => isStored(published));
    if (found !== undefined) this.remove(namespace, found.published);
  }

  #forget(now: number): void {
    for (const [namespace, all] of this.#byNamespace) {
      const left = all.filter(({ until }) => until > now);
      if (left.length === 0) this.#byNamespace.delete(namespace);
      else this.#byNamespace.set(namespace, left);
    }
  }
}
