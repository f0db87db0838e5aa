import type { JsonObject } from '@mesitis/kube';
import { findPlan } from '../catalog/find-plan.js';
import type { Delivery } from '../credential/deliver.js';
import { deliver } from '../credential/deliver.js';
import { BrokerError } from '../errors.js';
import type { InstanceAttributes, InstanceRecord } from '../store/instance-record.js';
import type { OperationContext } from './context.js';
import { bindingKey, instanceKey } from './context.js';
import { unlessOvertaken } from './overtaken.js';
import { put } from './provision.js';

/** A binding as fetched: what it delivers, and the parameters it was made with. */
export interface FetchedBinding extends Delivery {
  parameters: JsonObject;
}

/** Where an operation stands (osb.md 1.11). */
export interface LastOperation {
  state: 'in progress' | 'succeeded' | 'failed';
  description?: string;
  /** On a failed update or deprovision alone. */
  instanceUsable?: boolean;
  /** On a failed update alone. */
  updateRepeatable?: boolean;
}

/** Fetches an instance (osb.md 1.4). @throws BrokerError InstanceNotFound unless it is there, ConcurrencyError while updating */
export async function fetchInstance(
  { store }: OperationContext,
  instanceId: string,
): Promise<InstanceAttributes> {
  const stored = await store.get(instanceId);
  if (stored?.record.state === 'updating') throw new BrokerError('ConcurrencyError');
  if (stored?.record.state !== 'ready') throw new BrokerError('InstanceNotFound');
  return stored.record.attributes;
}

/** Fetches a binding (osb.md 1.8). @throws BrokerError BindingNotFound when there is none */
export async function fetchBinding(
  context: OperationContext,
  instanceId: string,
  bindingId: string,
): Promise<FetchedBinding> {
  // In the queue, because delivering may have to record something that is generated on the way.
  const read = async (): Promise<FetchedBinding> => {
    const stored = await context.store.get(instanceId);
    const binding = stored?.record.bindings.find((candidate) => candidate.bindingId === bindingId);
    if (stored === undefined || !isThere(stored.record) || binding?.state !== 'bound') {
      throw new BrokerError('BindingNotFound');
    }
    const { serviceId, planId, parameters } = binding.attributes;
    const plan = findPlan(context.catalog.current(), serviceId, planId);
    const { delivery, record, isChanged } = await deliver(context, stored.record, binding, plan);
    if (isChanged) await put(context, record, stored.version);
    return { ...delivery, parameters };
  };
  return context.queue.run(instanceId, async () => unlessOvertaken(read));
}

function isThere({ state }: InstanceRecord): boolean {
  return state === 'ready' || state === 'updating';
}

/** What the last operation on an instance came to: the column "last_operation" of the state table (osb.md 1.14). */
export function lastOperationOf({ operation }: InstanceRecord): LastOperation {
  const { state, type, progress, failure } = operation;
  switch (state) {
    case 'in progress':
      return { state, ...(progress === undefined ? {} : { description: progress }) };
    case 'succeeded':
      return { state };
    case 'failed':
      return { state, ...(failure === undefined ? {} : { description: failure.description }), ...hints() };
  }

  function hints(): Pick<LastOperation, 'instanceUsable' | 'updateRepeatable'> {
    const { instanceUsable, updateRepeatable } = failure ?? {};
    return {
      ...(instanceUsable === undefined || type === 'provision' ? {} : { instanceUsable }),
      ...(updateRepeatable === undefined || type !== 'update' ? {} : { updateRepeatable }),
    };
  }
}

/** An operation string that this broker gave out, with the type that it names. */
const OPERATION = /^(provision|update|deprovision)-[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** Whether the record is of a new instance under an id whose deletion the token means: a failed one keeps its record. */
function isAnother({ state, operation }: InstanceRecord, token: string | undefined): boolean {
  return state !== 'deprovisioning' && operation.id !== token;
}

/**
 * Polls an instance (osb.md 1.11). Of one that is gone, the platform's own token tells whether that is what it waits for;
 * without it, the deletion is remembered for a while.
 * @param operation what the platform sent back; foreign ones are tolerated (osb.md 2.1 trap 3)
 * @throws BrokerError InstanceGone after the deletion that the token names; InstanceNotFound when nothing is known
 */
export async function lastInstanceOperation(
  { store, recentlyDeleted }: OperationContext,
  instanceId: string,
  operation: string | undefined,
): Promise<LastOperation> {
  const stored = await store.get(instanceId);
  const type = OPERATION.exec(operation ?? '')?.[1];
  if (stored !== undefined && !(type === 'deprovision' && isAnother(stored.record, operation))) {
    return lastOperationOf(stored.record);
  }
  if (type === 'deprovision') throw new BrokerError('InstanceGone');
  if (!recentlyDeleted.has(instanceKey(instanceId))) throw new BrokerError('InstanceNotFound');
  if (type === undefined) return { state: 'succeeded' };
  return { state: 'failed', description: 'the service instance was deleted in the meantime' };
}

/** Polls a binding (osb.md 1.11). @throws BrokerError BindingNotFound when it is neither there nor lately deleted */
export async function lastBindingOperation(
  { store, recentlyDeleted }: OperationContext,
  instanceId: string,
  bindingId: string,
): Promise<LastOperation> {
  const stored = await store.get(instanceId);
  const binding = stored?.record.bindings.find((candidate) => candidate.bindingId === bindingId);
  if (binding?.state === 'binding') return { state: 'in progress' };
  if (binding !== undefined || recentlyDeleted.has(bindingKey(instanceId, bindingId)))
    return { state: 'succeeded' };
  throw new BrokerError('BindingNotFound');
}
