import { startWatchCache, type Kube, type KubeObject, type WatchCache } from '@mesitis/kube';
import {
  LABELS,
  parseProviderConfigMap,
  PublishedIndex,
  type ProviderConfiguration,
  type Published,
} from '@mesitis/offering';

/** Who wants to know what the cache does. */
export interface PublishedConfigMapsOptions {
  kube: Pick<Kube, 'list' | 'watch'>;
  /** What is known of a ConfigMap that was judged a moment ago, so that it is not read twice; undefined for no more. */
  recall?: (configMap: KubeObject) => ProviderConfiguration | undefined;
  /** Called when a ConfigMap that can be used was stored, after the cache has taken it in. */
  onStored: (namespace: string, published: Published) => void;
  /** Failed lists and watches; they are tried again. */
  onError: (error: unknown) => void;
}

/**
 * What the providers of the cluster publish, as it was a moment ago: for what may be late (warnings), or is looked at
 * again before it refuses anything. Keeps what ConfigMaps mean and not their text, which is several times as large.
 */
export class PublishedConfigMaps {
  readonly #cache: WatchCache;
  readonly #byNamespace = new Map<string, PublishedIndex>();

  constructor({ kube, recall, onStored, onError }: PublishedConfigMapsOptions) {
    this.#cache = startWatchCache(parsing(kube, recall), {
      query: { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: LABELS.kind },
      onError,
      onChange: ({ type, object }) => {
        const { namespace = '', name = '' } = object.metadata;
        const value = type === 'deleted' ? undefined : (object['value'] as ProviderConfiguration | undefined);
        this.#set(namespace, name, value);
        if (value !== undefined) onStored(namespace, { configMap: name, value });
      },
    });
    // Whoever stops before the first list has no use for the news that there was none.
    this.#cache.synced.catch(() => undefined);
  }

  /** Resolves after the first list; rejects when stopped before. */
  get synced(): Promise<void> {
    return this.#cache.synced;
  }

  /**
   * What one namespace publishes, without what can't be used; undefined as long as nothing was read. Goes on changing.
   */
  in(namespace: string): PublishedIndex | undefined {
    if (!this.#cache.isSynced()) return undefined;
    return this.#byNamespace.get(namespace) ?? new PublishedIndex();
  }

  /** What a ConfigMap publishes that the API server just gave; reads it only when it is not known in this very version. */
  meaningOf(configMap: KubeObject): Published | undefined {
    const { name = '', namespace, uid, resourceVersion } = configMap.metadata;
    const known = this.#cache.get(name, namespace);
    const isKnown =
      uid !== undefined &&
      resourceVersion !== undefined &&
      known?.metadata.uid === uid &&
      known.metadata.resourceVersion === resourceVersion;
    if (!isKnown) return publishedAs(configMap);
    const value = known['value'] as ProviderConfiguration | undefined;
    return value === undefined ? undefined : { configMap: name, value };
  }

  /** Ends the watch. */
  stop(): Promise<void> {
    return this.#cache.stop();
  }

  #set(namespace: string, name: string, value: ProviderConfiguration | undefined): void {
    const index = this.#byNamespace.get(namespace) ?? new PublishedIndex();
    if (value === undefined) index.delete(name);
    else index.set({ configMap: name, value });
    if (index.size === 0) this.#byNamespace.delete(namespace);
    else this.#byNamespace.set(namespace, index);
  }
}

/** What a ConfigMap publishes; undefined when it can't be used. */
export function publishedAs(configMap: KubeObject): Published | undefined {
  const parsed = parseProviderConfigMap(configMap);
  return parsed.ok ? { configMap: configMap.metadata.name ?? '', value: parsed.value } : undefined;
}

/** Lists and watches as they are, but of each ConfigMap only its identity and `value`, what it means. */
function parsing(
  kube: Pick<Kube, 'list' | 'watch'>,
  recall: PublishedConfigMapsOptions['recall'],
): Pick<Kube, 'list' | 'watch'> {
  const meaningOf = (configMap: KubeObject): KubeObject => outlineOf(configMap, recall?.(configMap));
  return {
    list: async (query, options) => {
      const { items, resourceVersion } = await kube.list(query, options);
      return { items: items.map(meaningOf), resourceVersion };
    },
    watch: async function* (query, resourceVersion, options) {
      for await (const { type, object } of kube.watch(query, resourceVersion, options)) {
        yield { type, object: type === 'BOOKMARK' ? object : meaningOf(object) };
      }
    },
  };
}

function outlineOf(configMap: KubeObject, recalled: ProviderConfiguration | undefined): KubeObject {
  const { apiVersion, kind, metadata } = configMap;
  const { name, namespace, uid, resourceVersion } = metadata;
  const identity = Object.entries({ name, namespace, uid, resourceVersion }).filter(
    ([, value]) => value !== undefined,
  );
  return {
    apiVersion,
    kind,
    metadata: Object.fromEntries(identity),
    value: recalled ?? publishedAs(configMap)?.value,
  };
}
