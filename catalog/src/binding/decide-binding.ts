import { idTaken } from '../instance/copies.js';
import { Unresolved } from '../instance/references.js';
import { isTrue, withConditions } from '../model/conditions.js';
import { prettyName } from '../model/catalog-view.js';
import { hasFinalizer, withFinalizer } from '../model/finalizer.js';
import { isDeleting } from '../model/objects.js';
import type { BindingStatus, ServiceBinding } from '../model/objects.js';
import { bindingIdOwner } from './copies.js';
import { decideDelivered, decideFetch, decideInTheWay, isBound } from './decide-delivered.js';
import { decideRotation, decideSuccession, isRotating } from './decide-rotation.js';
import { decideUnfinished } from './decide-unbind.js';
import { notReady, placeToBind, report } from './place.js';
import type { Place } from './place.js';
import { acceptsIncomplete, bindRequest } from './requests.js';
import { startBind } from './start-bind.js';
import type { BindingStep, BindingWorld } from './step.js';

/** The next step for a binding (service-catalog.md section 4). */
export function decideBinding(binding: ServiceBinding, world: BindingWorld): BindingStep {
  const unfinished = decideUnfinished(binding, world);
  if (unfinished !== undefined) return unfinished;
  // The spec can't change in effect, so a binding that was made, or refused for good, stays as it is.
  if (isTrue(binding.status, 'Failed')) return { type: 'idle' };
  if (isTrue(binding.status, 'Ready')) {
    const step = decideDelivered(binding, world);
    return step.type === 'idle' ? decideRotation(binding, world) : step;
  }
  const prepared = prepare(binding, world);
  if (prepared !== undefined) return { type: 'update-object', object: prepared };
  return (isBound(binding) ? decideBound(binding, world) : undefined) ?? decideUnbound(binding, world);
}

/** What gives a binding that the broker has its credentials; undefined when it has to be made once more. */
function decideBound(binding: ServiceBinding, world: BindingWorld): BindingStep | undefined {
  const inTheWay = decideInTheWay(binding, world);
  if (inTheWay !== undefined) return inTheWay;
  // Other credentials are as good as those that are not to be had.
  const step = isRotating(binding) ? decideSuccession(binding, world) : undefined;
  return step !== undefined && step.type !== 'idle' ? step : decideFetch(binding, world);
}

/** The next step for a binding that the broker is to be asked for. */
function decideUnbound(binding: ServiceBinding, world: BindingWorld): BindingStep {
  const place = placeToBind(binding, world);
  if (place instanceof Unresolved) return report(binding, place, world.now);
  if (!isBound(binding) && !isBindable(place, world)) return refuse(binding, place, world);
  const { instance, residence } = place;
  if (isDeleting(instance) || !isTrue(instance.status, 'Ready')) {
    return report(binding, notReady(instance), world.now);
  }
  const owner = bindingIdOwner(binding, residence.broker, world);
  if (owner !== undefined) return report(binding, idTaken(binding, owner), world.now);
  return decideBind(binding, { instance, residence, world });
}

/** The binding with everything that must be stored before the broker hears of it; undefined when it is. */
function prepare(binding: ServiceBinding, world: BindingWorld): ServiceBinding | undefined {
  const { spec, metadata } = binding;
  let next = isUninitialised(binding) && !hasFinalizer(binding) ? withFinalizer(binding) : binding;
  if (isEmpty(spec.externalID)) next = { ...next, spec: { ...next.spec, externalID: world.newId() } };
  if (isEmpty(spec.secretName)) next = { ...next, spec: { ...next.spec, secretName: metadata.name } };
  return next === binding ? undefined : next;
}

function isUninitialised({ status }: ServiceBinding): boolean {
  return (status?.conditions ?? []).length === 0 && isEmpty(status?.unbindStatus);
}

/** The plan's word counts before the class's. A plan that is gone can't say; then the class decides. */
function isBindable({ instance, residence }: Place, { catalog }: BindingWorld): boolean {
  const { scope } = residence;
  const name = instance.spec[scope.planRef]?.name ?? '';
  const plan = catalog.plan(scope, instance.metadata.namespace, name);
  return plan?.spec.bindable ?? residence.class.spec.bindable === true;
}

function refuse(binding: ServiceBinding, { instance, residence }: Place, world: BindingWorld): BindingStep {
  const plan = instance.spec[residence.scope.planRef]?.name ?? '';
  const reason = 'ErrorNonbindableServiceClass';
  const message = `References a non-bindable ${prettyName(residence.class)} and Plan ("${plan}") combination`;
  const status = withConditions<BindingStatus>(
    { ...binding.status, unbindStatus: binding.status?.unbindStatus ?? 'NotRequired' },
    [
      { type: 'Ready', status: 'False', reason, message },
      { type: 'Failed', status: 'True', reason, message },
    ],
    world.now,
  );
  return { type: 'update-status', status };
}

function decideBind(
  binding: ServiceBinding,
  { instance, residence, world }: Place & { world: BindingWorld },
): BindingStep {
  const waiting = { type: 'wait', until: world.retryAt } as const;
  const { inputs } = world;
  if (inputs === undefined) return world.retryAt > world.now ? waiting : { type: 'gather' };
  if (!inputs.ok) {
    const step = report(binding, inputs, world.now);
    return step.type === 'idle' ? waiting : step;
  }
  if (world.retryAt > world.now) return waiting;
  const started = startBind(binding, inputs, world.now);
  if (started !== undefined) return { type: 'update-status', status: started };
  const { class: serviceClass, broker, plan, address } = residence;
  const request = bindRequest(binding, instance, {
    clusterId: world.clusterId,
    address,
    inputs,
    incomplete: acceptsIncomplete(serviceClass, world.features),
  });
  return { type: 'call', operation: 'Bind', instance, serviceClass, plan, broker, request };
}

function isEmpty(text: string | undefined): boolean {
  return text === undefined || text === '';
}
