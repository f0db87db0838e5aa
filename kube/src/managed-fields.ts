import { listInPages } from './list-in-pages.js';
import type { Kube, KubeObject, WatchEvent } from './port.js';

/**
 * Lists and watches without `metadata.managedFields`, for copies that are kept: nobody here reads them, and they are a
 * good part of most objects. An update with such a copy keeps what is stored: the API server takes no managed fields
 * for no change of them.
 */
export function withoutManagedFields(kube: Pick<Kube, 'pages' | 'watch'>): Pick<Kube, 'list' | 'watch'> {
  return {
    list: (query, options) => listInPages(kube, query, { ...options, take: (page) => page.map(lighter) }),
    watch: async function* (...args): AsyncGenerator<WatchEvent> {
      for await (const { type, object } of kube.watch(...args)) yield { type, object: lighter(object) };
    },
  };
}

function lighter(object: KubeObject): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}
