import type { Scope } from './kinds.js';
import type { ClassOrPlan, ServiceBroker, ServiceClass, ServicePlan } from './objects.js';

/**
 * What decisions may look up about brokers, classes and plans. `namespace` is that of the object which refers to
 * them; cluster scope ignores it.
 */
export interface CatalogView {
  broker(scope: Scope, namespace: string, name: string): ServiceBroker | undefined;
  class(scope: Scope, namespace: string, name: string): ServiceClass | undefined;
  plan(scope: Scope, namespace: string, name: string): ServicePlan | undefined;
  /** The classes whose `spec` has this value. */
  classesBy(
    scope: Scope,
    namespace: string,
    by: 'externalName' | 'externalID',
    value: string,
  ): ServiceClass[];
  plansOfClass(scope: Scope, namespace: string, className: string): ServicePlan[];
}

/** `ClusterServiceClass (K8S: "id" ExternalName: "name")`, as every message names a class or plan. */
export function prettyName(object: ClassOrPlan): string {
  return `${object.kind} (K8S: "${object.metadata.name}" ExternalName: "${object.spec.externalName}")`;
}
