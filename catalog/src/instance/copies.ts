import type { CatalogView } from '../model/catalog-view.js';
import { isDeleting } from '../model/objects.js';
import type { ServiceBinding, ServiceBroker, ServiceInstance } from '../model/objects.js';
import { Unresolved } from './references.js';
import { residenceOf } from './residence.js';
import type { InstanceWorld } from './step.js';

/**
 * The instance that the broker knows, or is about to know, by the same id. A copy of an instance, its id included, must
 * not become a second name for it: who deletes the copy would take the original's service away.
 */
export function idOwner(
  instance: ServiceInstance,
  broker: ServiceBroker,
  { catalog, namesakes }: InstanceWorld,
): ServiceInstance | undefined {
  if ((instance.spec.externalID ?? '') === '') return undefined;
  return namesakes().find(
    (other) => livesAt(other, broker, catalog) && (isKnownToBroker(other) || isOlder(other, instance)),
  );
}

/**
 * The instance that stays, and that the broker knows by the same id, when this one is deleted. A backup that was restored
 * with its statuses under another name makes such: nothing in them tells the copy from the original.
 */
export function heirOf(
  broker: ServiceBroker,
  { catalog, namesakes }: InstanceWorld,
): ServiceInstance | undefined {
  return namesakes().find(
    (other) => !isDeleting(other) && isKnownToBroker(other) && livesAt(other, broker, catalog),
  );
}

/** Whether something of this instance may be at the broker. */
export function isKnownToBroker({ status }: ServiceInstance): boolean {
  return status?.deprovisionStatus === 'Required' || status?.deprovisionStatus === 'Failed';
}

/** Whether the instance is, or is to be, at that broker. */
export function livesAt(instance: ServiceInstance, broker: ServiceBroker, catalog: CatalogView): boolean {
  const residence = residenceOf(instance, catalog);
  return !(residence instanceof Unresolved) && residence.broker.metadata.uid === broker.metadata.uid;
}

/** Whether the first of two objects was made before the other; their uids decide within the same second. */
export function isOlder(
  { metadata: a }: ServiceInstance | ServiceBinding,
  { metadata: b }: ServiceInstance | ServiceBinding,
): boolean {
  const [since, reference] = [a, b].map(({ creationTimestamp, uid }) => `${creationTimestamp ?? ''} ${uid}`);
  return (since ?? '') < (reference ?? '');
}

/** What an instance or a binding is told whose id belongs to another. */
export function idTaken(
  copy: ServiceInstance | ServiceBinding,
  owner: ServiceInstance | ServiceBinding,
): Unresolved {
  return new Unresolved(
    'ExternalIDInUse',
    `The broker knows ${nameFor(copy, owner)} by the externalID "${copy.spec.externalID ?? ''}": create this one anew without externalID.`,
  );
}

/** The message of the Event `Abandoned` of one that is left to another. */
export function leftToAnother(
  copy: ServiceInstance | ServiceBinding,
  heir: ServiceInstance | ServiceBinding,
): string {
  return `Let go without a word to the broker, which knows ${nameFor(copy, heir)} by the same id.`;
}

/** Another namespace's names are nobody's business here. */
function nameFor(
  { metadata }: ServiceInstance | ServiceBinding,
  { kind, metadata: other }: ServiceInstance | ServiceBinding,
): string {
  return other.namespace === metadata.namespace
    ? `the ${kind} "${other.name}"`
    : `a ${kind} in another namespace`;
}
