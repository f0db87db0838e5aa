import type { CacheChange, KubeObject } from '@mesitis/kube';
import { BINDING_KIND, INSTANCE_KIND } from '../model/kinds.js';
import { asBinding } from '../model/objects.js';
import { TERMS, termsOf } from './indexes.js';
import { keyFor, keyOf } from './keys.js';

/**
 * The keys of all objects that a change may set in motion: itself and who waits for it. This is what makes the
 * controller quick: nothing is found by looking again after a while.
 */
export function affectedKeys(change: CacheChange, keysUnder: (term: string) => string[]): string[] {
  const { object, type } = change;
  const own = keyOf(object);
  switch (object.kind) {
    case BINDING_KIND:
      return type === 'deleted' ? [own, instanceOf(object)] : [own];
    case INSTANCE_KIND:
      return [
        own,
        ...keysUnder(TERMS.ofInstance(own)),
        ...noLongerUsed(change),
        ...(type === 'deleted' ? keysUnder(TERMS.leavingBroker()) : []),
      ];
    default:
      // A broker, a class or a plan: those that miss one may have found it.
      return [own, ...keysUnder(TERMS.waiting())];
  }
}

function instanceOf(binding: KubeObject): string {
  const { metadata, spec } = asBinding(binding);
  return keyFor(INSTANCE_KIND, metadata.namespace, spec.instanceRef?.name ?? '');
}

/** The classes and plans that the instance referred to and no longer does. */
function noLongerUsed({ type, object, previous = object }: CacheChange): string[] {
  const prefix = TERMS.using('');
  const used = (instance: KubeObject): string[] =>
    termsOf(instance)
      .filter((term) => term.startsWith(prefix))
      .map((term) => term.slice(prefix.length));
  if (type === 'added') return [];
  const still = new Set(type === 'deleted' ? [] : used(object));
  return used(previous).filter((key) => !still.has(key));
}
