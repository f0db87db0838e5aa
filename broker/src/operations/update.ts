import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '@mesitis/kube';
import { findPlan, requireService } from '../catalog/find-plan.js';
import { BrokerError } from '../errors.js';
import type { InstanceRecord } from '../store/instance-record.js';
import { consumerOf, refusalOf } from '../whitelist.js';
import type { OperationContext } from './context.js';

/** An update request that is well-formed (osb.md 1.5). */
export interface UpdateRequest {
  instanceId: string;
  serviceId: string;
  planId?: string;
  context?: JsonObject;
  parameters?: JsonObject;
  maintenanceVersion?: string;
}

/**
 * Updates an instance as far as this release goes: a changed context is recorded, a request that changes nothing
 * succeeds, another plan or other parameters are refused with nothing applied (osb.md 1.5 U5, U6).
 * @throws BrokerError
 */
export async function update(context: OperationContext, request: UpdateRequest): Promise<void> {
  const { store, queue } = context;
  const catalog = context.catalog.current();
  requireService(catalog, request.serviceId);
  if (request.planId !== undefined) findPlan(catalog, request.serviceId, request.planId);
  if (request.maintenanceVersion !== undefined) throw new BrokerError('MaintenanceInfoConflict');
  await queue.run(request.instanceId, async () => {
    const stored = await store.get(request.instanceId);
    if (stored === undefined) throw new BrokerError('InstanceNotFound');
    const { record, version } = stored;
    requireReady(record);
    const { attributes } = record;
    if (attributes.serviceId !== request.serviceId) throw new BrokerError('PlanMismatch');
    const { entry } = findPlan(catalog, attributes.serviceId, attributes.planId);
    const recorded = { ...attributes.context, ...request.context };
    const refusal = refusalOf(entry, consumerOf(recorded));
    if (refusal !== undefined) throw new BrokerError('NotWhitelisted', refusal);
    refuseChanges(record, request);
    if (isDeepStrictEqual(recorded, attributes.context)) return;
    await store.put({ ...record, attributes: { ...attributes, context: recorded } }, version);
  });
}

/** @throws BrokerError unless the instance is ready, by the state table (osb.md 1.14) */
export function requireReady({ state, failure }: InstanceRecord): void {
  switch (state) {
    case 'ready':
      return;
    case 'failed':
      throw new BrokerError(
        'InstanceNotUsable',
        `the service instance failed to provision${failure === undefined ? '' : ` (${failure})`}; delete it and provision again`,
      );
    case 'provisioning':
    case 'deprovisioning':
      throw new BrokerError('ConcurrencyError');
  }
}

/** Parameters are merged into those in force, so `{}` and repetitions change nothing (osb.md 4.2, 4.4). */
function refuseChanges({ attributes }: InstanceRecord, { planId, parameters }: UpdateRequest): void {
  if (planId !== undefined && planId !== attributes.planId) {
    throw new BrokerError(
      'UpdateNotSupported',
      'changing the plan of an instance is not supported in this release; provision a new instance of the other plan',
    );
  }
  if (!isDeepStrictEqual({ ...attributes.parameters, ...parameters }, attributes.parameters)) {
    throw new BrokerError(
      'UpdateNotSupported',
      'changing the parameters of an instance is not supported in this release; provision a new instance with them',
    );
  }
}
