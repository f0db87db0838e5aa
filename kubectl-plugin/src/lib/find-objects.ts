import type { Kube, KubeObject } from '@mesitis/kube';
import { checkNamespace } from './check-namespace.js';
import { nearest } from './nearest.js';
import { nameOf } from './objects.js';
import { notMet, type PluginError } from './plugin-error.js';
import { bindingRef, bindingsOf, everyOf, instanceRef } from './service-catalog.js';

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
  place: Place,
  kind: 'ServiceInstance' | 'ServiceBinding',
  name: string,
): Promise<PluginError> {
  const { cluster, namespace } = place;
  const names = (await cluster.list(everyOf(kind, namespace))).items.map(nameOf);
  if (names.length === 0) await checkNamespace(place);
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

/**
 * The binding of that name, else the only binding of the instance of that name.
 * @param verb what is to be done with it, for the error
 * @throws PluginError (not met) when there is none, or several
 */
export async function chooseBinding(place: Place, name: string, verb: string): Promise<KubeObject> {
  const { cluster, namespace } = place;
  const { items } = await cluster.list(everyOf('ServiceBinding', namespace));
  const exact = items.find((binding) => nameOf(binding) === name);
  if (exact !== undefined) return exact;
  const [only, ...others] = bindingsOf(name, items);
  if (only === undefined) {
    if (items.length === 0) await checkNamespace(place);
    throw notMet(unknownName({ kind: 'binding', name, namespace, names: items.map(nameOf) }));
  }
  if (others.length > 0) {
    const names = [only, ...others].map(nameOf).sort();
    throw notMet(
      `instance '${name}' has several bindings: ${verb} ${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`,
    );
  }
  return only;
}
