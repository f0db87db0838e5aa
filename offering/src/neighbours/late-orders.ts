import type { WrappedResource } from '../model.js';
import { quote } from '../wording.js';
import { podNeeds } from './pod-needs.js';

/** One object whose Pods need another one that is made after it. */
export interface LateOrder {
  dependant: WrappedResource;
  needed: WrappedResource;
  /** What is wrong and what to do, for a person who may have written either. */
  message: string;
}

/**
 * Finds objects that one instance has and that are made before what their Pods need: with readiness awaited the
 * instance would never become ready, because the Pods wait for what comes after them. Compares names as written, with
 * their expressions. Pure; `mesitis/order`, design section 2.
 */
export function lateOrders(resources: readonly WrappedResource[]): LateOrder[] {
  const byName = firstByName(resources);
  return resources.flatMap((dependant) => {
    const keys = new Set(podNeeds(dependant.object).map(({ kind, name }) => keyOf(kind, name)));
    return [...keys].flatMap((key): LateOrder[] => {
      const needed = byName.get(key);
      if (needed === undefined || needed.order <= dependant.order) return [];
      const message =
        `order ${dependant.order} makes ${describe(dependant)} before ${describe(needed)} of order ${needed.order}, ` +
        `which its Pods need; give the ${needed.kind} the smaller order`;
      return [{ dependant, needed, message }];
    });
  });
}

/** Of several objects of one kind and name the one that is made first: from then on Pods find it. */
function firstByName(resources: readonly WrappedResource[]): Map<string, WrappedResource> {
  const first = new Map<string, WrappedResource>();
  for (const resource of resources) {
    const key = keyOf(resource.object.kind, nameOf(resource));
    const known = first.get(key);
    if (known === undefined || resource.order < known.order) first.set(key, resource);
  }
  return first;
}

function describe(resource: WrappedResource): string {
  return `the ${resource.kind} ${quote(nameOf(resource))}`;
}

function nameOf({ object }: WrappedResource): string {
  return object.metadata.name;
}

function keyOf(kind: string, name: string): string {
  return `${kind}/${name}`;
}
