import { isOlder, livesAt } from '../instance/copies.js';
import { isDeleting } from '../model/objects.js';
import type { ServiceBinding, ServiceBroker } from '../model/objects.js';
import { idAtBroker } from './requests.js';
import type { BindingWorld, Sharer } from './step.js';

/** Every id that a broker knows the binding by, or knew or is about to know it by. */
export function bindingIds({ spec, status = {} }: ServiceBinding): string[] {
  const { currentBindingID, successor, predecessors = [] } = status;
  const ids = [spec.externalID, currentBindingID, successor?.id, ...predecessors.map(({ id }) => id)];
  return [...new Set(ids.filter((id) => id !== undefined && id !== ''))] as string[];
}

/**
 * The binding that the broker knows, or is about to know, by the id of one that it has not heard of. A copy of a binding,
 * its id included, must not become a second name for it: who deletes the copy would end the original's credentials.
 */
export function bindingIdOwner(
  binding: ServiceBinding,
  broker: ServiceBroker,
  world: BindingWorld,
): ServiceBinding | undefined {
  if (isKnownToBroker(binding)) return undefined;
  return sharersAt(binding.spec.externalID ?? '', broker, world).find(
    (other) => isKnownToBroker(other) || isOlder(other, binding),
  );
}

/** The binding that stays and that the broker knows by the id that is to be taken back; see the same of instances. */
export function bindingHeir(
  id: string,
  broker: ServiceBroker,
  world: BindingWorld,
): ServiceBinding | undefined {
  return sharersAt(id, broker, world).find(
    (other) => !isDeleting(other) && isKnownToBroker(other) && idAtBroker(other) === id,
  );
}

function sharersAt(
  id: string,
  broker: ServiceBroker,
  { catalog, sharers }: Pick<BindingWorld, 'catalog' | 'sharers'>,
): ServiceBinding[] {
  const isThere = ({ instance }: Sharer): boolean =>
    instance !== undefined && livesAt(instance, broker, catalog);
  return sharers(id)
    .filter(isThere)
    .map(({ binding }) => binding);
}

function isKnownToBroker({ status }: ServiceBinding): boolean {
  return status?.unbindStatus === 'Required' || status?.unbindStatus === 'Failed';
}
