import type { CatalogPlan } from '../catalog/build-catalog.js';
import { findPlan } from '../catalog/find-plan.js';
import { begin, succeeded } from '../engine/transitions.js';
import { BrokerError } from '../errors.js';
import type {
  InstanceAttributes,
  InstanceRecord,
  InstanceShape,
  Requester,
} from '../store/instance-record.js';
import type { StoredInstance } from '../store/instance-store.js';
import { RecordTooLarge } from '../store/instance-store.js';
import { consumerName, consumerOf, refusalOf } from '../whitelist.js';
import type { Progressed, RunningOperation } from './await-operation.js';
import { awaitFinished, carryOut, runningHere } from './await-operation.js';
import type { OperationContext } from './context.js';
import { unlessOvertaken } from './overtaken.js';
import { instanceKey } from './context.js';
import { limitsOf, requireRoom } from './limits.js';
import { isSameInstance } from './same-request.js';
import { readinessOf, shapeFor } from './shape.js';

/** A provision request that is complete and well-formed. */
export interface ProvisionRequest {
  instanceId: string;
  attributes: InstanceAttributes;
  requestedBy?: Requester;
  /** `maintenance_info.version`, when sent. */
  maintenanceVersion?: string;
  /** The platform takes a 202 and polls. */
  acceptsIncomplete: boolean;
}

/** Whether this request made the instance, found it made, or began what is to be polled. */
export type ProvisionOutcome =
  | { state: 'created' }
  | { state: 'exists' }
  | Extract<Progressed, { state: 'accepted' }>;

/** What a provision request means in the state that its instance is in. */
export type ProvisionDecision = 'create' | 'repeat' | 'join' | 'exists' | 'different' | 'busy';

/** The column "PUT" of the state table (osb.md 1.14); `repeat` is a fresh attempt after one that failed. */
export function decideProvision(
  record: InstanceRecord | undefined,
  attributes: InstanceAttributes,
): ProvisionDecision {
  if (record === undefined) return 'create';
  if (!isSameInstance(record.attributes, attributes)) return 'different';
  switch (record.state) {
    case 'ready':
      return 'exists';
    case 'failed':
      return 'repeat';
    case 'provisioning':
      return 'join';
    case 'updating':
    case 'deprovisioning':
      return 'busy';
  }
}

/** What the decision led to, before anything is waited for. */
type Begun =
  | { kind: 'outcome'; outcome: ProvisionOutcome }
  | { kind: 'running'; running: RunningOperation; atOnce: boolean };

/**
 * Provisions an instance (osb.md 1.3, checks in the order of 2.3). The record is written before the first side effect;
 * what makes it ready is the engine's.
 * @throws BrokerError
 */
export async function provision(
  context: OperationContext,
  request: ProvisionRequest,
): Promise<ProvisionOutcome> {
  const { instanceId, attributes, acceptsIncomplete } = request;
  const plan = findPlan(context.catalog.current(), attributes.serviceId, attributes.planId);
  const begun = await context.queue.run(instanceId, async () =>
    unlessOvertaken(async () => decide(context, request, plan)),
  );
  if (begun.kind === 'outcome') return begun.outcome;
  const { running, atOnce } = begun;
  return created(await awaitFinished(context, running, { acceptsIncomplete, atOnce }));
}

function created(progressed: Progressed): ProvisionOutcome {
  return progressed.state === 'done' ? { state: 'created' } : progressed;
}

async function decide(
  context: OperationContext,
  request: ProvisionRequest,
  plan: CatalogPlan,
): Promise<Begun> {
  const { instanceId, attributes, acceptsIncomplete } = request;
  const stored = await context.store.get(instanceId);
  const decision = decideProvision(stored?.record, attributes);
  if (decision === 'exists') return { kind: 'outcome', outcome: { state: 'exists' } };
  if (decision === 'different') throw new BrokerError('InstanceExists');
  if (decision === 'busy') throw new BrokerError('ConcurrencyError');
  if (readinessOf(plan.entry) !== undefined && !acceptsIncomplete) throw new BrokerError('AsyncRequired');
  if (decision === 'join' && stored !== undefined) return join(context, stored, acceptsIncomplete);
  return beginProvision(context, request, plan, stored);
}

async function join(
  context: OperationContext,
  { record, version }: StoredInstance,
  acceptsIncomplete: boolean,
): Promise<Begun> {
  const running = runningHere(context, record);
  if (running !== undefined) return { kind: 'running', running, atOnce: true };
  // Another process acts on it, or none does yet after a crash: nothing to wait for here.
  if (!acceptsIncomplete) throw new BrokerError('ConcurrencyError');
  const { operation } = record;
  if (!operation.asynchronous) {
    // Who acts on it reads there that a refusal has to stay to be polled.
    await put(context, { ...record, operation: { ...operation, asynchronous: true } }, version);
  }
  return { kind: 'outcome', outcome: { state: 'accepted', operation: operation.id } };
}

async function beginProvision(
  context: OperationContext,
  request: ProvisionRequest,
  plan: CatalogPlan,
  previous: StoredInstance | undefined,
): Promise<Begun> {
  const { instanceId, attributes, maintenanceVersion } = request;
  // No plan of this release has maintenance_info, so any version is the wrong one.
  if (maintenanceVersion !== undefined) throw new BrokerError('MaintenanceInfoConflict');
  const refusal = refusalOf(plan.entry, consumerOf(attributes.context));
  if (refusal !== undefined) throw new BrokerError('NotWhitelisted', refusal);
  const shape = await shapeFor(context, plan, {
    instanceId,
    attributes,
    // A repeated attempt keeps the passwords of the first: something of that may be left.
    generated: previous?.record.generated ?? {},
  });
  const record = firstRecord(context, request, shape, previous?.record);
  const stored = await putWithinLimits(context, plan, record, previous?.version);
  context.recentlyDeleted.remove(instanceKey(instanceId));
  return record.state === 'ready'
    ? { kind: 'outcome', outcome: { state: 'created' } }
    : { kind: 'running', running: carryOut(context, stored), atOnce: record.readinessSeconds !== undefined };
}

function firstRecord(
  { engine, newId, clock }: OperationContext,
  { instanceId, attributes, requestedBy, acceptsIncomplete }: ProvisionRequest,
  shape: InstanceShape,
  previous: InstanceRecord | undefined,
): InstanceRecord {
  const operation = begin('provision', {
    id: newId(),
    holder: engine.holder,
    startedAt: Math.floor(clock() / 1000),
  });
  const leftovers = previous?.leftovers;
  const record: InstanceRecord = {
    ...shape,
    instanceId,
    ...(requestedBy === undefined ? {} : { requestedBy }),
    consumer: consumerName(consumerOf(attributes.context)),
    state: 'provisioning',
    operation: { ...operation, asynchronous: acceptsIncomplete && shape.readinessSeconds !== undefined },
    ...(leftovers === undefined ? {} : { leftovers }),
    bindings: [],
  };
  return isReadyAtOnce(record) ? succeeded(record) : record;
}

/** Where nothing is made there is nothing that a crash could interrupt, and one write is enough. */
function isReadyAtOnce({ resources, leftovers, readinessSeconds }: InstanceRecord): boolean {
  const makesNothing = resources.objects.length === 0 && resources.release === undefined;
  return makesNothing && leftovers === undefined && readinessSeconds === undefined;
}

/**
 * Writes the first record of an instance if the limits of its plan leave room. Counted before, so that a full plan costs
 * no write, and after, because another replica may have been as fast; then both may be refused, but never is one too
 * many made.
 */
async function putWithinLimits(
  context: OperationContext,
  plan: CatalogPlan,
  record: InstanceRecord,
  expected: string | undefined,
): Promise<StoredInstance> {
  const { store, limitQueue } = context;
  const limits = limitsOf(plan, record.consumer);
  // A record that exists already was counted when it came.
  if (limits.length === 0 || expected !== undefined) return put(context, record, expected);
  return limitQueue.run(plan.planId, async () => {
    await requireRoom(store, plan, limits, 0);
    const stored = await put(context, record, expected);
    try {
      await requireRoom(store, plan, limits, 1);
    } catch (error) {
      await store.delete(record.instanceId, stored.version);
      throw error;
    }
    return stored;
  });
}

/** @throws BrokerError InstanceTooLarge */
export async function put(
  { store }: Pick<OperationContext, 'store'>,
  record: InstanceRecord,
  expected: string | undefined,
): Promise<StoredInstance> {
  try {
    return { record, version: await store.put(record, expected) };
  } catch (error) {
    if (!(error instanceof RecordTooLarge)) throw error;
    throw new BrokerError(
      'InstanceTooLarge',
      `the instance does not fit into the broker's store (${error.message}); send smaller parameters, or ask the provider to split the offering`,
      { cause: error },
    );
  }
}
