import type { Kube, KubeList, KubeObject, WatchEvent } from './port.js';

/**
 * Lists and watches without `metadata.managedFields`, for copies that are kept: nobody here reads them, and they are a
 * good part of most objects. An update with such a copy keeps what is stored: the API server takes no managed fields
 * for no change of them.
 */
export function withoutManagedFields(kube: Pick<Kube, 'list' | 'watch'>): Pick<Kube, 'list' | 'watch'> {
  return {
    list: async (...args): Promise<KubeList> => {
      const { items, resourceVersion } = await kube.list(...args);
      return { items: items.map(lighter), resourceVersion };
    },
    watch: async function* (...args): AsyncGenerator<WatchEvent> {
      for await (const { type, object } of kube.watch(...args)) yield { type, object: lighter(object) };
    },
  };
}

function lighter(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
