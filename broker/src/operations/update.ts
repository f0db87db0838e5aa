import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '@mesitis/kube';
import type { CatalogPlan } from '../catalog/build-catalog.js';
import { findPlan, requireService } from '../catalog/find-plan.js';
import { begin, errorOf } from '../engine/transitions.js';
import { BrokerError } from '../errors.js';
import type { InstanceAttributes, InstanceRecord, InstanceShape } from '../store/instance-record.js';
import type { StoredInstance } from '../store/instance-store.js';
import { consumerOf, refusalOf } from '../whitelist.js';
import type { Progressed, RunningOperation } from './await-operation.js';
import { awaitFinished, carryOut, runningHere } from './await-operation.js';
import type { OperationContext } from './context.js';
import { unlessOvertaken } from './overtaken.js';
import { limitsOf, requireRoom } from './limits.js';
import { put } from './provision.js';
import { readinessOf, shapeFor } from './shape.js';

/** An update request that is well-formed (osb.md 1.5). */
export interface UpdateRequest {
  instanceId: string;
  serviceId: string;
  planId?: string;
  context?: JsonObject;
  parameters?: JsonObject;
  maintenanceVersion?: string;
  acceptsIncomplete: boolean;
}

/** What the decision led to, before anything is waited for. */
type Begun =
  | { kind: 'done' }
  | { kind: 'accepted'; operation: string }
  | { kind: 'running'; running: RunningOperation; atOnce: boolean };

/**
 * Updates an instance: another plan of its service, other parameters, another context (osb.md 1.5). Only what differs is
 * applied; when that fails, the state before is restored and the answer says so.
 * @throws BrokerError
 */
export async function update(context: OperationContext, request: UpdateRequest): Promise<Progressed> {
  const { instanceId, acceptsIncomplete } = request;
  const begun = await context.queue.run(instanceId, async () =>
    unlessOvertaken(async () => decide(context, request)),
  );
  switch (begun.kind) {
    case 'done':
      return { state: 'done' };
    case 'accepted':
      return { state: 'accepted', operation: begun.operation };
    case 'running':
      return awaitFinished(context, begun.running, { acceptsIncomplete, atOnce: begun.atOnce });
  }
}

async function decide(context: OperationContext, request: UpdateRequest): Promise<Begun> {
  const catalog = context.catalog.current();
  requireService(catalog, request.serviceId);
  if (request.planId !== undefined) findPlan(catalog, request.serviceId, request.planId);
  const stored = await context.store.get(request.instanceId);
  if (stored === undefined) throw new BrokerError('InstanceNotFound');
  const { record } = stored;
  if (record.attributes.serviceId !== request.serviceId) throw new BrokerError('PlanMismatch');
  if (record.state === 'updating') return join(context, request, record);
  requireReady(record);
  const wanted = wantedAttributes(record.attributes, request);
  const plan = findPlan(catalog, wanted.serviceId, wanted.planId);
  if (request.maintenanceVersion !== undefined) throw new BrokerError('MaintenanceInfoConflict');
  const refusal = refusalOf(plan.entry, consumerOf(wanted.context));
  if (refusal !== undefined) throw new BrokerError('NotWhitelisted', refusal);
  // What an update that failed left behind is mended by the next one, though it asks for what the record says.
  return isSameInstanceShape(record.attributes, wanted) && record.leftovers === undefined
    ? recordContext(context, stored, wanted)
    : beginUpdate(context, { stored, wanted, plan, acceptsIncomplete: request.acceptsIncomplete });
}

/** Parameters are merged into those in force, so `{}` and repetitions change nothing (osb.md 4.2, 4.4). */
function wantedAttributes(
  current: InstanceAttributes,
  { planId, parameters, context }: UpdateRequest,
): InstanceAttributes {
  return {
    ...current,
    planId: planId ?? current.planId,
    parameters: { ...current.parameters, ...parameters },
    context: { ...current.context, ...context },
  };
}

function isSameInstanceShape(a: InstanceAttributes, b: InstanceAttributes): boolean {
  return a.planId === b.planId && isDeepStrictEqual(a.parameters, b.parameters);
}

/** A changed context (another name, new annotations) changes nothing that was made: names are given once. */
async function recordContext(
  context: OperationContext,
  { record, version }: StoredInstance,
  attributes: InstanceAttributes,
): Promise<Begun> {
  if (!isDeepStrictEqual(record.attributes, attributes))
    await put(context, { ...record, attributes }, version);
  return { kind: 'done' };
}

function join(context: OperationContext, request: UpdateRequest, record: InstanceRecord): Begun {
  const { operation, target } = record;
  const isSame =
    target !== undefined &&
    isSameInstanceShape(target.attributes, wantedAttributes(target.attributes, request)) &&
    operation.direction === 'forward';
  if (!isSame) throw new BrokerError('ConcurrencyError');
  if (target.readinessSeconds !== undefined && !request.acceptsIncomplete) {
    throw new BrokerError('AsyncRequired');
  }
  const running = runningHere(context, record);
  if (running !== undefined) return { kind: 'running', running, atOnce: true };
  // Another process acts on it, whose failure is recorded in any case.
  if (!request.acceptsIncomplete) throw new BrokerError('ConcurrencyError');
  return { kind: 'accepted', operation: operation.id };
}

/** An update that is allowed and changes something. */
interface Change {
  stored: StoredInstance;
  wanted: InstanceAttributes;
  plan: CatalogPlan;
  acceptsIncomplete: boolean;
}

async function beginUpdate(
  context: OperationContext,
  { stored: { record, version }, wanted, plan, acceptsIncomplete }: Change,
): Promise<Begun> {
  const atOnce = readinessOf(plan.entry) !== undefined;
  if (atOnce && !acceptsIncomplete) throw new BrokerError('AsyncRequired');
  refuseOtherKind(record, plan);
  const { instanceId } = record;
  const target = await shapeFor(context, plan, {
    instanceId,
    attributes: wanted,
    generated: record.generated,
  });
  if (wanted.planId !== record.attributes.planId) {
    await requireRoom(context.store, plan, limitsOf(plan, record.consumer), 0);
  }
  const operation = begin('update', {
    id: context.newId(),
    holder: context.engine.holder,
    startedAt: Math.floor(context.clock() / 1000),
  });
  if (changesNothing(record, target) && !atOnce) {
    const { holder, ...settled } = operation;
    await put(context, { ...record, ...target, operation: { ...settled, state: 'succeeded' } }, version);
    return { kind: 'done' };
  }
  const updating: InstanceRecord = {
    ...record,
    state: 'updating',
    operation: { ...operation, asynchronous: atOnce },
    target,
  };
  return { kind: 'running', running: carryOut(context, await put(context, updating, version)), atOnce };
}

/** Where nothing is made, or all stays as it was made, there is nothing that a crash could interrupt. */
function changesNothing(record: InstanceRecord, target: InstanceShape): boolean {
  const { objects, release } = target.resources;
  if (record.leftovers !== undefined) return false;
  return isDeepStrictEqual([objects, release], [record.resources.objects, record.resources.release]);
}

function refuseOtherKind(record: InstanceRecord, { entry }: CatalogPlan): void {
  if (entry.provision.kind === record.provisionKind) return;
  throw new BrokerError(
    'UpdateNotSupported',
    `an instance can not change from ${record.provisionKind} to ${entry.provision.kind}; provision a new instance of the other plan`,
    { updateRepeatable: false },
  );
}

/** @throws BrokerError unless the instance is ready, by the state table (osb.md 1.14) */
export function requireReady(record: InstanceRecord): void {
  const { state, operation } = record;
  switch (state) {
    case 'ready':
      return;
    case 'failed': {
      const why = operation.failure === undefined ? '' : ` (${errorOf(operation.failure).message})`;
      throw new BrokerError(
        'InstanceNotUsable',
        `the service instance failed to provision${why}; delete it and provision again`,
      );
    }
    case 'provisioning':
    case 'updating':
    case 'deprovisioning':
      throw new BrokerError('ConcurrencyError');
  }
}
