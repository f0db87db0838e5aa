import { pollingDeadline } from '../instance/decide-deprovision.js';
import { Unresolved } from '../instance/references.js';
import { findCondition } from '../model/conditions.js';
import { isDeleting } from '../model/objects.js';
import type { BindingStatus, ServiceBinding } from '../model/objects.js';
import { openRequest, withAnswered } from '../model/requests-by-annotation.js';
import { bindingHeir } from './copies.js';
import { EXPIRED, expired, hasExpired } from './expiry.js';
import { placeToBind, placeToUnbind } from './place.js';
import type { Place } from './place.js';
import {
  acceptsIncomplete,
  bindRequest,
  fetchRequest,
  lastOperationRequest,
  rotateRequest,
  unbindRequest,
} from './requests.js';
import { retired, ROTATING, startRotation } from './rotation.js';
import type { BindingStep, BindingWorld, OwnCall, SideCall } from './step.js';

/**
 * The next step towards other credentials, or towards the end of the old ones. The binding in use stays ready meanwhile:
 * what it delivered goes on working.
 */
export function decideRotation(binding: ServiceBinding, world: BindingWorld): BindingStep {
  const told = decideExpiry(binding, world);
  return sooner(told, sooner(decideSuccession(binding, world), decideRetirement(binding, world)));
}

/** Says that the credentials have ended, whatever their successor waits for. */
function decideExpiry({ status = {} }: ServiceBinding, { now }: BindingWorld): BindingStep {
  const until = Date.parse(status.credentialsExpireAt ?? '');
  if (Number.isNaN(until) || findCondition(status, EXPIRED) !== undefined) return { type: 'idle' };
  return until > now ? { type: 'wait', until } : { type: 'update-status', status: expired(status, now) };
}

/** Whether new credentials are on the way, or wanted now. */
export function isRotating(binding: ServiceBinding): boolean {
  return binding.status?.successor !== undefined || openRequest(binding, 'rotate') !== undefined;
}

/** The next step towards a successor. */
export function decideSuccession(binding: ServiceBinding, world: BindingWorld): BindingStep {
  const { status = {} } = binding;
  const asked = openRequest(binding, 'rotate');
  if (asked !== undefined) {
    const begun = status.successor === undefined ? startRotation(status, world.newId(), world.now) : status;
    return { type: 'update-status', status: withAnswered<BindingStatus>(begun, 'rotate', asked) };
  }
  const dueAt = status.successor === undefined ? Date.parse(status.rotateAt ?? '') : world.now;
  if (Number.isNaN(dueAt)) return { type: 'idle' };
  const until = Math.max(dueAt, world.rotateAt);
  if (until > world.now) return { type: 'wait', until };
  const place = placeToBind(binding, world);
  // A watch event of the instance, or of what it lacks, brings the binding back.
  if (place instanceof Unresolved || isDeleting(place.instance)) return { type: 'idle' };
  return status.successor === undefined
    ? begin(binding, place, world)
    : succeed(binding, { place, successor: status.successor }, world);
}

/** A broker may have prolonged the credentials since: one that tells is asked before new ones are. */
function begin(binding: ServiceBinding, place: Place, world: BindingWorld): BindingStep {
  const { status = {} } = binding;
  const id = world.newId();
  const isRepeated = findCondition(status, ROTATING) !== undefined;
  if (isRepeated || !canTell(binding, place)) {
    return { type: 'update-status', status: startRotation(status, id, world.now) };
  }
  return {
    ...callAt(place),
    operation: 'Check',
    request: fetchRequest(binding, place.instance),
    side: { id },
  };
}

function succeed(
  binding: ServiceBinding,
  { place, successor }: { place: Place; successor: NonNullable<BindingStatus['successor']> },
  world: BindingWorld,
): BindingStep {
  const { instance, residence } = place;
  const call = { ...callAt(place), side: successor };
  if (successor.asyncOpInProgress === true)
    return poll(binding, { ...call, operation: 'PollSuccessor' }, world);
  if (successor.bound === true && canTell(binding, place)) {
    return { ...call, operation: 'FetchSuccessor', request: fetchRequest(binding, instance, successor.id) };
  }
  const facts = {
    address: residence.address,
    clusterId: world.clusterId,
    id: successor.id,
    incomplete: acceptsIncomplete(residence.class, world.features),
  };
  const { inputs } = world;
  const namesPredecessor =
    residence.plan?.spec.bindingRotatable === true &&
    successor.plain !== true &&
    !hasExpired(binding.status ?? {}, world.now);
  if (namesPredecessor) {
    return { ...call, operation: 'Rotate', request: rotateRequest(binding, instance, facts) };
  }
  if (inputs?.ok === true) {
    return { ...call, operation: 'Rotate', request: bindRequest(binding, instance, { ...facts, inputs }) };
  }
  return world.retryAt > world.now ? { type: 'wait', until: world.retryAt } : { type: 'gather' };
}

/** The next step towards the end of the bindings that have a successor; all of them when the binding is being deleted. */
export function decideRetirement(binding: ServiceBinding, world: BindingWorld): BindingStep {
  const { status = {} } = binding;
  const [next] = [...(status.predecessors ?? [])].sort((a, b) => endOf(a) - endOf(b));
  if (next === undefined) return { type: 'idle' };
  const until = Math.max(isDeleting(binding) ? 0 : endOf(next), world.retireAt);
  if (until > world.now) return { type: 'wait', until };
  const place = placeToUnbind(binding, world);
  if (place instanceof Unresolved) return { type: 'idle' };
  const { instance, residence } = place;
  const call = { ...callAt(place), side: next };
  if (next.asyncOpInProgress === true) return poll(binding, { ...call, operation: 'PollPredecessor' }, world);
  if (bindingHeir(next.id, residence.broker, world) !== undefined) {
    return { type: 'update-status', status: retired(status, next.id).status };
  }
  const request = unbindRequest(binding, instance, {
    address: residence.address,
    incomplete: acceptsIncomplete(residence.class, world.features),
    id: next.id,
  });
  return { ...call, operation: 'Retire', request };
}

function endOf({ unbindAt, asyncOpInProgress }: NonNullable<BindingStatus['predecessors']>[number]): number {
  return asyncOpInProgress === true ? 0 : Date.parse(unbindAt);
}

function poll(binding: ServiceBinding, call: Omit<SideCall, 'request'>, world: BindingWorld): BindingStep {
  const place = placeToBind(binding, world);
  if (place instanceof Unresolved) return { type: 'idle' };
  const deadline = pollingDeadline(call.side, call.plan);
  const { address } = place.residence;
  const request = lastOperationRequest(binding, call.instance, { address, of: call.side });
  return { ...call, request, ...(deadline === undefined ? {} : { deadline }) };
}

function callAt({ instance, residence }: Place): Omit<OwnCall, 'operation' | 'request' | 'side'> {
  return {
    type: 'call',
    instance,
    serviceClass: residence.class,
    plan: residence.plan,
    broker: residence.broker,
  };
}

function canTell({ status = {} }: ServiceBinding, { residence }: Place): boolean {
  return residence.class.spec.bindingRetrievable === true && status.bindingRetrievable !== false;
}

/** The step that can be taken first. */
function sooner(a: BindingStep, b: BindingStep): BindingStep {
  if (a.type !== 'idle' && a.type !== 'wait') return a;
  if (b.type === 'idle') return a;
  if (a.type === 'idle' || b.type !== 'wait') return b;
  return a.until < b.until ? a : b;
}
