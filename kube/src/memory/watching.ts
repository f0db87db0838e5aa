import type { KubeObject, ListQuery, WatchEvent } from '../port.js';
import {
  matchesFieldSelector,
  matchesLabelSelector,
  parseFieldSelector,
  parseLabelSelector,
  SelectorError,
} from '../selectors/index.js';
import { badRequest } from './api-errors.js';
import type { HistoryEntry } from './history.js';

/** Which objects of a kind are asked for. */
export type Scope = Pick<ListQuery, 'namespace' | 'labelSelector' | 'fieldSelector'>;

/**
 * The scope as a predicate on objects.
 *
 * @throws KubeError `invalid` when a selector can't be read
 */
export function scopeFilter(scope: Scope): (object: KubeObject) => boolean {
  const { labels, fields } = readSelectors(scope);
  return ({ metadata }) =>
    (scope.namespace === undefined || metadata.namespace === scope.namespace) &&
    matchesLabelSelector(labels, metadata.labels) &&
    matchesFieldSelector(fields, metadata);
}

/** What a watch with this filter says about a change: an object that leaves the selection counts as deleted. */
export function eventFor(
  entry: HistoryEntry,
  selects: (object: KubeObject) => boolean,
): WatchEvent | undefined {
  const { previous, object, gone } = entry;
  const was = previous !== undefined && selects(previous);
  const is = !gone && selects(object);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object };
  if (!was) return undefined;
  const { resourceVersion } = object.metadata;
  const last = gone ? object : { ...previous, metadata: { ...previous.metadata, resourceVersion } };
  return { type: 'DELETED', object: last as KubeObject };
}

function readSelectors({ labelSelector = '', fieldSelector = '' }: Scope): {
  labels: ReturnType<typeof parseLabelSelector>;
  fields: ReturnType<typeof parseFieldSelector>;
} {
  try {
    return { labels: parseLabelSelector(labelSelector), fields: parseFieldSelector(fieldSelector) };
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
}
