import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '@mesitis/kube';
import type { CatalogPlan } from '../catalog/build-catalog.js';
import { findPlan } from '../catalog/find-plan.js';
import type { Delivery } from '../credential/deliver.js';
import { deliver } from '../credential/deliver.js';
import { revokeIssued } from '../credential/revoke.js';
import { BrokerError } from '../errors.js';
import type {
  BindingAttributes,
  BindingRecord,
  InstanceRecord,
  Requester,
} from '../store/instance-record.js';
import type { StoredInstance } from '../store/instance-store.js';
import { StoreUnavailable } from '../store/instance-store.js';
import { checked } from '../templates.js';
import { consumerOf, refusalOf } from '../whitelist.js';
import { requirePatience, untilSettled } from './await-operation.js';
import type { OperationContext } from './context.js';
import { bindingKey } from './context.js';
import { unlessOvertaken } from './overtaken.js';
import { put } from './provision.js';
import { isSameBinding } from './same-request.js';
import { requireReady } from './update.js';

/** What a bind request says; with a predecessor it may leave all of it to that (osb.md 1.7 R2). */
export interface RequestedBinding extends Partial<Omit<BindingAttributes, 'context'>> {
  context: JsonObject;
}

/** A bind request that is well-formed (osb.md 1.6). */
export interface BindRequest {
  instanceId: string;
  bindingId: string;
  /** The binding that this one is to replace. */
  predecessorId?: string;
  attributes: RequestedBinding;
  requestedBy?: Requester;
}

/** The outcome of a bind: whether this request made the binding or found it made, and what it delivers either way. */
export interface BindOutcome extends Delivery {
  outcome: 'created' | 'exists';
}

/**
 * Binds (osb.md 1.6, checks in the order of 2.3). Binds on one instance queue, behind whatever is going on at it too,
 * because Service Catalog never repeats a bind that was answered with ConcurrencyError. A repetition delivers the
 * credentials once more.
 * @throws BrokerError
 */
export async function bind(context: OperationContext, request: BindRequest): Promise<BindOutcome> {
  const { instanceId, attributes, predecessorId } = request;
  // Unknown ids are told before anything about the instance.
  if (predecessorId === undefined) planOf(context, attributes);
  const patience = AbortSignal.timeout(context.patienceMs);
  for (;;) {
    const outcome = await context.queue.run(instanceId, async () => {
      requirePatience(patience);
      return unlessOvertaken(async () => tryToBind(context, request));
    });
    if (outcome !== 'busy') return outcome;
    await untilSettled(context, instanceId, patience);
  }
}

async function tryToBind(context: OperationContext, request: BindRequest): Promise<BindOutcome | 'busy'> {
  const { instanceId, bindingId } = request;
  const stored = await context.store.get(instanceId);
  if (stored === undefined) throw new BrokerError('InstanceNotFound');
  const { record } = stored;
  const existing = record.bindings.find((binding) => binding.bindingId === bindingId);
  const attributes = completed(record, request, existing);
  const plan = planOf(context, attributes);
  if (existing !== undefined && !isSameBinding(existing.attributes, attributes)) {
    throw new BrokerError('BindingExists');
  }
  if (existing === undefined) requireBindable(record, plan);
  if (record.operation.state === 'in progress' && record.state !== 'deprovisioning') return 'busy';
  requireReady(record);
  return existing?.state === 'bound'
    ? { outcome: 'exists', ...(await again(context, stored, existing, plan)) }
    : { outcome: 'created', ...(await make(context, stored, newBinding(request, attributes), plan)) };
}

function planOf(
  { catalog }: OperationContext,
  { serviceId = '', planId = '' }: Pick<RequestedBinding, 'serviceId' | 'planId'>,
): CatalogPlan {
  return findPlan(catalog.current(), serviceId, planId);
}

/**
 * What the request leaves out is the predecessor's, or empty (osb.md 1.7). A repetition is completed from the binding that
 * it made, because platforms delete the predecessor right after.
 */
function completed(
  record: InstanceRecord,
  { attributes, predecessorId }: BindRequest,
  existing: BindingRecord | undefined,
): BindingAttributes {
  const inherited =
    predecessorId === undefined ? undefined : (existing ?? predecessorOf(record, predecessorId));
  const {
    serviceId = '',
    planId = '',
    parameters = {},
    ...rest
  } = { ...inherited?.attributes, ...attributes };
  return { ...rest, serviceId, planId, parameters };
}

function predecessorOf({ bindings }: InstanceRecord, predecessorId: string): BindingRecord {
  const found = bindings.find(({ bindingId, state }) => bindingId === predecessorId && state === 'bound');
  if (found === undefined) throw new BrokerError('UnknownPredecessor');
  return found;
}

function newBinding({ bindingId, requestedBy }: BindRequest, attributes: BindingAttributes): BindingRecord {
  return {
    bindingId,
    attributes,
    state: 'bound',
    ...(requestedBy === undefined ? {} : { requestedBy }),
  };
}

/** Delivers an existing binding once more, and keeps what that may have added. */
async function again(
  context: OperationContext,
  { record, version }: StoredInstance,
  binding: BindingRecord,
  plan: CatalogPlan,
): Promise<Delivery> {
  const { delivery, record: after, isChanged } = await deliver(context, record, binding, plan);
  if (isChanged) await put(context, after, version);
  return delivery;
}

async function make(
  context: OperationContext,
  stored: StoredInstance,
  binding: BindingRecord,
  plan: CatalogPlan,
): Promise<Delivery> {
  const { instanceId } = stored.record;
  // What the bind's own context leaves open is taken from the instance's.
  const asked = consumerOf({ ...stored.record.attributes.context, ...binding.attributes.context });
  const refusal = refusalOf(plan.entry, asked);
  if (refusal !== undefined) throw new BrokerError('NotWhitelisted', refusal);
  checked(plan.entry.bindParameters, binding.attributes.parameters);
  const noted = await noteBefore(context, stored, binding, plan);
  const { delivery, record } = await deliver(context, noted.record, binding, plan).catch(
    async (error: unknown) => {
      await forget(context, noted, binding.bindingId);
      throw error;
    },
  );
  await put(context, record, noted.version).catch(async (error: unknown) => {
    if (await mayBeRecorded(context, record, error)) throw error;
    await giveBack(context, record, binding.bindingId);
    throw error;
  });
  context.recentlyDeleted.remove(bindingKey(instanceId, binding.bindingId));
  return delivery;
}

/** Where a source issues something, the record has to know before (design section 3). */
async function noteBefore(
  context: OperationContext,
  { record, version }: StoredInstance,
  binding: BindingRecord,
  { entry }: CatalogPlan,
): Promise<StoredInstance> {
  const source = context.credentialSources.find(({ kind }) => kind === entry.credential.kind);
  if (source?.issues(entry.credential) !== true) return { record, version };
  return put(context, withBinding(record, { ...binding, state: 'binding' }), version);
}

function withBinding(record: InstanceRecord, binding: BindingRecord): InstanceRecord {
  const others = record.bindings.filter(({ bindingId }) => bindingId !== binding.bindingId);
  return { ...record, bindings: [...others, binding] };
}

/** A bind that failed leaves no trace (osb.md 1.1 X9). */
async function forget(
  { store }: OperationContext,
  { record, version }: StoredInstance,
  bindingId: string,
): Promise<void> {
  const bindings = record.bindings.filter((binding) => binding.bindingId !== bindingId);
  if (bindings.length < record.bindings.length) await store.put({ ...record, bindings }, version);
}

/** A store that did not answer may have written all the same; then what was issued is the binding's, and stays. */
async function mayBeRecorded(
  { store }: OperationContext,
  record: InstanceRecord,
  error: unknown,
): Promise<boolean> {
  if (!(error instanceof StoreUnavailable)) return false;
  try {
    return isDeepStrictEqual((await store.get(record.instanceId))?.record.bindings, record.bindings);
  } catch {
    return true;
  }
}

/** What was issued and could not be recorded would be nobody's. */
async function giveBack(
  { credentialSources, logger }: OperationContext,
  record: InstanceRecord,
  bindingId: string,
): Promise<void> {
  const issued = record.bindings.find((binding) => binding.bindingId === bindingId)?.issued;
  if (issued === undefined) return;
  await revokeIssued(credentialSources, issued).catch((error: unknown) => {
    logger.error({ instance: record.instanceId, binding: bindingId, err: error }, 'revoking failed');
  });
}

function requireBindable({ attributes }: InstanceRecord, { entry, serviceId, planId }: CatalogPlan): void {
  if (attributes.serviceId !== serviceId || attributes.planId !== planId) {
    throw new BrokerError(
      'PlanMismatch',
      `the instance was made from plan ${JSON.stringify(attributes.planId)} of service ${JSON.stringify(attributes.serviceId)}; bind with these`,
    );
  }
  if (!entry.bindable) {
    throw new BrokerError(
      'NotBindable',
      `offering ${entry.offering} version ${entry.version} can not be bound`,
    );
  }
}
