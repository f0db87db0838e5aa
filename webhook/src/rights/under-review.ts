import { isDeepStrictEqual } from 'node:util';
import type { Json, KubeObject } from '@mesitis/kube';
import type { ProviderConfiguration, Published } from '@mesitis/offering';
import { isObject } from '../json.js';
import { publishesTheSame } from './needed-rights.js';

/** Longer than the API server may take to store what was admitted. */
const KEPT_MS = 60_000;

/** Something that was asked for, as it was written. */
interface Pending {
  published: Published;
  source: Json | undefined;
  until: number;
}

/**
 * What was asked for lately and is perhaps not stored yet. An entry and an object that are written at the same moment
 * would else be judged without each other, and together do what their author may not. It knows what came to this
 * process; of the ConfigMaps of one namespace each request sees those that came before it.
 */
export class UnderReview {
  readonly #now: () => number;
  /** The oldest first. */
  readonly #byNamespace = new Map<string, Pending[]>();

  /** @param now milliseconds from any start */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Notes one, and the ConfigMap that it was read from. */
  add(namespace: string, published: Published, source?: Json): void {
    const pending = { published, source, until: this.#now() + KEPT_MS };
    const others = this.#byNamespace.get(namespace);
    if (others === undefined) this.#byNamespace.set(namespace, [pending]);
    else others.push(pending);
  }

  /** The others of the namespace of one: all but those of its own name, when it has one already. */
  beside(namespace: string, published: Published): Published[] {
    this.#forget(this.#now());
    return (this.#byNamespace.get(namespace) ?? [])
      .map((other) => other.published)
      .filter(({ configMap }) => configMap === '' || configMap !== published.configMap);
  }

  /** What a ConfigMap that was stored means, when it was asked for lately in the same words; undefined when not. */
  recall(configMap: KubeObject): ProviderConfiguration | undefined {
    const { namespace = '', name } = configMap.metadata;
    // The other states of the same name may have been refused, or come first: the text decides.
    const found = this.#byNamespace
      .get(namespace)
      ?.find(
        ({ published, source }) =>
          published.configMap === name && isObject(source) && publishesTheSame(source, configMap),
      );
    return found?.published.value;
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
      if ((all[0]?.until ?? 0) > now) continue;
      const left = all.filter(({ until }) => until > now);
      if (left.length === 0) this.#byNamespace.delete(namespace);
      else this.#byNamespace.set(namespace, left);
    }
  }
}
