import type { Inputs } from '../instance/step.js';
import { addressQuery, context, parametersField } from '../instance/requests.js';
import type { InstanceAddress } from '../instance/requests.js';
import type { ServiceBinding, ServiceClass, ServiceInstance } from '../model/objects.js';
import { originatingIdentity } from '../osb/originating-identity.js';
import type { OsbRequest } from '../osb/osb.js';
import type { Features } from '../runtime/features.js';

/** What a request to bind or unbind is made of besides binding and instance. */
export interface BindingFacts {
  address: InstanceAddress;
  /** Whether the broker may take its time. */
  incomplete: boolean;
}

/**
 * Whether a broker may bind and unbind asynchronously: only where it tells the credentials afterwards (OSB,
 * `bindings_retrievable`).
 */
export function acceptsIncomplete(
  serviceClass: ServiceClass,
  { asyncBindingOperations }: Pick<Features, 'asyncBindingOperations'>,
): boolean {
  return asyncBindingOperations && serviceClass.spec.bindingRetrievable === true;
}

/** `PUT /v2/service_instances/:iid/service_bindings/:bid`. */
export function bindRequest(
  binding: ServiceBinding,
  instance: ServiceInstance,
  facts: BindingFacts & { clusterId: string; inputs: Extract<Inputs, { ok: true }> },
): OsbRequest {
  const { address, clusterId, incomplete, inputs } = facts;
  return {
    ...bindingRequest(binding, instance, 'PUT'),
    ...(incomplete ? { query: INCOMPLETE } : {}),
    body: {
      ...addressQuery(address),
      bind_resource: { app_guid: inputs.namespaceUid },
      ...parametersField(inputs.parameters),
      context: context(instance, clusterId),
    },
  };
}

/** `GET /v2/service_instances/:iid/service_bindings/:bid` (OSB 2.14): what the broker has already. */
export function fetchRequest(binding: ServiceBinding, instance: ServiceInstance): OsbRequest {
  const { originatingIdentity: _, ...request } = bindingRequest(binding, instance, 'GET');
  return request;
}

/** `GET /v2/service_instances/:iid/service_bindings/:bid/last_operation`. */
export function lastOperationRequest(
  binding: ServiceBinding,
  instance: ServiceInstance,
  address: InstanceAddress,
): OsbRequest {
  const request = bindingRequest(binding, instance, 'GET');
  const { lastOperation } = binding.status ?? {};
  return {
    ...request,
    path: [...request.path, 'last_operation'],
    query: {
      ...(lastOperation === undefined || lastOperation === '' ? {} : { operation: lastOperation }),
      ...addressQuery(address),
    },
  };
}

/** `DELETE /v2/service_instances/:iid/service_bindings/:bid`. */
export function unbindRequest(
  binding: ServiceBinding,
  instance: ServiceInstance,
  { address, incomplete }: BindingFacts,
): OsbRequest {
  return {
    ...bindingRequest(binding, instance, 'DELETE'),
    query: { ...(incomplete ? INCOMPLETE : {}), ...addressQuery(address) },
  };
}

const INCOMPLETE = { accepts_incomplete: 'true' } as const;

function bindingRequest(
  binding: ServiceBinding,
  instance: ServiceInstance,
  method: OsbRequest['method'],
): OsbRequest {
  const identity = originatingIdentity(binding.spec.userInfo);
  const [instanceId = '', bindingId = ''] = [instance.spec.externalID, binding.spec.externalID];
  return {
    method,
    path: ['v2', 'service_instances', instanceId, 'service_bindings', bindingId],
    ...(identity === undefined ? {} : { originatingIdentity: identity }),
  };
}
