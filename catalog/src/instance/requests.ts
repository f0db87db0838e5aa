import type { JsonObject } from '@mesitis/kube';
import type { Parameters } from '../model/parameters.js';
import type { Scope } from '../model/kinds.js';
import type { InstanceProperties, ServiceInstance, ServicePlan } from '../model/objects.js';
import type { OsbRequest } from '../osb/osb.js';
import { originatingIdentity } from '../osb/originating-identity.js';

/** What had to be looked up for a request besides the instance. */
export interface RequestFacts {
  clusterId: string;
  namespaceUid: string;
  /** OSB service id. */
  serviceId: string;
  /** OSB plan id of what is asked for. */
  planId: string;
  parameters: Parameters;
  /** The version of the plan to be at; undefined when it is the broker's choice. */
  version: string | undefined;
}

/** Where an instance is at the broker, for requests that need no more. */
export interface InstanceAddress {
  serviceId: string;
  /** Undefined when nobody recorded it; then it is left out. */
  planId: string | undefined;
}

/** `PUT /v2/service_instances/:id`. */
export function provisionRequest(instance: ServiceInstance, facts: RequestFacts): OsbRequest {
  return {
    ...instanceRequest(instance, 'PUT'),
    query: { accepts_incomplete: 'true' },
    body: {
      service_id: facts.serviceId,
      plan_id: facts.planId,
      organization_guid: facts.clusterId,
      space_guid: facts.namespaceUid,
      ...parametersField(facts.parameters),
      ...maintenanceField(facts.version),
      context: context(instance, facts.clusterId),
    },
  };
}

/**
 * `PATCH /v2/service_instances/:id`: what changed against `before`. Parameters that were all taken away are sent as
 * an empty object, or the broker would keep the old ones.
 */
export function updateRequest(
  instance: ServiceInstance,
  facts: RequestFacts,
  before: { planId: string | undefined; checksum: string; version: string | undefined },
): OsbRequest {
  return {
    ...instanceRequest(instance, 'PATCH'),
    query: { accepts_incomplete: 'true' },
    body: {
      service_id: facts.serviceId,
      ...(facts.planId === before.planId ? {} : { plan_id: facts.planId }),
      ...(facts.parameters.checksum === before.checksum ? {} : { parameters: facts.parameters.values }),
      ...(facts.version === before.version && facts.planId === before.planId
        ? {}
        : maintenanceField(facts.version)),
      context: context(instance, facts.clusterId),
      previous_values: {
        service_id: facts.serviceId,
        ...(before.planId === undefined ? {} : { plan_id: before.planId }),
        ...maintenanceField(before.version),
      },
    },
  };
}

/** `DELETE /v2/service_instances/:id`. */
export function deprovisionRequest(instance: ServiceInstance, address: InstanceAddress): OsbRequest {
  return {
    ...instanceRequest(instance, 'DELETE'),
    query: { accepts_incomplete: 'true', ...addressQuery(address) },
  };
}

/** `GET /v2/service_instances/:id/last_operation`. */
export function lastOperationRequest(instance: ServiceInstance, address: InstanceAddress): OsbRequest {
  const request = instanceRequest(instance, 'GET');
  const { lastOperation } = instance.status ?? {};
  return {
    ...request,
    path: [...request.path, 'last_operation'],
    query: {
      ...(lastOperation === undefined || lastOperation === '' ? {} : { operation: lastOperation }),
      ...addressQuery(address),
    },
  };
}

/** `status.inProgressProperties` for a plan and parameters. */
export function propertiesOf(
  scope: Scope,
  plan: ServicePlan,
  parameters: Parameters,
  { userInfo, version }: { userInfo: InstanceProperties['userInfo']; version: string | undefined },
): InstanceProperties {
  return {
    [scope.planExternalName]: plan.spec.externalName,
    [scope.planExternalID]: plan.spec.externalID,
    ...(parameters.checksum === ''
      ? {}
      : { parameters: parameters.redacted, parameterChecksum: parameters.checksum }),
    ...(userInfo === undefined ? {} : { userInfo }),
    ...(version === undefined ? {} : { maintenanceInfo: { version } }),
  };
}

/** The OSB `context` of platform kubernetes; bindings send the same. */
export function context(instance: ServiceInstance, clusterId: string): JsonObject {
  return {
    platform: 'kubernetes',
    namespace: instance.metadata.namespace,
    clusterid: clusterId,
    instance_name: instance.metadata.name,
  };
}

/** `parameters` when there are any: an empty object is left out of first requests. */
export function parametersField({ checksum, values }: Parameters): { parameters?: JsonObject } {
  return checksum === '' ? {} : { parameters: values };
}

function maintenanceField(version: string | undefined): { maintenance_info?: JsonObject } {
  return version === undefined ? {} : { maintenance_info: { version } };
}

/** `service_id` and `plan_id` of requests without a body. */
export function addressQuery({ serviceId, planId }: InstanceAddress): Record<string, string> {
  return { service_id: serviceId, ...(planId === undefined ? {} : { plan_id: planId }) };
}

function instanceRequest(instance: ServiceInstance, method: OsbRequest['method']): OsbRequest {
  const identity = originatingIdentity(instance.spec.userInfo);
  return {
    method,
    path: ['v2', 'service_instances', instance.spec.externalID ?? ''],
    ...(identity === undefined ? {} : { originatingIdentity: identity }),
  };
}
