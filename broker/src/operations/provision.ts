import type { ObjectRef } from '@mesitis/kube';
import { refOf } from '@mesitis/kube';
import { unescapeLiterals } from '@mesitis/offering';
import type { CatalogPlan } from '../catalog/build-catalog.js';
import { findPlan } from '../catalog/find-plan.js';
import { BrokerError, isRefusal, publicMessage } from '../errors.js';
import type { ProvisionPlan, Provisioner } from '../provision/provisioner.js';
import type { InstanceAttributes, InstanceRecord, Requester } from '../store/instance-record.js';
import type { StoredInstance } from '../store/instance-store.js';
import { consumerOf, refusalOf } from '../whitelist.js';
import type { OperationContext } from './context.js';
import { instanceKey, provisionerOf } from './context.js';
import { isSameInstance } from './same-request.js';

/** A provision request that is complete and well-formed. */
export interface ProvisionRequest {
  instanceId: string;
  attributes: InstanceAttributes;
  requestedBy?: Requester;
  /** `maintenance_info.version`, when sent. */
  maintenanceVersion?: string;
}

/** Whether this request made the instance or found it made. */
export type ProvisionOutcome = 'created' | 'exists';

/** What a provision request means in the state that its instance is in. */
export type ProvisionDecision = 'create' | 'repeat' | 'exists' | 'different' | 'leaving';

/** The column "PUT" of the state table (osb.md 1.14); `repeat` is a fresh attempt after one that failed or broke off. */
export function decideProvision(
  record: InstanceRecord | undefined,
  attributes: InstanceAttributes,
): ProvisionDecision {
  if (record === undefined) return 'create';
  if (!isSameInstance(record.attributes, attributes)) return 'different';
  switch (record.state) {
    case 'ready':
      return 'exists';
    case 'provisioning':
    case 'failed':
      return 'repeat';
    case 'deprovisioning':
      return 'leaving';
  }
}

/**
 * Provisions an instance (osb.md 1.3, checks in the order of 2.3). The record is written before the first side effect;
 * a failure removes what was made and then either leaves nothing behind (a refusal) or a record that says why.
 * @throws BrokerError
 */
export async function provision(
  context: OperationContext,
  request: ProvisionRequest,
): Promise<ProvisionOutcome> {
  const { serviceId, planId } = request.attributes;
  const plan = findPlan(context.catalog.current(), serviceId, planId);
  return context.queue.run(request.instanceId, async () => {
    const stored = await context.store.get(request.instanceId);
    const decision = decideProvision(stored?.record, request.attributes);
    switch (decision) {
      case 'exists':
        return 'exists';
      case 'different':
        throw new BrokerError('InstanceExists');
      case 'leaving':
        throw new BrokerError('ConcurrencyError');
      case 'create':
      case 'repeat':
        await create(context, request, plan, stored);
        return 'created';
    }
  });
}

async function create(
  context: OperationContext,
  request: ProvisionRequest,
  { entry }: CatalogPlan,
  previous: StoredInstance | undefined,
): Promise<void> {
  const { instanceId, attributes, requestedBy } = request;
  // No plan of this release has maintenance_info, so any version is the wrong one.
  if (request.maintenanceVersion !== undefined) throw new BrokerError('MaintenanceInfoConflict');
  const refusal = refusalOf(entry, consumerOf(attributes.context));
  if (refusal !== undefined) throw new BrokerError('NotWhitelisted', refusal);

  const provisioner = provisionerOf(context, entry.provision.kind);
  // `$${` in provisiondata is a literal `${` (design section 2); entries with expressions are not in the catalog.
  const plan = await provisioner.plan(unescapeLiterals(entry.provision), instanceId);
  if (previous !== undefined) await removeLeftovers(context, previous.record);
  const record: InstanceRecord = {
    instanceId,
    attributes,
    ...(requestedBy === undefined ? {} : { requestedBy }),
    state: 'provisioning',
    provisionKind: provisioner.kind,
    objects: refsOf(plan),
    coordinates: plan.coordinates,
    bindings: [],
  };
  const version = await context.store.put(record, previous?.version);
  context.recentlyDeleted.remove(instanceKey(instanceId));
  const { objects, failure } = await provisioner.make(plan, instanceId);
  if (failure !== undefined) {
    return undo(context, provisioner, { record: { ...record, objects }, version }, failure.error);
  }
  await context.store.put({ ...record, state: 'ready' }, version);
}

/** An earlier attempt may have been made from another version of the ConfigMaps: what it left does not count. */
async function removeLeftovers(context: OperationContext, record: InstanceRecord): Promise<void> {
  await provisionerOf(context, record.provisionKind).remove(record.objects, record.instanceId);
}

/**
 * Takes back a provisioning that failed, and fails; the record names what was made or may have been, and no more. After
 * a refusal (4xx) nothing of the instance may remain; after other failures the record tells last_operation why. When
 * undoing fails too, the answer must be 5xx whatever came first, because that is what makes a platform send the DELETE
 * which cleans up.
 */
async function undo(
  context: OperationContext,
  provisioner: Provisioner,
  { record, version }: StoredInstance,
  error: unknown,
): Promise<never> {
  const { store, logger } = context;
  const failed: InstanceRecord = { ...record, state: 'failed', failure: publicMessage(error) };
  try {
    await provisioner.remove(record.objects, record.instanceId);
  } catch (undoError) {
    logger.error({ instance: record.instanceId, err: undoError }, 'undo failed');
    await store.put(failed, version);
    throw new BrokerError(
      'ProvisionIncomplete',
      `${publicMessage(error)}; and not everything could be undone: ${publicMessage(undoError)}; delete the instance`,
      { cause: error },
    );
  }
  if (isRefusal(error)) await store.delete(record.instanceId, version);
  else await store.put(failed, version);
  throw error;
}

function refsOf(plan: ProvisionPlan): ObjectRef[][] {
  return plan.objects.map((group) => group.map(refOf));
}
