import type { Kube, KubeObject } from '@mesitis/kube';
import { nearest } from './nearest.js';
import { nameOf } from './objects.js';
import { notMet, type PluginError } from './plugin-error.js';
import { bindingRef, everyOf, instanceRef } from './service-catalog.js';

/** A cluster to read from and the namespace to look in. */
export interface Place {
  cluster: Pick<Kube, 'get' | 'list'>;
  namespace: string;
}

/** The instance of that name. Throws PluginError (not met) that says which there are. */
export async function existingInstance(place: Place, name: string): Promise<KubeObject> {
  const { cluster, namespace } = place;
  const found = await cluster.get(instanceRef(namespace, name));
  if (found === undefined) throw await unknown(place, 'ServiceInstance', name);
  return found;
}

/** The binding of that name. Throws PluginError (not met) that says which there are. */
export async function existingBinding(place: Place, name: string): Promise<KubeObject> {
  const { cluster, namespace } = place;
  const found = await cluster.get(bindingRef(namespace, name));
  if (found === undefined) throw await unknown(place, 'ServiceBinding', name);
  return found;
}

/** Lists, which also tells a missing object from a missing API: a read of one object can't. */
async function unknown(
  { cluster, namespace }: Place,
  kind: 'ServiceInstance' | 'ServiceBinding',
  name: string,
): Promise<PluginError> {
  const names = (await cluster.list(everyOf(kind, namespace))).items.map(nameOf);
  return notMet(
    unknownName({ kind: kind === 'ServiceInstance' ? 'instance' : 'binding', name, namespace, names }),
  );
}

/** The sentence for a name that isn't there: the one that was probably meant, or those that there are. */
export function unknownName(miss: {
  kind: 'instance' | 'binding';
  name: string;
  namespace: string;
  names: readonly string[];
}): string {
  const { kind, name, namespace, names } = miss;
  const start = `no ${kind} '${name}' in namespace ${namespace}`;
  const guess = nearest(name, names);
  if (guess !== undefined) return `${start}; did you mean ${guess}?`;
  if (names.length === 0) {
    const next =
      kind === 'instance' ? 'kubectl mesitis provision makes one' : 'kubectl mesitis bind makes one';
    return `${start}, nor any other; ${next}`;
  }
  return `${start}; see kubectl mesitis status for what there is`;
}
