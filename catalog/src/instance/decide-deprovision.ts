import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '@mesitis/kube';
import { timestamp, withConditions, withoutCondition } from '../model/conditions.js';
import { hasFinalizer, withoutFinalizer } from '../model/finalizer.js';
import { isDeleting } from '../model/objects.js';
import type { InstanceStatus, ServiceInstance, ServicePlan } from '../model/objects.js';
import { abandonedMessage, openRequest } from '../model/requests-by-annotation.js';
import { heirOf, leftToAnother } from './copies.js';
import { Unresolved } from './references.js';
import { deprovisionRequest, lastOperationRequest } from './requests.js';
import { residenceOf } from './residence.js';
import type { InstanceStep, InstanceWorld } from './step.js';
import { isProvisioned } from './transitions.js';
import { WORDS } from './words.js';

/** The next step for an instance that is being deleted (service-catalog.md section 3.9). */
export function decideDeprovision(instance: ServiceInstance, world: InstanceWorld): InstanceStep {
  if (!hasFinalizer(instance)) return { type: 'idle' };
  const status = instance.status ?? {};
  if (!mayBeAtBroker(status)) return { type: 'update-object', object: withoutFinalizer(instance) };
  // The cache of bindings may be behind, but whatever it does not show was never bound: the bind is decided here, from
  // the same cache, and not for an instance that is being deleted.
  const bindings = world.bindings();
  if (bindings.length > 0) return decideBindings(instance, bindings, world);
  const residence = residenceOf(instance, world.catalog);
  if (residence instanceof Unresolved) return reportDeletion(instance, residence, world);
  const heir = heirOf(residence.broker, world);
  if (heir !== undefined) {
    return { type: 'abandon', object: withoutFinalizer(instance), message: leftToAnother(instance, heir) };
  }
  if (world.retryAt > world.now) return { type: 'wait', until: world.retryAt };
  if (status.currentOperation !== 'Deprovision' || status.orphanMitigationInProgress === true) {
    return { type: 'update-status', status: start(instance, world.now) };
  }
  return {
    type: 'call',
    operation: 'Deprovision',
    serviceClass: residence.class,
    broker: residence.broker,
    request: deprovisionRequest(instance, residence.address),
  };
}

/** The next step for an instance that may have an orphan at its broker (section 3.7). */
export function decideMitigation(instance: ServiceInstance, world: InstanceWorld): InstanceStep {
  const residence = residenceOf(instance, world.catalog);
  if (residence instanceof Unresolved) return reportDeletion(instance, residence, world);
  if (world.mitigateAt > world.now) return { type: 'wait', until: world.mitigateAt };
  return {
    type: 'call',
    operation: 'Deprovision',
    serviceClass: residence.class,
    broker: residence.broker,
    request: deprovisionRequest(instance, residence.address),
  };
}

/** Lets an instance go as its owner asks; undefined when nobody does, or bindings have to go first. */
export function decideAbandonment(instance: ServiceInstance, world: InstanceWorld): InstanceStep | undefined {
  const reason = openRequest(instance, 'abandon');
  if (reason === undefined || !hasFinalizer(instance) || world.bindings().length > 0) return undefined;
  const message = abandonedMessage(reason, instance.spec.userInfo);
  return { type: 'abandon', object: withoutFinalizer(instance), message };
}

/**
 * Whether the broker may have the instance. Where the archived controller, in its oldest versions, left that empty, the
 * rest of the status tells.
 */
function mayBeAtBroker(status: InstanceStatus): boolean {
  const { deprovisionStatus = '' } = status;
  if (deprovisionStatus !== '') return deprovisionStatus === 'Required' || deprovisionStatus === 'Failed';
  return isProvisioned(status) || status.currentOperation !== undefined;
}

/** The next step for an instance that its broker works on; a deletion waits until that is over (section 3.6). */
export function decidePoll(instance: ServiceInstance, world: InstanceWorld): InstanceStep {
  const residence = residenceOf(instance, world.catalog);
  if (residence instanceof Unresolved) return reportDeletion(instance, residence, world);
  const deadline = pollingDeadline(instance.status, residence.plan);
  const pollAt = Math.min(world.pollAt, deadline ?? Infinity);
  if (pollAt > world.now) return { type: 'wait', until: pollAt };
  return {
    type: 'call',
    operation: 'Poll',
    serviceClass: residence.class,
    broker: residence.broker,
    request: lastOperationRequest(instance, residence.address),
    ...(deadline === undefined ? {} : { deadline }),
  };
}

/** How long any operation may take that a plan sets no limit to, as it always was. */
const LONGEST_OPERATION_MS = 7 * 24 * 3_600_000;

/** When the platform's patience ends: OSB `maximum_polling_duration`, seven days at most. */
export function pollingDeadline(
  status: Pick<InstanceStatus, 'operationStartTime'> | undefined,
  plan: ServicePlan | undefined,
): number | undefined {
  const startedAt = Date.parse(status?.operationStartTime ?? '');
  if (Number.isNaN(startedAt)) return undefined;
  const { maximumPollingDuration } = plan?.spec ?? {};
  const limit = maximumPollingDuration === undefined ? Infinity : maximumPollingDuration * 1000;
  return startedAt + Math.min(limit, LONGEST_OPERATION_MS);
}

const BLOCKED = new Unresolved(
  'DeprovisionBlockedByExistingCredentials',
  'All associated ServiceBindings must be removed before this ServiceInstance can be deleted',
);

const CASCADING = new Unresolved(
  'ServiceBindingsDeletion',
  'The associated ServiceBindings are deleted before this ServiceInstance is',
);

/** Waits for the bindings to go, or deletes them, after saying so. */
function decideBindings(
  instance: ServiceInstance,
  bindings: readonly KubeObject[],
  world: InstanceWorld,
): InstanceStep {
  const cascading = world.features.cascadingDeletion;
  const step = reportDeletion(instance, cascading ? CASCADING : BLOCKED, world);
  const kept = bindings.filter((binding) => !isDeleting(binding));
  if (step.type !== 'idle' || !cascading || kept.length === 0) return step;
  return { type: 'remove-bindings', bindings: kept };
}

/** Says what holds the instance up; a watch event brings it back. */
function reportDeletion(
  { status: current = {} }: ServiceInstance,
  { reason, message }: Unresolved,
  { now }: InstanceWorld,
): InstanceStep {
  const status = current.currentOperation === 'Deprovision' ? 'Unknown' : 'False';
  const next = withConditions(current, [{ type: 'Ready', status, reason, message }], now);
  return isDeepStrictEqual(next, current) ? { type: 'idle' } : { type: 'update-status', status: next };
}

/** Keeps the properties of an operation that was under way: the broker may know the instance by them. */
function start({ metadata, status = {} }: ServiceInstance, now: number): InstanceStatus {
  const properties = status.inProgressProperties ?? status.externalProperties;
  return withConditions(
    {
      ...withoutCondition(withoutCondition(status, 'Failed'), 'OrphanMitigation'),
      orphanMitigationInProgress: false,
      currentOperation: 'Deprovision',
      operationStartTime: timestamp(now),
      ...(properties === undefined ? {} : { inProgressProperties: properties }),
      observedGeneration: metadata.generation ?? 0,
      deprovisionStatus: 'Required',
    },
    [{ type: 'Ready', status: 'False', ...WORDS.Deprovision.inFlight }],
    now,
  );
}
