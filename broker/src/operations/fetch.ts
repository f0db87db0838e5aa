import type { JsonObject } from '@mesitis/kube';
import { findPlan } from '../catalog/find-plan.js';
import { BrokerError } from '../errors.js';
import type { InstanceAttributes, InstanceRecord } from '../store/instance-record.js';
import type { BindingDelivery } from './bind.js';
import { deliver } from './bind.js';
import type { OperationContext } from './context.js';
import { bindingKey, instanceKey } from './context.js';

/** A binding as fetched: what it delivers, and the parameters it was made with. */
export interface FetchedBinding extends BindingDelivery {
  parameters: JsonObject;
}

/** Where an operation stands (osb.md 1.11). */
export interface LastOperation {
  state: 'in progress' | 'succeeded' | 'failed';
  description?: string;
  /** On a failed deprovision alone. */
  instanceUsable?: boolean;
}

/** Fetches an instance (osb.md 1.4). @throws BrokerError InstanceNotFound unless it is ready */
export async function fetchInstance(
  { store }: OperationContext,
  instanceId: string,
): Promise<InstanceAttributes> {
  const stored = await store.get(instanceId);
  if (stored?.record.state !== 'ready') throw new BrokerError('InstanceNotFound');
  return stored.record.attributes;
}

/** Fetches a binding (osb.md 1.8). @throws BrokerError BindingNotFound when there is none */
export async function fetchBinding(
  context: OperationContext,
  instanceId: string,
  bindingId: string,
): Promise<FetchedBinding> {
  const stored = await context.store.get(instanceId);
  const binding = stored?.record.bindings.find((candidate) => candidate.bindingId === bindingId);
  if (stored?.record.state !== 'ready' || binding === undefined) throw new BrokerError('BindingNotFound');
  const { serviceId, planId, parameters } = binding.attributes;
  const plan = findPlan(context.catalog.current(), serviceId, planId);
  return { ...(await deliver(context, stored.record, plan)), parameters };
}

/** What the last operation on an instance came to: the column "last_operation" of the state table (osb.md 1.14). */
export function lastOperationOf(record: InstanceRecord): LastOperation {
  const description = record.failure === undefined ? {} : { description: record.failure };
  switch (record.state) {
    case 'provisioning':
      return { state: 'in progress' };
    case 'ready':
      return { state: 'succeeded' };
    case 'failed':
      return { state: 'failed', ...description };
    case 'deprovisioning':
      return record.failure === undefined
        ? { state: 'in progress' }
        : { state: 'failed', ...description, instanceUsable: false };
  }
}

/** Polls an instance (osb.md 1.11). @throws BrokerError InstanceNotFound when it is neither there nor lately deleted */
export async function lastInstanceOperation(
  { store, recentlyDeleted }: OperationContext,
  instanceId: string,
): Promise<LastOperation> {
  const stored = await store.get(instanceId);
  if (stored !== undefined) return lastOperationOf(stored.record);
  if (recentlyDeleted.has(instanceKey(instanceId))) return { state: 'succeeded' };
  throw new BrokerError('InstanceNotFound');
}

/** Polls a binding (osb.md 1.11). @throws BrokerError BindingNotFound when it is neither there nor lately deleted */
export async function lastBindingOperation(
  { store, recentlyDeleted }: OperationContext,
  instanceId: string,
  bindingId: string,
): Promise<LastOperation> {
  const stored = await store.get(instanceId);
  const exists = stored?.record.bindings.some((binding) => binding.bindingId === bindingId) === true;
  if (exists || recentlyDeleted.has(bindingKey(instanceId, bindingId))) return { state: 'succeeded' };
  throw new BrokerError('BindingNotFound');
}
