import type { KubeObject } from '@mesitis/kube';
import { hasFinalizer } from '../model/finalizer.js';
import { scopeOfKind } from '../model/kinds.js';
import { classLabels, hasLabels, mergedLabels, planLabels } from '../model/labels.js';
import { isDeleting } from '../model/objects.js';
import type { ClassOrPlan } from '../model/objects.js';

/** The one next thing to do for a class or a plan. */
export type EntryStep =
  | { type: 'idle' }
  | { type: 'update-object'; object: KubeObject }
  /** Delete it, unless the API server knows of an instance that the caches don't show. */
  | { type: 'remove' }
  /** Take the finalizer away, under the same condition. */
  | { type: 'release' };

/**
 * The next step for a class or a plan: labels that `svcat create class` leaves out are put there, and what the broker
 * no longer offers goes once no instance uses it (service-catalog.md section 2.5). Whoever else deletes it, a person, the end
 * of its namespace or an owner's, has to wait for that too: without its class an instance can't be given back.
 */
export function decideEntry(entry: ClassOrPlan, world: { inUse: () => boolean }): EntryStep {
  if (isDeleting(entry)) {
    return hasFinalizer(entry) && !world.inUse() ? { type: 'release' } : { type: 'idle' };
  }
  if (entry.status?.removedFromBrokerCatalog === true) {
    return world.inUse() ? { type: 'idle' } : { type: 'remove' };
  }
  const scope = scopeOfKind(entry.kind);
  const labels =
    entry.kind === scope.classKind ? classLabels(scope, entry.spec) : planLabels(scope, entry.spec);
  if (hasLabels(entry, labels)) return { type: 'idle' };
  const metadata = { ...entry.metadata, labels: mergedLabels(entry, labels) };
  return { type: 'update-object', object: { ...entry, metadata } };
}
