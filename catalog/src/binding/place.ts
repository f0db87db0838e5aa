import { isDeepStrictEqual } from 'node:util';
import { Unresolved } from '../instance/references.js';
import { residenceOf } from '../instance/residence.js';
import type { Residence } from '../instance/residence.js';
import { withConditions } from '../model/conditions.js';
import type { BindingStatus, ServiceBinding, ServiceInstance } from '../model/objects.js';
import type { BindingStep, BindingWorld } from './step.js';

/** The instance of a binding, and where that lives. */
export interface Place {
  instance: ServiceInstance;
  residence: Residence;
}

/** Where a binding is to be made, or was made. */
export function placeToBind(
  binding: ServiceBinding,
  { instance, catalog }: Pick<BindingWorld, 'instance' | 'catalog'>,
): Place | Unresolved {
  if (instance === undefined) return missingInstance(binding);
  const { classRef, planRef } = refs(instance);
  if (classRef === undefined || planRef === undefined) {
    const message = `Binding cannot begin because the references of the ServiceInstance "${nameOf(instance)}" are not resolved yet`;
    return new Unresolved('ErrorInstanceRefsUnresolved', message);
  }
  const residence = residenceOf(instance, catalog);
  return residence instanceof Unresolved ? residence : { instance, residence };
}

/** Where a binding is to be taken back; not while its instance is being worked on. */
export function placeToUnbind(
  binding: ServiceBinding,
  { instance, catalog }: Pick<BindingWorld, 'instance' | 'catalog'>,
): Place | Unresolved {
  if (instance === undefined) return missingInstance(binding);
  if (instance.status?.asyncOpInProgress === true) {
    const message = `trying to unbind to ServiceInstance "${nameOf(instance)}" that has ongoing asynchronous operation`;
    return new Unresolved('ErrorAsyncOperationInProgress', message);
  }
  const residence = residenceOf(instance, catalog);
  return residence instanceof Unresolved ? residence : { instance, residence };
}

/** The instance is not fit to be bound yet. */
export function notReady(instance: ServiceInstance): Unresolved {
  const message = `Binding cannot begin because referenced ServiceInstance "${nameOf(instance)}" is not ready`;
  return new Unresolved('ErrorInstanceNotReady', message);
}

/** Says what holds the binding up; a watch event of it brings the binding back. */
export function report(
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

function refs({ spec }: ServiceInstance): { classRef: unknown; planRef: unknown } {
  return {
    classRef: spec.clusterServiceClassRef ?? spec.serviceClassRef,
    planRef: spec.clusterServicePlanRef ?? spec.servicePlanRef,
  };
}

/** The instance is not there. */
export function missingInstance({ metadata, spec }: ServiceBinding): Unresolved {
  const name = `${metadata.namespace}/${spec.instanceRef?.name ?? ''}`;
  return new Unresolved(
    'ReferencesNonexistentInstance',
    `References a non-existent ServiceInstance "${name}"`,
  );
}

function nameOf({ metadata }: ServiceInstance): string {
  return `${metadata.namespace}/${metadata.name}`;
}
