import type { Kube, ListQuery } from '@mesitis/kube';

/** The kinds that the story's offering makes, and where. */
const QUERIES: readonly ListQuery[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'api-ns' },
  { apiVersion: 'v1', kind: 'Service', namespace: 'api-ns' },
];

/** The label that a broker puts on all that it makes. */
const MADE = 'app.kubernetes.io/managed-by=mesitis';

/** Remembers where each kind's history stands, so that `madeInOrder` can read on from there. */
export type Mark = ReadonlyMap<ListQuery, string>;

/** Marks the present in the history of each kind. */
export async function markNow(kube: Pick<Kube, 'list'>): Promise<Mark> {
  const mark = new Map<ListQuery, string>();
  for (const query of QUERIES) mark.set(query, (await kube.list(query)).resourceVersion);
  return mark;
}

/**
 * The kinds of the objects that a broker made since the mark, in the order in which the API server took them. It reads
 * the history of each kind: an object's first event carries the version at which it was stored, and versions are one
 * sequence for the whole cluster.
 */
export async function madeInOrder(kube: Pick<Kube, 'list' | 'watch'>, mark: Mark): Promise<string[]> {
  const made: { kind: string; version: number }[] = [];
  for (const [query, since] of mark) {
    const selected = { ...query, labelSelector: MADE };
    let expected = (await kube.list(selected)).items.length;
    if (expected === 0) continue;
    for await (const { type, object } of kube.watch(selected, since)) {
      if (type !== 'ADDED') continue;
      made.push({ kind: object.kind, version: Number(object.metadata.resourceVersion) });
      expected -= 1;
      if (expected === 0) break;
    }
  }
  return made.sort((one, other) => one.version - other.version).map(({ kind }) => kind);
}
