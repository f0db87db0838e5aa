import type { CatalogView } from '../model/catalog-view.js';
import type { Scope } from '../model/kinds.js';
import { SCOPES } from '../model/kinds.js';
import type { ServiceBroker, ServiceClass, ServiceInstance, ServicePlan } from '../model/objects.js';
import { brokerOf, Unresolved } from './references.js';
import type { InstanceAddress } from './requests.js';

/** Where an instance lives at which broker, by the references that are set. */
export interface Residence {
  scope: Scope;
  class: ServiceClass;
  broker: ServiceBroker;
  /** Undefined when it is gone. */
  plan: ServicePlan | undefined;
  address: InstanceAddress;
}

/** Finds the broker of an instance that was, or may have been, provisioned. */
export function residenceOf(instance: ServiceInstance, catalog: CatalogView): Residence | Unresolved {
  const { spec, metadata } = instance;
  const { namespace } = metadata;
  const scope = SCOPES.find((candidate) => spec[candidate.classRef] !== undefined);
  const name = scope && spec[scope.classRef]?.name;
  if (scope === undefined || name === undefined) {
    return new Unresolved('ReferencesNonexistentServiceClass', 'The instance has no class reference');
  }
  const serviceClass = catalog.class(scope, namespace, name);
  if (serviceClass === undefined) {
    const message = `The instance references a non-existent ${scope.classKind} (K8S: "${name}")`;
    return new Unresolved('ReferencesNonexistentServiceClass', message);
  }
  const broker = brokerOf(scope, serviceClass, { catalog, namespace });
  if (broker instanceof Unresolved) return broker;
  const planName = spec[scope.planRef]?.name;
  const plan = planName === undefined ? undefined : catalog.plan(scope, namespace, planName);
  return {
    scope,
    class: serviceClass,
    broker,
    plan,
    address: { serviceId: serviceClass.spec.externalID, planId: planIdOf(instance, scope, plan) },
  };
}

/** The OSB id of the plan that the broker was told last; failing that, of the plan referred to. */
function planIdOf(
  { status }: ServiceInstance,
  scope: Scope,
  plan: ServicePlan | undefined,
): string | undefined {
  const told = (status?.inProgressProperties ?? status?.externalProperties)?.[scope.planExternalID];
  // The archived controller wrote empty texts where it knew nothing.
  return told === undefined || told === '' ? plan?.spec.externalID : told;
}
