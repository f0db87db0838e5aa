import type { Kube, KubeList, KubeObject, ListQuery, PageOptions } from './port.js';

/**
 * A whole list of which, at any moment, no more than a page is there in full: `take` says what is kept of each. The
 * version is that of the first page: later pages may show a later moment, and what happened in between has to be told
 * again by the watch that follows. Throws a KubeError.
 */
export async function listInPages(
  kube: Pick<Kube, 'pages'>,
  query: ListQuery,
  { take, ...options }: PageOptions & { take: (page: readonly KubeObject[]) => KubeObject[] },
): Promise<KubeList> {
  const items: KubeObject[] = [];
  let resourceVersion: string | undefined;
  for await (const page of kube.pages(query, options)) {
    resourceVersion ??= page.resourceVersion;
    items.push(...take(page.items));
  }
  return { items, resourceVersion: resourceVersion ?? '' };
}
