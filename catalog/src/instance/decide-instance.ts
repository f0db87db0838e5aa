import { isDeepStrictEqual } from 'node:util';
import { isTrue, withConditions, withoutCondition } from '../model/conditions.js';
import { hasFinalizer, withFinalizer } from '../model/finalizer.js';
import { hasLabels, instanceLabels, mergedLabels } from '../model/labels.js';
import { isDeleting } from '../model/objects.js';
import type { InstanceStatus, ServiceInstance } from '../model/objects.js';
import { openRequest, withAnswered } from '../model/requests-by-annotation.js';
import { askBroker } from './ask-broker.js';
import { idOwner, idTaken, isKnownToBroker } from './copies.js';
import { decideAbandonment, decideDeprovision, decideMitigation, decidePoll } from './decide-deprovision.js';
import { showUpgrade, upgradeWanted } from './maintenance.js';
import { mergedParameters, provisionDefaults } from './provision-defaults.js';
import {
  removedFromCatalog,
  resolveReferences,
  Unresolved,
  userSpecifiedNames,
  withReferences,
} from './references.js';
import type { Resolved } from './references.js';
import { residenceOf } from './residence.js';
import type { InstanceStep, InstanceWorld } from './step.js';
import { isProvisioned } from './transitions.js';

/** The next step for an instance (service-catalog.md section 3.1). */
export function decideInstance(instance: ServiceInstance, world: InstanceWorld): InstanceStep {
  const unfinished = decideUnfinished(instance, world);
  if (unfinished !== undefined) return unfinished;
  const settled = isSettled(instance) ? decideSettled(instance, world) : undefined;
  if (settled !== undefined) return settled;
  const resolution = checkedReferences(instance, world);
  const prepared = prepare(instance, resolution, world);
  if (prepared !== undefined) return { type: 'update-object', object: prepared };
  if (resolution instanceof Unresolved) return report(instance, resolution, world);
  const operation = isProvisioned(instance.status) ? 'Update' : 'Provision';
  return decideCall(operation, instance, { resolved: resolution, world });
}

/** What comes before the spec as it is: wishes, what runs at the broker, the end. Undefined when it is the spec's turn. */
function decideUnfinished(instance: ServiceInstance, world: InstanceWorld): InstanceStep | undefined {
  const { status } = instance;
  const deleting = isDeleting(instance);
  const wish = (deleting ? decideAbandonment(instance, world) : undefined) ?? decideRetry(instance);
  if (wish !== undefined) return wish;
  if (status?.asyncOpInProgress === true) return decidePoll(instance, world);
  if (deleting) return decideDeprovision(instance, world);
  return status?.orphanMitigationInProgress === true ? decideMitigation(instance, world) : undefined;
}

/** What is left to do for an instance that is as its spec says; undefined when it is to be updated all the same. */
function decideSettled(instance: ServiceInstance, world: InstanceWorld): InstanceStep | undefined {
  const { catalog, now } = world;
  const residence = isTrue(instance.status, 'Ready') ? residenceOf(instance, catalog) : undefined;
  if (residence === undefined || residence instanceof Unresolved || residence.plan === undefined) {
    return { type: 'idle' };
  }
  if (upgradeWanted(instance, residence.plan)) return undefined;
  const secrets = compareSecrets(instance, world);
  if (secrets !== 'same') return secrets === 'unread' ? { type: 'gather' } : undefined;
  const status = showUpgrade(instance, residence.plan, now);
  return status === undefined ? { type: 'idle' } : { type: 'update-status', status };
}

/**
 * Whether a Secret behind `parametersFrom` says something else than the broker was told. One that is away for a moment
 * does not make the instance less ready.
 */
function compareSecrets(
  { spec, status }: ServiceInstance,
  world: InstanceWorld,
): 'unread' | 'same' | 'changed' {
  const { features, inputs } = world;
  if (!features.watchParametersFromChanges || (spec.parametersFrom ?? []).length === 0) return 'same';
  if (inputs === undefined) return 'unread';
  const told = status?.externalProperties?.parameterChecksum ?? '';
  return inputs.ok && inputs.parameters.checksum !== told ? 'changed' : 'same';
}

/**
 * Takes up that somebody wants it tried again now: what was given up on is not any more. The reconciler forgets its
 * pauses with it.
 */
function decideRetry(instance: ServiceInstance): InstanceStep | undefined {
  const { status } = instance;
  const asked = openRequest(instance, 'retry');
  if (asked === undefined || (status?.conditions ?? []).length === 0 || isTrue(status, 'Ready'))
    return undefined;
  const next = withAnswered<InstanceStatus>(withoutCondition(status ?? {}, 'Failed'), 'retry', asked);
  return { type: 'update-status', status: next };
}

/** Whether the instance is as its spec says, or was refused for good. */
function isSettled({ metadata, status }: ServiceInstance): boolean {
  // The oldest stored objects have the second of the two alone.
  const observed = Math.max(status?.observedGeneration ?? 0, status?.reconciledGeneration ?? 0);
  const done = isTrue(status, 'Ready') || isTrue(status, 'Failed');
  return done && observed >= (metadata.generation ?? 0);
}

/** The resolution, refused where what it leads to may not be used. */
function checkedReferences(instance: ServiceInstance, world: InstanceWorld): Resolved | Unresolved {
  const resolution = resolveReferences(instance, world.catalog);
  if (resolution instanceof Unresolved) return resolution;
  const { scope, class: serviceClass, plan } = resolution;
  const samePlan = instance.spec[scope.planRef]?.name === plan.metadata.name;
  const provisioned = isProvisioned(instance.status);
  if (provisioned && samePlan) return resolution;
  const removed = removedFromCatalog(resolution);
  if (removed !== undefined) return removed;
  if (!provisioned && isDeleting(resolution.broker)) {
    const message = `The broker "${resolution.broker.metadata.name}" is being deleted; cannot provision.`;
    return new Unresolved('ReferencesDeletedBroker', message);
  }
  const owner = isKnownToBroker(instance) ? undefined : idOwner(instance, resolution.broker, world);
  if (owner !== undefined) return idTaken(instance, owner);
  if (provisioned && serviceClass.spec.planUpdatable !== true) {
    const message = `The Service Class ${serviceClass.spec.externalName} does not allow plan changes.`;
    return new Unresolved('PlanNotUpdatable', message);
  }
  return resolution;
}

/** The instance with everything that must be stored before the broker hears of it; undefined when it is. */
function prepare(
  instance: ServiceInstance,
  resolution: Resolved | Unresolved,
  world: InstanceWorld,
): ServiceInstance | undefined {
  let next = isUninitialised(instance.status) && !hasFinalizer(instance) ? withFinalizer(instance) : instance;
  if ((next.spec.externalID ?? '') === '')
    next = { ...next, spec: { ...next.spec, externalID: world.newId() } };
  if (!(resolution instanceof Unresolved)) {
    next = referring(next, resolution);
    if (world.features.servicePlanDefaults) next = withDefaults(next, resolution);
  }
  return next === instance ? undefined : next;
}

function referring(instance: ServiceInstance, resolved: Resolved): ServiceInstance {
  const spec = withReferences(instance.spec, resolved);
  const labels = instanceLabels(resolved.scope, spec);
  if (isDeepStrictEqual(spec, instance.spec) && hasLabels(instance, labels)) return instance;
  return { ...instance, metadata: { ...instance.metadata, labels: mergedLabels(instance, labels) }, spec };
}

/** Defaults count once, before the broker hears of the instance; what its author says counts more. */
function withDefaults(instance: ServiceInstance, { class: serviceClass, plan }: Resolved): ServiceInstance {
  const { spec, status } = instance;
  const isLate = status?.defaultProvisionParameters !== undefined || isKnownToBroker(instance);
  const defaults = isLate ? undefined : provisionDefaults(serviceClass, plan);
  if (defaults === undefined || isProvisioned(status)) return instance;
  const parameters = mergedParameters(defaults, spec.parameters ?? {});
  return isDeepStrictEqual(parameters, spec.parameters)
    ? instance
    : { ...instance, spec: { ...spec, parameters } };
}

function isUninitialised(status: InstanceStatus | undefined): boolean {
  return (status?.conditions ?? []).length === 0 && (status?.deprovisionStatus ?? '') === '';
}

/** Says why the instance can't go on. A watch event of what it waits for brings it back. */
function report(
  instance: ServiceInstance,
  { reason, message }: { reason: string; message: string },
  world: InstanceWorld,
): InstanceStep {
  const status: InstanceStatus = {
    ...instance.status,
    ...userSpecifiedNames(instance.spec),
    deprovisionStatus: instance.status?.deprovisionStatus ?? 'NotRequired',
  };
  const next = withConditions(status, [{ type: 'Ready', status: 'False', reason, message }], world.now);
  return isDeepStrictEqual(next, instance.status)
    ? { type: 'idle' }
    : { type: 'update-status', status: next };
}

function decideCall(
  operation: 'Provision' | 'Update',
  instance: ServiceInstance,
  { resolved, world }: { resolved: Resolved; world: InstanceWorld },
): InstanceStep {
  const waiting = { type: 'wait', until: world.retryAt } as const;
  const { inputs } = world;
  if (inputs === undefined) return world.retryAt > world.now ? waiting : { type: 'gather' };
  if (!inputs.ok) {
    const step = report(instance, inputs, world);
    return step.type === 'idle' ? waiting : step;
  }
  if (world.retryAt > world.now) return waiting;
  return askBroker(operation, instance, { resolved, inputs, world });
}
