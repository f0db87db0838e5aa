import type { Inputs } from '../instance/step.js';
import { addressQuery, context, parametersField } from '../instance/requests.js';
import type { InstanceAddress } from '../instance/requests.js';
import type { ServiceBinding, ServiceInstance } from '../model/objects.js';
import { originatingIdentity } from '../osb/originating-identity.js';
import type { OsbRequest } from '../osb/osb.js';

/** `PUT /v2/service_instances/:iid/service_bindings/:bid`, synchronous. */
export function bindRequest(
  binding: ServiceBinding,
  instance: ServiceInstance,
  facts: { clusterId: string; address: InstanceAddress; inputs: Extract<Inputs, { ok: true }> },
): OsbRequest {
  const { address, clusterId, inputs } = facts;
  return {
    ...bindingRequest(binding, instance, 'PUT'),
    body: {
      ...addressQuery(address),
      bind_resource: { app_guid: inputs.namespaceUid },
      ...parametersField(inputs.parameters),
      context: context(instance, clusterId),
    },
  };
}

/** `DELETE /v2/service_instances/:iid/service_bindings/:bid`, synchronous. */
export function unbindRequest(
  binding: ServiceBinding,
  instance: ServiceInstance,
  address: InstanceAddress,
): OsbRequest {
  return { ...bindingRequest(binding, instance, 'DELETE'), query: addressQuery(address) };
}

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
