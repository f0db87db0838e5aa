import type { JsonObject, KubeObject } from '@mesitis/kube';

/** Objects as a cluster holds them, for tests. */

const API_VERSION = 'servicecatalog.k8s.io/v1beta1';

/** What a test wants to differ in a plan. */
export interface PlanFixture {
  team?: string;
  offering?: string;
  version?: string;
  whitelist?: string[];
  description?: string;
  provisionKind?: string;
  removed?: boolean;
  parameterSchema?: JsonObject;
  bindingSchema?: JsonObject;
  credentialKind?: string;
  bindable?: boolean;
  free?: boolean;
  /** `externalMetadata` of the class. */
  metadata?: JsonObject;
}

/** A Mesitis offering with one plan: its ClusterServiceClass and ClusterServicePlan. */
export function clusterOffering(fixture: PlanFixture = {}): KubeObject[] {
  const { team = 'api', offering = 'api-service', version = '1' } = fixture;
  return [
    {
      apiVersion: API_VERSION,
      kind: 'ClusterServiceClass',
      metadata: { name: `class-${team}-${offering}` },
      spec: {
        clusterServiceBrokerName: team,
        externalName: `${team}-${offering}`,
        description: 'An offering',
        externalMetadata: fixture.metadata ?? {},
      },
    },
    clusterPlan({ ...fixture, team, offering, version }),
  ];
}

/** One more plan of a Mesitis offering. */
export function clusterPlan(fixture: PlanFixture = {}): KubeObject {
  const {
    team = 'api',
    offering = 'api-service',
    version = '1',
    whitelist = ['client-ns'],
    description = 'An api service offered by the API team',
    provisionKind = 'ProvisionConfigMapObjects',
    removed = false,
    credentialKind = 'CredentialFromCatalog',
    bindable = true,
    free = true,
  } = fixture;
  return {
    apiVersion: API_VERSION,
    kind: 'ClusterServicePlan',
    metadata: { name: `plan-${team}-${offering}-${version}` },
    spec: {
      clusterServiceBrokerName: team,
      clusterServiceClassRef: { name: `class-${team}-${offering}` },
      externalName: `${team}-${offering}-${version}`,
      description,
      ...schemasOf(fixture),
      bindable,
      free,
      externalMetadata: { mesitis: { team, offering, version, whitelist, provisionKind, credentialKind } },
    },
    status: { removedFromBrokerCatalog: removed },
  };
}

function schemasOf({ parameterSchema, bindingSchema }: PlanFixture): JsonObject {
  return {
    ...(parameterSchema === undefined ? {} : { instanceCreateParameterSchema: parameterSchema }),
    ...(bindingSchema === undefined ? {} : { serviceBindingCreateParameterSchema: bindingSchema }),
  };
}

/** An offering of another broker, in one namespace. */
export function foreignOffering(namespace = 'client-ns', name = 'mysql'): KubeObject[] {
  return [
    {
      apiVersion: API_VERSION,
      kind: 'ServiceClass',
      metadata: { name: `${name}-class`, namespace },
      spec: { serviceBrokerName: 'other', externalName: name, description: 'MySQL' },
    },
    {
      apiVersion: API_VERSION,
      kind: 'ServicePlan',
      metadata: { name: `${name}-plan`, namespace },
      spec: {
        serviceBrokerName: 'other',
        serviceClassRef: { name: `${name}-class` },
        externalName: 'small',
        description: 'A small MySQL',
      },
    },
  ];
}

/** The condition `Ready` with a reason and message. */
export function ready(status: 'True' | 'False' | 'Unknown', reason: string, message = ''): JsonObject {
  return { type: 'Ready', status, reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' };
}

/** The condition `Failed`. */
export function failed(reason: string, message = ''): JsonObject {
  return { type: 'Failed', status: 'True', reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' };
}

/** A ServiceInstance in `client-ns`; ready unless other conditions are given. */
export function instance(
  name = 'api-service',
  conditions: JsonObject[] = [
    ready('True', 'ProvisionedSuccessfully', 'The instance was provisioned successfully'),
  ],
): KubeObject {
  return {
    apiVersion: API_VERSION,
    kind: 'ServiceInstance',
    metadata: { name, namespace: 'client-ns' },
    spec: {
      clusterServiceClassExternalName: 'api-api-service',
      clusterServicePlanExternalName: 'api-api-service-1',
    },
    status: { conditions },
  };
}

/** A ServiceBinding in `client-ns`; ready unless other conditions are given. */
export function binding(
  name = 'api-service',
  instanceName = 'api-service',
  conditions: JsonObject[] = [ready('True', 'InjectedBindResult', 'Injected bind result')],
): KubeObject {
  return {
    apiVersion: API_VERSION,
    kind: 'ServiceBinding',
    metadata: { name, namespace: 'client-ns' },
    spec: { instanceRef: { name: instanceName }, secretName: name },
    status: { conditions },
  };
}

/** A Secret in `client-ns` from plain text values. */
export function secret(name: string, values: Record<string, string>): KubeObject {
  const data = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'client-ns' },
    type: 'Opaque',
    data: Object.fromEntries(data) as JsonObject,
  };
}
