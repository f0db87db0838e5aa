import { leftToAnother } from '../instance/copies.js';
import { pollingDeadline } from '../instance/decide-deprovision.js';
import { Unresolved } from '../instance/references.js';
import { residenceOf } from '../instance/residence.js';
import { isTrue, timestamp, withConditions, withoutCondition } from '../model/conditions.js';
import { hasFinalizer, withoutFinalizer } from '../model/finalizer.js';
import { isDeleting } from '../model/objects.js';
import type { BindingStatus, ServiceBinding } from '../model/objects.js';
import { abandonedMessage, openRequest, withAnswered } from '../model/requests-by-annotation.js';
import { withoutFields } from '../model/without-fields.js';
import { bindingHeir } from './copies.js';
import { decideRetirement } from './decide-rotation.js';
import { missingInstance, placeToUnbind, report } from './place.js';
import { acceptsIncomplete, idAtBroker, lastOperationRequest, unbindRequest } from './requests.js';
import { withSuccessorRetired } from './rotation.js';
import type { BindingStep, BindingWorld } from './step.js';

/** What comes before the binding as its spec wants it: wishes, what runs at the broker, the end. Undefined when nothing does. */
export function decideUnfinished(binding: ServiceBinding, world: BindingWorld): BindingStep | undefined {
  const { status } = binding;
  const deleting = isDeleting(binding);
  const wish = (deleting ? decideAbandonment(binding) : undefined) ?? decideRetry(binding);
  if (wish !== undefined) return wish;
  if (status?.asyncOpInProgress === true) return decidePoll(binding, world);
  if (deleting) return decideUnbind(binding, world);
  return status?.orphanMitigationInProgress === true
    ? askToUnbind(binding, world, world.mitigateAt)
    : undefined;
}

function decideUnbind(binding: ServiceBinding, world: BindingWorld): BindingStep {
  if (!hasFinalizer(binding)) return { type: 'idle' };
  const { status = {} } = binding;
  if (status.unbindStatus !== 'Required' && status.unbindStatus !== 'Failed') {
    return { type: 'update-object', object: withoutFinalizer(binding) };
  }
  return askToUnbind(binding, world, world.retryAt);
}

/** Takes the binding back, for its deletion or as an orphan. */
function askToUnbind(binding: ServiceBinding, world: BindingWorld, notBefore: number): BindingStep {
  const { status = {} } = binding;
  const place = placeToUnbind(binding, world);
  if (place instanceof Unresolved) return report(binding, place, world.now);
  if (notBefore > world.now) return { type: 'wait', until: notBefore };
  if (isDeleting(binding) && (status.currentOperation !== 'Unbind' || status.orphanMitigationInProgress)) {
    return { type: 'update-status', status: startUnbind(status, world.now) };
  }
  if (isDeleting(binding) && (status.predecessors ?? []).length > 0) return decideRetirement(binding, world);
  const { instance, residence } = place;
  const { class: serviceClass, broker, plan, address } = residence;
  const heir = isDeleting(binding) ? bindingHeir(idAtBroker(binding), broker, world) : undefined;
  if (heir !== undefined) {
    return { type: 'abandon', object: withoutFinalizer(binding), message: leftToAnother(binding, heir) };
  }
  const request = unbindRequest(binding, instance, {
    address,
    incomplete: acceptsIncomplete(serviceClass, world.features),
  });
  return { type: 'call', operation: 'Unbind', instance, serviceClass, plan, broker, request };
}

function startUnbind(status: BindingStatus, now: number): BindingStatus {
  return withConditions<BindingStatus>(
    {
      ...withoutFields(
        withSuccessorRetired(withoutCondition(status, 'OrphanMitigation'), now),
        'inProgressProperties',
        'rotateAt',
      ),
      ...(status.orphanMitigationInProgress === undefined ? {} : { orphanMitigationInProgress: false }),
      currentOperation: 'Unbind',
      operationStartTime: timestamp(now),
      unbindStatus: 'Required',
    },
    [
      {
        type: 'Ready',
        status: 'False',
        reason: 'UnbindingRequestInFlight',
        message: 'Unbind request for ServiceBinding in-flight to Broker',
      },
    ],
    now,
  );
}

/** A binding that its broker works on; a deletion waits until that is over. */
function decidePoll(binding: ServiceBinding, world: BindingWorld): BindingStep {
  const { instance, catalog, now } = world;
  if (instance === undefined) return report(binding, missingInstance(binding), now);
  const residence = residenceOf(instance, catalog);
  if (residence instanceof Unresolved) return report(binding, residence, now);
  const deadline = pollingDeadline(binding.status, residence.plan);
  const pollAt = Math.min(world.pollAt, deadline ?? Infinity);
  if (pollAt > now) return { type: 'wait', until: pollAt };
  return {
    type: 'call',
    operation: 'Poll',
    instance,
    serviceClass: residence.class,
    plan: residence.plan,
    broker: residence.broker,
    request: lastOperationRequest(binding, instance, { address: residence.address }),
    ...(deadline === undefined ? {} : { deadline }),
  };
}

/** Lets a binding go as its owner asks, without the broker's word. */
function decideAbandonment(binding: ServiceBinding): BindingStep | undefined {
  const reason = openRequest(binding, 'abandon');
  if (reason === undefined || !hasFinalizer(binding)) return undefined;
  const message = abandonedMessage(reason, binding.spec.userInfo);
  return { type: 'abandon', object: withoutFinalizer(binding), message };
}

/**
 * Takes up that somebody wants it tried again now: what was given up on is not any more. The reconciler forgets its
 * pauses with it.
 */
function decideRetry(binding: ServiceBinding): BindingStep | undefined {
  const { status } = binding;
  const asked = openRequest(binding, 'retry');
  if (asked === undefined || (status?.conditions ?? []).length === 0 || isTrue(status, 'Ready')) {
    return undefined;
  }
  const next = withAnswered<BindingStatus>(withoutCondition(status ?? {}, 'Failed'), 'retry', asked);
  return { type: 'update-status', status: next };
}
