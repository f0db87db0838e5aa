/** The API group and version of all eight kinds. */
export const API_VERSION = 'servicecatalog.k8s.io/v1beta1';

/** The one finalizer, on objects of all kinds; `svcat --abandon` removes exactly this. */
export const FINALIZER = 'kubernetes-incubator/service-catalog';

/** The two kinds that always live in a namespace and serve both scopes. */
export const INSTANCE_KIND = 'ServiceInstance';
/** See {@link INSTANCE_KIND}. */
export const BINDING_KIND = 'ServiceBinding';

/**
 * What differs between the cluster-scoped and the namespaced half of the API: kinds and the names of fields. All
 * code is written once over a scope.
 */
export interface Scope {
  readonly namespaced: boolean;
  readonly brokerKind: 'ClusterServiceBroker' | 'ServiceBroker';
  readonly classKind: 'ClusterServiceClass' | 'ServiceClass';
  readonly planKind: 'ClusterServicePlan' | 'ServicePlan';
  /** In the spec of classes and plans. */
  readonly brokerName: 'clusterServiceBrokerName' | 'serviceBrokerName';
  /** In the spec of plans and of instances. */
  readonly classRef: 'clusterServiceClassRef' | 'serviceClassRef';
  /** In the spec of instances. */
  readonly planRef: 'clusterServicePlanRef' | 'servicePlanRef';
  /** How an instance may name its class and plan: the same style for both. */
  readonly styles: readonly ReferenceStyle[];
  /** In the properties that an instance's status keeps. */
  readonly planExternalName: 'clusterServicePlanExternalName' | 'servicePlanExternalName';
  /** See {@link Scope.planExternalName}. */
  readonly planExternalID: 'clusterServicePlanExternalID' | 'servicePlanExternalID';
  /** How `catalogRestrictions` of a broker of this scope spells a plan's class. */
  readonly planClassProperty: 'spec.clusterServiceClass.name' | 'spec.serviceClass.name';
}

/** One way to name a class and its plan: the fields of the instance, and what they are compared with. */
export interface ReferenceStyle {
  readonly by: 'externalName' | 'externalID' | 'name';
  readonly classField: ClassField;
  readonly planField: PlanField;
}

/** The fields of an instance that name its class. */
export type ClassField = `${'clusterServiceClass' | 'serviceClass'}${'ExternalName' | 'ExternalID' | 'Name'}`;
/** The fields of an instance that name its plan. */
export type PlanField = `${'clusterServicePlan' | 'servicePlan'}${'ExternalName' | 'ExternalID' | 'Name'}`;

/** ClusterServiceBroker, ClusterServiceClass, ClusterServicePlan. */
export const CLUSTER_SCOPE: Scope = {
  namespaced: false,
  brokerKind: 'ClusterServiceBroker',
  classKind: 'ClusterServiceClass',
  planKind: 'ClusterServicePlan',
  brokerName: 'clusterServiceBrokerName',
  classRef: 'clusterServiceClassRef',
  planRef: 'clusterServicePlanRef',
  styles: [
    {
      by: 'externalName',
      classField: 'clusterServiceClassExternalName',
      planField: 'clusterServicePlanExternalName',
    },
    {
      by: 'externalID',
      classField: 'clusterServiceClassExternalID',
      planField: 'clusterServicePlanExternalID',
    },
    { by: 'name', classField: 'clusterServiceClassName', planField: 'clusterServicePlanName' },
  ],
  planExternalName: 'clusterServicePlanExternalName',
  planExternalID: 'clusterServicePlanExternalID',
  planClassProperty: 'spec.clusterServiceClass.name',
};

/** ServiceBroker, ServiceClass, ServicePlan. */
export const NAMESPACED_SCOPE: Scope = {
  namespaced: true,
  brokerKind: 'ServiceBroker',
  classKind: 'ServiceClass',
  planKind: 'ServicePlan',
  brokerName: 'serviceBrokerName',
  classRef: 'serviceClassRef',
  planRef: 'servicePlanRef',
  styles: [
    { by: 'externalName', classField: 'serviceClassExternalName', planField: 'servicePlanExternalName' },
    { by: 'externalID', classField: 'serviceClassExternalID', planField: 'servicePlanExternalID' },
    { by: 'name', classField: 'serviceClassName', planField: 'servicePlanName' },
  ],
  planExternalName: 'servicePlanExternalName',
  planExternalID: 'servicePlanExternalID',
  planClassProperty: 'spec.serviceClass.name',
};

/** Both scopes, cluster first. */
export const SCOPES: readonly Scope[] = [CLUSTER_SCOPE, NAMESPACED_SCOPE];

/** The scope that a broker, class or plan kind belongs to. Throws on any other kind: that is a mistake of ours. */
export function scopeOfKind(kind: string): Scope {
  const scope = SCOPES.find((candidate) =>
    [candidate.brokerKind, candidate.classKind, candidate.planKind].some((known) => known === kind),
  );
  if (scope === undefined) throw new Error(`${kind} is neither a broker, a class nor a plan`);
  return scope;
}
