import type { Inputs } from '../instance/step.js';
import { addressQuery, context, parametersField } from '../instance/requests.js';
import type { InstanceAddress } from '../instance/requests.js';
import type { ServiceBinding, ServiceClass, ServiceInstance, SideBinding } from '../model/objects.js';
import { originatingIdentity } from '../osb/originating-identity.js';
import type { OsbRequest } from '../osb/osb.js';
import type { Features } from '../runtime/features.js';

/** What a request to bind or unbind is made of besides binding and instance. */
export interface BindingFacts {
  address: InstanceAddress;
  /** Whether the broker may take its time. */
  incomplete: boolean;
  /** The OSB binding id; that of the binding in use when left out. */
  id?: string;
}

/** The OSB id of the binding in use. */
export function idAtBroker({ spec, status }: ServiceBinding): string {
  return status?.currentBindingID ?? spec.externalID ?? '';
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
  const { address, clusterId, id, incomplete, inputs } = facts;
  return {
    ...bindingRequest(binding, instance, { method: 'PUT', id }),
    ...(incomplete ? { query: INCOMPLETE } : {}),
    body: {
      ...addressQuery(address),
      bind_resource: { app_guid: inputs.namespaceUid },
      ...parametersField(inputs.parameters),
      context: context(instance, clusterId),
    },
  };
}

/**
 * The same for the successor of a binding (OSB 2.17, "Rotating a Service Binding"): what else it is to be, the broker takes
 * from the predecessor.
 */
export function rotateRequest(
  binding: ServiceBinding,
  instance: ServiceInstance,
  { address, clusterId, id, incomplete }: BindingFacts & { clusterId: string },
): OsbRequest {
  return {
    ...bindingRequest(binding, instance, { method: 'PUT', id }),
    ...(incomplete ? { query: INCOMPLETE } : {}),
    body: {
      ...addressQuery(address),
      context: context(instance, clusterId),
      predecessor_binding_id: idAtBroker(binding),
    },
  };
}

/** `GET /v2/service_instances/:iid/service_bindings/:bid` (OSB 2.14): what the broker has already. */
export function fetchRequest(binding: ServiceBinding, instance: ServiceInstance, id?: string): OsbRequest {
  const { originatingIdentity: _, ...request } = bindingRequest(binding, instance, { method: 'GET', id });
  return request;
}

/** `GET /v2/service_instances/:iid/service_bindings/:bid/last_operation`. */
export function lastOperationRequest(
  binding: ServiceBinding,
  instance: ServiceInstance,
  { address, of }: { address: InstanceAddress; of?: SideBinding },
): OsbRequest {
  const request = bindingRequest(binding, instance, { method: 'GET', id: of?.id });
  const { lastOperation } = of ?? binding.status ?? {};
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
  { address, id, incomplete }: BindingFacts,
): OsbRequest {
  return {
    ...bindingRequest(binding, instance, { method: 'DELETE', id }),
    query: { ...(incomplete ? INCOMPLETE : {}), ...addressQuery(address) },
  };
}

const INCOMPLETE = { accepts_incomplete: 'true' } as const;

function bindingRequest(
  binding: ServiceBinding,
  instance: ServiceInstance,
  { method, id = idAtBroker(binding) }: { method: OsbRequest['method']; id: string | undefined },
): OsbRequest {
  const identity = originatingIdentity(binding.spec.userInfo);
  return {
    method,
    path: ['v2', 'service_instances', instance.spec.externalID ?? '', 'service_bindings', id],
    ...(identity === undefined ? {} : { originatingIdentity: identity }),
  };
}
