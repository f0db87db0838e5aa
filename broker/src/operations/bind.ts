import type { CatalogPlan } from '../catalog/build-catalog.js';
import { findPlan } from '../catalog/find-plan.js';
import type { BindingCredentials } from '../credential/binding-credentials.js';
import { bindingCredentials } from '../credential/binding-credentials.js';
import { BrokerError } from '../errors.js';
import type { Endpoint } from '../provision/coordinates.js';
import type { BindingAttributes, InstanceRecord, Requester } from '../store/instance-record.js';
import { consumerOf, refusalOf } from '../whitelist.js';
import type { OperationContext } from './context.js';
import { bindingKey } from './context.js';
import { isSameBinding } from './same-request.js';
import { requireReady } from './update.js';

/** A bind request that is complete and well-formed (osb.md 1.6). */
export interface BindRequest {
  instanceId: string;
  bindingId: string;
  attributes: BindingAttributes;
  requestedBy?: Requester;
}

/** What a binding delivers. */
export interface BindingDelivery {
  credentials: BindingCredentials;
  endpoints: readonly Endpoint[];
}

/** The outcome of a bind: whether this request made the binding or found it made, and what it delivers either way. */
export interface BindOutcome extends BindingDelivery {
  outcome: 'created' | 'exists';
}

/**
 * Binds (osb.md 1.6, checks in the order of 2.3). Binds on one instance queue, because Service Catalog never repeats a
 * bind that was answered with ConcurrencyError. A repetition delivers the credentials once more.
 * @throws BrokerError
 */
export async function bind(context: OperationContext, request: BindRequest): Promise<BindOutcome> {
  const { instanceId, bindingId, attributes, requestedBy } = request;
  const plan = findPlan(context.catalog.current(), attributes.serviceId, attributes.planId);
  return context.queue.run(instanceId, async () => {
    const stored = await context.store.get(instanceId);
    if (stored === undefined) throw new BrokerError('InstanceNotFound');
    const { record, version } = stored;
    const existing = record.bindings.find((binding) => binding.bindingId === bindingId);
    if (existing !== undefined) {
      if (!isSameBinding(existing.attributes, attributes)) throw new BrokerError('BindingExists');
      requireReady(record);
      return { outcome: 'exists', ...(await deliver(context, record, plan)) };
    }
    requireBindable(record, plan);
    requireReady(record);
    // What the bind's own context leaves open is taken from the instance's.
    const refusal = refusalOf(
      plan.entry,
      consumerOf({ ...record.attributes.context, ...attributes.context }),
    );
    if (refusal !== undefined) throw new BrokerError('NotWhitelisted', refusal);
    const delivery = await deliver(context, record, plan);
    const binding = { bindingId, attributes, ...(requestedBy === undefined ? {} : { requestedBy }) };
    await context.store.put({ ...record, bindings: [...record.bindings, binding] }, version);
    context.recentlyDeleted.remove(bindingKey(instanceId, bindingId));
    return { outcome: 'created', ...delivery };
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

/** Resolves what a binding of this instance delivers. @throws BrokerError */
export async function deliver(
  context: OperationContext,
  { coordinates }: InstanceRecord,
  { entry }: CatalogPlan,
): Promise<BindingDelivery> {
  return {
    credentials: await bindingCredentials(entry.credential, coordinates, context.credentialSources),
    endpoints: coordinates.endpoints,
  };
}
