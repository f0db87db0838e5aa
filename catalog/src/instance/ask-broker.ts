import type { ServiceInstance } from '../model/objects.js';
import { versionOf, versionToAsk } from './maintenance.js';
import { provisionDefaults } from './provision-defaults.js';
import type { Resolved } from './references.js';
import { propertiesOf, provisionRequest, updateRequest } from './requests.js';
import type { RequestFacts } from './requests.js';
import { startOperation } from './start-operation.js';
import type { Inputs, InstanceStep, InstanceWorld } from './step.js';

/** What a request is made of. */
export interface Asked {
  resolved: Resolved;
  inputs: Extract<Inputs, { ok: true }>;
  world: Pick<InstanceWorld, 'clusterId' | 'features' | 'now'>;
}

/** The status that announces a request, and once that is stored, the request. */
export function askBroker(
  operation: 'Provision' | 'Update',
  instance: ServiceInstance,
  { resolved, inputs, world }: Asked,
): InstanceStep {
  const { scope, broker, plan } = resolved;
  const before = instance.status?.externalProperties;
  const planBefore = before?.[scope.planExternalID];
  const planChanges = operation === 'Provision' || planBefore !== plan.spec.externalID;
  const version = versionToAsk(instance, plan, { planChanges });
  const inProgressProperties = propertiesOf(scope, plan, inputs.parameters, {
    userInfo: instance.spec.userInfo,
    version,
  });
  const started = startOperation(operation, instance, {
    inProgressProperties,
    now: world.now,
    defaults: world.features.servicePlanDefaults ? provisionDefaults(resolved.class, plan) : undefined,
  });
  if (started !== undefined) return { type: 'update-status', status: started };
  const facts: RequestFacts = {
    clusterId: world.clusterId,
    namespaceUid: inputs.namespaceUid,
    serviceId: resolved.class.spec.externalID,
    planId: plan.spec.externalID,
    parameters: inputs.parameters,
    version,
  };
  const request =
    operation === 'Provision'
      ? provisionRequest(instance, facts)
      : updateRequest(instance, facts, {
          planId: planBefore,
          version: versionOf(instance),
          checksum: before?.parameterChecksum ?? '',
        });
  return { type: 'call', operation, serviceClass: resolved.class, broker, request };
}
