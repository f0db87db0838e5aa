import { isDeepStrictEqual } from 'node:util';
import { residenceOf } from '../instance/decide-deprovision.js';
import type { Residence } from '../instance/decide-deprovision.js';
import { Unresolved } from '../instance/references.js';
import type { Inputs } from '../instance/step.js';
import { findCondition, isTrue, timestamp, withConditions } from '../model/conditions.js';
import { prettyName } from '../model/catalog-view.js';
import { hasFinalizer, withFinalizer, withoutFinalizer } from '../model/finalizer.js';
import { withoutFields } from '../model/without-fields.js';
import { isDeleting } from '../model/objects.js';
import type { BindingProperties, BindingStatus, ServiceBinding, ServiceInstance } from '../model/objects.js';
import { bindRequest, unbindRequest } from './requests.js';
import type { BindingStep, BindingWorld } from './step.js';

/** The next step for a binding (service-catalog.md section 4). */
export function decideBinding(binding: ServiceBinding, world: BindingWorld): BindingStep {
  if (isDeleting(binding)) return decideUnbind(binding, world);
  // The spec can't change in effect, so a binding that was made, or refused for good, stays as it is.
  if (isTrue(binding.status, 'Ready') || isTrue(binding.status, 'Failed')) return { type: 'idle' };
  const prepared = prepare(binding, world);
  if (prepared !== undefined) return { type: 'update-object', object: prepared };
  const place = placeToBind(binding, world);
  if (place instanceof Unresolved) return report(binding, place, world.now);
  if (!isBindable(place, world)) return refuse(binding, place, world);
  const { instance, residence } = place;
  if (isDeleting(instance) || !isTrue(instance.status, 'Ready')) {
    return report(binding, notReady(instance), world.now);
  }
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

interface Place {
  instance: ServiceInstance;
  residence: Residence;
}

function placeToBind(binding: ServiceBinding, { instance, catalog }: BindingWorld): Place | Unresolved {
  if (instance === undefined) return missingInstance(binding);
  const { classRef, planRef } = refs(instance);
  if (classRef === undefined || planRef === undefined) {
    const message = `Binding cannot begin because the references of the ServiceInstance "${nameOf(instance)}" are not resolved yet`;
    return new Unresolved('ErrorInstanceRefsUnresolved', message);
  }
  const residence = residenceOf(instance, catalog);
  return residence instanceof Unresolved ? residence : { instance, residence };
}

function refs({ spec }: ServiceInstance): { classRef: unknown; planRef: unknown } {
  return {
    classRef: spec.clusterServiceClassRef ?? spec.serviceClassRef,
    planRef: spec.clusterServicePlanRef ?? spec.servicePlanRef,
  };
}

function missingInstance({ metadata, spec }: ServiceBinding): Unresolved {
  const name = `${metadata.namespace}/${spec.instanceRef?.name ?? ''}`;
  return new Unresolved(
    'ReferencesNonexistentInstance',
    `References a non-existent ServiceInstance "${name}"`,
  );
}

function notReady(instance: ServiceInstance): Unresolved {
  const message = `Binding cannot begin because referenced ServiceInstance "${nameOf(instance)}" is not ready`;
  return new Unresolved('ErrorInstanceNotReady', message);
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
  const { class: serviceClass, broker, address } = residence;
  const request = bindRequest(binding, instance, { clusterId: world.clusterId, address, inputs });
  return { type: 'call', operation: 'Bind', instance, serviceClass, broker, request };
}

/** The status to store before the broker hears of the binding; undefined when it is stored. */
function startBind(
  binding: ServiceBinding,
  { parameters }: Extract<Inputs, { ok: true }>,
  now: number,
): BindingStatus | undefined {
  const { spec, status = {} } = binding;
  const inProgressProperties: BindingProperties = {
    ...(parameters.checksum === ''
      ? {}
      : { parameters: parameters.redacted, parameterChecksum: parameters.checksum }),
    ...(spec.userInfo === undefined ? {} : { userInfo: spec.userInfo }),
  };
  const underWay =
    status.currentOperation === 'Bind' &&
    isDeepStrictEqual(status.inProgressProperties, inProgressProperties);
  if (underWay && findCondition(status, 'Ready') !== undefined) return undefined;
  // See the same decision about instances: only a broker that has not heard of the binding can refuse it entirely.
  const isFirst = status.unbindStatus !== 'Required';
  return withConditions<BindingStatus>(
    {
      ...status,
      asyncOpInProgress: false,
      orphanMitigationInProgress: false,
      currentOperation: 'Bind',
      operationStartTime: timestamp(now),
      inProgressProperties,
      unbindStatus: 'Required',
    },
    isFirst
      ? [
          {
            type: 'Ready',
            status: 'False',
            reason: BIND_IN_FLIGHT,
            message: 'Binding request for ServiceBinding in-flight to Broker',
          },
        ]
      : [],
    now,
  );
}

/** The reason of the condition while the broker has said nothing yet. */
export const BIND_IN_FLIGHT = 'BindingRequestInFlight';

function decideUnbind(binding: ServiceBinding, world: BindingWorld): BindingStep {
  if (!hasFinalizer(binding)) return { type: 'idle' };
  const { status = {} } = binding;
  if (status.unbindStatus !== 'Required' && status.unbindStatus !== 'Failed') {
    return { type: 'update-object', object: withoutFinalizer(binding) };
  }
  const place = placeToUnbind(binding, world);
  if (place instanceof Unresolved) return report(binding, place, world.now);
  if (world.retryAt > world.now) return { type: 'wait', until: world.retryAt };
  if (status.currentOperation !== 'Unbind') {
    return { type: 'update-status', status: startUnbind(status, world.now) };
  }
  const { instance, residence } = place;
  const { class: serviceClass, broker, address } = residence;
  const request = unbindRequest(binding, instance, address);
  return { type: 'call', operation: 'Unbind', instance, serviceClass, broker, request };
}

function placeToUnbind(binding: ServiceBinding, { instance, catalog }: BindingWorld): Place | Unresolved {
  if (instance === undefined) return missingInstance(binding);
  if (instance.status?.asyncOpInProgress === true) {
    const message = `trying to unbind to ServiceInstance "${nameOf(instance)}" that has ongoing asynchronous operation`;
    return new Unresolved('ErrorAsyncOperationInProgress', message);
  }
  const residence = residenceOf(instance, catalog);
  return residence instanceof Unresolved ? residence : { instance, residence };
}

function startUnbind(status: BindingStatus, now: number): BindingStatus {
  return withConditions<BindingStatus>(
    {
      ...withoutFields(status, 'inProgressProperties'),
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

/** Says what holds the binding up; a watch event of it brings the binding back. */
function report(
  { status: current = {} }: ServiceBinding,
  { reason, message }: { reason: string; message: string },
  now: number,
): BindingStep {
  const status = current.currentOperation === 'Unbind' ? 'Unknown' : 'False';
  const next = withConditions<BindingStatus>(
    { ...current, unbindStatus: current.unbindStatus ?? 'NotRequired' },
    [{ type: 'Ready', status, reason, message }],
    now,
  );
  return isDeepStrictEqual(next, current) ? { type: 'idle' } : { type: 'update-status', status: next };
}

function nameOf({ metadata }: ServiceInstance): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function isEmpty(text: string | undefined): boolean {
  return text === undefined || text === '';
}
