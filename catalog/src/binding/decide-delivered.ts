import { Unresolved } from '../instance/references.js';
import { isTrue, timestamp, withConditions } from '../model/conditions.js';
import type { BindingStatus, ServiceBinding } from '../model/objects.js';
import { withoutFields } from '../model/without-fields.js';
import { deliveredSecretName, isOwnSecret, notOwnedMessage } from './credentials-secret.js';
import { driftOf, driftWords } from './drift.js';
import type { Drift } from './drift.js';
import { placeToBind, report } from './place.js';
import { fetchRequest } from './requests.js';
import type { BindingStep, BindingWorld } from './step.js';

/** The next step for a binding that is ready: its Secret is to stay as it was delivered. */
export function decideDelivered(binding: ServiceBinding, world: BindingWorld): BindingStep {
  const { status = {} } = binding;
  // Without these the broker is not known to have the binding: an old object that was ready before it was bound.
  if (status.externalProperties === undefined) return { type: 'idle' };
  const drift = driftOf(binding, world.secret);
  switch (drift.type) {
    case 'none':
      return { type: 'idle' };
    case 'unsure':
      return { type: 'look-at-secret' };
    case 'unrecorded':
      return {
        type: 'update-status',
        status: {
          ...status,
          secretResourceVersion: drift.version,
          binding: { name: deliveredSecretName(binding) },
        },
      };
    case 'drifted':
      if (drift.notBefore > world.now) return { type: 'wait', until: drift.notBefore };
      return { type: 'update-status', status: startRepair(binding, drift, world.now) };
  }
}

/** The binding is not ready any more, and what stands here is stored before the broker is asked for its credentials. */
function startRepair(
  binding: ServiceBinding,
  { found }: Extract<Drift, { type: 'drifted' }>,
  now: number,
): BindingStatus {
  return withConditions<BindingStatus>(
    {
      ...withoutFields(binding.status ?? {}, 'secretResourceVersion'),
      currentOperation: 'Bind',
      operationStartTime: timestamp(now),
    },
    [{ type: 'Ready', status: 'False', ...driftWords(binding, found) }],
    now,
  );
}

/** Whether the broker is known to have the binding although its credentials are not delivered. */
export function isBound({ status }: ServiceBinding): boolean {
  return status?.externalProperties !== undefined && !isTrue(status, 'Ready');
}

/**
 * Says that somebody else's Secret is where the credentials are to go; undefined when there is none. While it is there the
 * broker need not be asked: a watch event brings the binding back.
 */
export function decideInTheWay(binding: ServiceBinding, world: BindingWorld): BindingStep | undefined {
  const { outline } = world.secret;
  if (outline === undefined || isOwnSecret(outline, binding)) return undefined;
  const message = `Error injecting bind result: ${notOwnedMessage(outline)}`;
  return report(binding, { reason: 'ErrorInjectingBindResult', message }, world.now);
}

/**
 * Asks the broker for the credentials of a binding that it has. Undefined when that can't be; then the binding is made
 * again by the same id, for which a broker gives the same credentials.
 */
export function decideFetch(binding: ServiceBinding, world: BindingWorld): BindingStep | undefined {
  const place = placeToBind(binding, world);
  if (place instanceof Unresolved) return undefined;
  const { instance, residence } = place;
  const { class: serviceClass, broker, plan } = residence;
  const { status = {} } = binding;
  const canTell = serviceClass.spec.bindingRetrievable === true && status.bindingRetrievable !== false;
  if (!canTell || status.currentOperation !== 'Bind') return undefined;
  if (world.retryAt > world.now) return { type: 'wait', until: world.retryAt };
  const request = fetchRequest(binding, instance);
  return { type: 'call', operation: 'Fetch', instance, serviceClass, plan, broker, request };
}
