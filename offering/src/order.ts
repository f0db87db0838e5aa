import type { WrappedResource } from './model.js';

/**
 * Wrapped resources in the order in which they are made: groups ascending by order, compared as numbers, in which the
 * members may be made in parallel; inside a group by the ConfigMap's name, so that reports don't change.
 */
export function byOrder(resources: readonly WrappedResource[]): WrappedResource[][] {
  const groups = new Map<number, WrappedResource[]>();
  for (const resource of resources.toSorted(compare)) {
    const group = groups.get(resource.order);
    if (group === undefined) groups.set(resource.order, [resource]);
    else group.push(resource);
  }
  return [...groups.values()];
}

/** By code unit, not by locale: every process must come to the same order. */
function compare(left: WrappedResource, right: WrappedResource): number {
  if (left.order !== right.order) return left.order - right.order;
  if (left.configMap === right.configMap) return 0;
  return left.configMap < right.configMap ? -1 : 1;
}
