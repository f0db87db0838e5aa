import { isDeepStrictEqual } from 'node:util';
import type { CacheChange, KubeObject } from '@mesitis/kube';
import { bindingIds } from '../binding/copies.js';
import { isTrue } from '../model/conditions.js';
import { BINDING_KIND, INSTANCE_KIND, SCOPES } from '../model/kinds.js';
import { asBinding, asBroker, asInstance, asPlan } from '../model/objects.js';
import { TERMS, termsOf } from './indexes.js';
import { keyFor, keyOf, refOfKey } from './keys.js';

/**
 * The keys of all objects that a change may set in motion: itself and who waits for it. This is what makes the
 * controller quick: nothing is found by looking again after a while.
 */
export function affectedKeys(change: CacheChange, keysUnder: (term: string) => string[]): string[] {
  const { object, type } = change;
  const own = keyOf(object);
  switch (object.kind) {
    case BINDING_KIND:
      return [
        own,
        ...(type === 'modified' ? [] : [instanceOf(object)]),
        ...(type === 'deleted' ? copiesOf(object, keysUnder) : []),
      ];
    case INSTANCE_KIND:
      return [
        own,
        ...keysUnder(TERMS.ofInstance(own)),
        ...noLongerUsed(change),
        ...(type === 'deleted' ? keysUnder(TERMS.leavingBroker()) : []),
        ...(type === 'deleted' ? keysUnder(TERMS.externalID(asInstance(object).spec.externalID ?? '')) : []),
      ];
    default:
      // A broker, a class or a plan: those that miss one may have found it, those of the plan may get a new version.
      return [
        own,
        ...keysUnder(TERMS.waiting()),
        ...(hasNewVersion(change) ? keysUnder(TERMS.using(own)) : []),
      ];
  }
}

/**
 * The instances and bindings of a broker whose catalog was just had after it could not be, or was asked for: what they
 * failed with may be over, so they need not wait for the end of their pause.
 */
export function keysToRetry(
  { object, previous, type }: CacheChange,
  keysUnder: (term: string) => string[],
): string[] {
  if (type !== 'modified' || previous === undefined || !BROKER_KINDS.includes(object.kind)) return [];
  const [was, is] = [asBroker(previous).status, asBroker(object).status];
  const isSame = isTrue(was, 'Ready') && was?.reconciledGeneration === is?.reconciledGeneration;
  if (isSame || !isTrue(is, 'Ready')) return [];
  return keysServedBy(keyOf(object), keysUnder);
}

/**
 * The keys of all objects that a change of a Secret sets in motion: those that name it and, for the credentials of a
 * broker, whoever may have been refused because of them.
 */
export function keysNamingSecret(
  { object: { metadata } }: CacheChange,
  keysUnder: (term: string) => string[],
): string[] {
  const naming = keysUnder(TERMS.secret(metadata.namespace ?? '', metadata.name ?? ''));
  const brokers = naming.filter((key) => BROKER_KINDS.includes(refOfKey(key).kind));
  return [...new Set([...naming, ...brokers.flatMap((broker) => keysServedBy(broker, keysUnder))])];
}

/** The instances of a broker and their bindings. */
function keysServedBy(broker: string, keysUnder: (term: string) => string[]): string[] {
  const entries = keysUnder(TERMS.ofBroker(broker));
  const instances = new Set(entries.flatMap((entry) => keysUnder(TERMS.using(entry))));
  return [...instances].flatMap((instance) => [instance, ...keysUnder(TERMS.ofInstance(instance))]);
}

const BROKER_KINDS: readonly string[] = SCOPES.map(({ brokerKind }) => brokerKind);

function hasNewVersion({ type, object, previous }: CacheChange): boolean {
  const versions = [previous, object].map((plan) => plan && asPlan(plan).spec.maintenanceInfo);
  return type === 'modified' && !isDeepStrictEqual(versions[0], versions[1]);
}

/** The bindings that may have waited for the id of one. */
function copiesOf(binding: KubeObject, keysUnder: (term: string) => string[]): string[] {
  return bindingIds(asBinding(binding)).flatMap((id) => keysUnder(TERMS.bindingID(id)));
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
