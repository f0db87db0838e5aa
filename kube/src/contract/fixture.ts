import { isKubeError } from '../errors.js';
import type { KubeErrorKind } from '../errors.js';
import type { Kube, KubeList, KubeObject, ListQuery, PageOptions, WatchEvent } from '../port.js';

/** What the contract needs to run: the port in question and a namespace that exists and holds nothing of its own. */
export interface ContractServer {
  kube: Kube;
  namespace: string;
  close(): Promise<void>;
}

/** Gives each behaviour the server, once it is connected. */
export type Connected = () => Pick<ContractServer, 'kube' | 'namespace'>;

/** How long anything that happens by itself may take: collection of dependents, a new kind. */
export const PATIENCE_MS = 60_000;

/** A ConfigMap of the contract's namespace. */
export function configMap(
  namespace: string,
  name: string,
  data: Record<string, string> = {},
  labels: Record<string, string> = {},
): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name, labels }, data };
}

/** The ConfigMaps with the label `group=<group>`. Servers put ConfigMaps of their own into a namespace. */
export function configMaps(namespace: string, group: string): ListQuery {
  return { apiVersion: 'v1', kind: 'ConfigMap', namespace, labelSelector: `group=${group}` };
}

/** The names of objects, sorted. */
export function names(objects: readonly KubeObject[]): string[] {
  return objects.map((object) => object.metadata.name ?? '').sort();
}

/** The kind of the KubeError that a call fails with; `none` when it succeeds. Other errors are thrown on. */
export async function failureOf(call: Promise<unknown>): Promise<KubeErrorKind | 'none'> {
  try {
    await call;
    return 'none';
  } catch (error) {
    if (isKubeError(error)) return error.kind;
    throw error;
  }
}

/** All pages of a list. */
export async function pagesOf(
  kube: Pick<Kube, 'pages'>,
  query: ListQuery,
  options?: PageOptions,
): Promise<KubeList[]> {
  const pages: KubeList[] = [];
  for await (const page of kube.pages(query, options)) pages.push(page);
  return pages;
}

/**
 * The events after a version, bookmarks left out, as soon as there are `count` of them. Fewer when the watch ends or
 * nothing comes for long.
 */
export async function eventsAfter(
  kube: Pick<Kube, 'watch'>,
  query: ListQuery,
  resourceVersion: string,
  count: number,
): Promise<WatchEvent[]> {
  const events: WatchEvent[] = [];
  const signal = AbortSignal.timeout(PATIENCE_MS / 2);
  for await (const event of kube.watch(query, resourceVersion, { signal })) {
    if (event.type === 'BOOKMARK') continue;
    events.push(event);
    if (events.length === count) break;
  }
  return events;
}

/** Events as "TYPE name". */
export function story(events: readonly WatchEvent[]): string[] {
  return events.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`);
}
