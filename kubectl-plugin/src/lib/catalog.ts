import type { JsonObject, Kube, KubeObject, ListOptions } from '@mesitis/kube';
import { matchesWhitelist } from '@mesitis/offering/whitelist';
import { listAt, nameOf, recordAt, textAt } from './objects.js';
import { compareNames, compareVersions } from './order.js';
import { everyOf, type PlanReference } from './service-catalog.js';

/** One thing that can be provisioned: a plan with its class, as a consumer sees them. */
export interface Offering {
  /** The class's external name (`team-offering` for Mesitis): what `provision` takes. */
  offering: string;
  /** The short name, without the team; the class's external name for other brokers' offerings. */
  shortName: string;
  /** The version for Mesitis, the plan's external name for other brokers' offerings. */
  plan: string;
  /** The plan's external name. */
  planName: string;
  /** The team; undefined for other brokers' offerings. */
  team: string | undefined;
  description: string;
  /** Whether it costs nothing; undefined when the plan leaves that open. */
  free: boolean | undefined;
  /** How it is provisioned, in a consumer's words; undefined for other brokers' offerings. */
  provisionedAs: string | undefined;
  /** `ProvisionConfigMapObjects` and the like; undefined for other brokers' offerings. */
  provisionKind: string | undefined;
  /** `CredentialFromVault` and the like; undefined for other brokers' offerings. */
  credentialKind: string | undefined;
  /** Whether there is something to bind: the plan's word goes before the class's. */
  bindable: boolean;
  /** Undefined for other brokers' offerings, which are open to every namespace. */
  whitelist: string[] | undefined;
  /** The JSON Schema of the parameters that `provision` takes; undefined when the plan says nothing about them. */
  parameterSchema: JsonObject | undefined;
  /** The same for `bind`. */
  bindingSchema: JsonObject | undefined;
  scope: 'cluster' | 'namespace';
  class: KubeObject;
  object: KubeObject;
}

/** The classes and plans of both scopes. */
export interface CatalogObjects {
  clusterClasses: readonly KubeObject[];
  clusterPlans: readonly KubeObject[];
  classes: readonly KubeObject[];
  plans: readonly KubeObject[];
}

/** Which plans {@link readCatalog} reads, and how. */
export interface CatalogReading extends Pick<ListOptions, 'cached'> {
  /** Of plans. */
  labelSelector?: string | undefined;
}

/**
 * Reads what the cluster and one namespace offer, or all namespaces when none is given.
 * @throws KubeError
 */
export async function readCatalog(
  cluster: Pick<Kube, 'list'>,
  namespace: string | undefined,
  { labelSelector, ...options }: CatalogReading = {},
): Promise<CatalogObjects> {
  const [clusterClasses, clusterPlans, classes, plans] = await Promise.all([
    cluster.list(everyOf('ClusterServiceClass'), options),
    cluster.list(everyOf('ClusterServicePlan', undefined, labelSelector), options),
    cluster.list(everyOf('ServiceClass', namespace), options),
    cluster.list(everyOf('ServicePlan', namespace, labelSelector), options),
  ]);
  return {
    clusterClasses: clusterClasses.items,
    clusterPlans: clusterPlans.items,
    classes: classes.items,
    plans: plans.items,
  };
}

/** All offerings that still are in their broker's catalog, whoever may have them, sorted by name and plan. */
export function offeringsOf(objects: CatalogObjects): Offering[] {
  return [
    ...join('cluster', objects.clusterClasses, objects.clusterPlans),
    ...join('namespace', objects.classes, objects.plans),
  ].sort(
    (one, other) =>
      compareNames(one.offering, other.offering) ||
      compareVersions(one.plan, other.plan) ||
      compareNames(one.scope, other.scope),
  );
}

/** Whether a namespace may have an offering. The broker decides in the end; this is what it publishes about that. */
export function isOpenTo({ whitelist }: Offering, namespace: string): boolean {
  return whitelist === undefined || matchesWhitelist(whitelist, namespace);
}

/** `yes`, `no`, or nothing where the plan leaves it open. */
export function freeWord({ free }: Offering): string {
  return free === undefined ? '' : free ? 'yes' : 'no';
}

/** How to ask for an offering in a ServiceInstance. */
export function planReference({ scope, offering, planName }: Offering): PlanReference {
  return scope === 'cluster'
    ? { clusterServiceClassExternalName: offering, clusterServicePlanExternalName: planName }
    : { serviceClassExternalName: offering, servicePlanExternalName: planName };
}

function join(
  scope: Offering['scope'],
  classes: readonly KubeObject[],
  plans: readonly KubeObject[],
): Offering[] {
  const byClassName = new Map(
    classes.map((serviceClass) => [placeOf(serviceClass, nameOf(serviceClass)), serviceClass]),
  );
  const refKey = scope === 'cluster' ? 'clusterServiceClassRef' : 'serviceClassRef';
  return plans.flatMap((plan) => {
    const serviceClass = byClassName.get(placeOf(plan, textAt(recordAt(plan['spec'], refKey), 'name') ?? ''));
    if (serviceClass === undefined || isRemoved(plan) || isRemoved(serviceClass)) return [];
    return [offeringOf(scope, serviceClass, plan)];
  });
}

/** Classes of two namespaces may have one name. */
function placeOf({ metadata }: KubeObject, className: string): string {
  return `${metadata.namespace ?? ''}/${className}`;
}

function offeringOf(scope: Offering['scope'], serviceClass: KubeObject, plan: KubeObject): Offering {
  const offering = textAt(serviceClass['spec'], 'externalName') ?? nameOf(serviceClass);
  const planName = textAt(plan['spec'], 'externalName') ?? nameOf(plan);
  const externalMetadata = recordAt(plan['spec'], 'externalMetadata');
  const mesitis = recordAt(externalMetadata, 'mesitis');
  const provisionKind = textAt(mesitis, 'provisionKind');
  return {
    offering,
    shortName: textAt(mesitis, 'offering') ?? offering,
    plan: textAt(mesitis, 'version') ?? planName,
    planName,
    team: textAt(mesitis, 'team'),
    description: textAt(plan['spec'], 'description') ?? textAt(serviceClass['spec'], 'description') ?? '',
    free: freeOf(plan),
    provisionedAs: provisionKind === undefined ? undefined : (PROVISIONED_AS[provisionKind] ?? provisionKind),
    provisionKind,
    credentialKind: textAt(mesitis, 'credentialKind'),
    bindable: isBindable(serviceClass, plan),
    whitelist: 'mesitis' in externalMetadata ? texts(listAt(mesitis, 'whitelist')) : undefined,
    parameterSchema: schemaOf(plan, 'instanceCreateParameterSchema'),
    bindingSchema: bindingSchemaOf(plan),
    scope,
    class: serviceClass,
    object: plan,
  };
}

/** Design section 2's provision kinds in a consumer's words. */
const PROVISIONED_AS: Partial<Record<string, string>> = {
  ProvisionNonClusterURL: 'external URL',
  ProvisionExistingClusterService: 'shared service',
  ProvisionConfigMapObjects: 'own objects',
  ProvisionHelmChart: 'Helm release',
};

function freeOf(plan: KubeObject): boolean | undefined {
  const { free } = recordAt(plan, 'spec');
  return typeof free === 'boolean' ? free : undefined;
}

function isBindable(serviceClass: KubeObject, plan: KubeObject): boolean {
  const [ofPlan, ofClass] = [plan, serviceClass].map((object) => recordAt(object, 'spec')['bindable']);
  return (ofPlan ?? ofClass ?? true) !== false;
}

/** The JSON Schema of the parameters that a binding of a plan takes; undefined when the plan says nothing about them. */
export function bindingSchemaOf(plan: KubeObject): JsonObject | undefined {
  return schemaOf(plan, 'serviceBindingCreateParameterSchema');
}

function schemaOf(plan: KubeObject, field: string): JsonObject | undefined {
  const schema = recordAt(plan['spec'], field) as JsonObject;
  return Object.keys(schema).length === 0 ? undefined : schema;
}

function isRemoved(object: KubeObject): boolean {
  return recordAt(object, 'status')['removedFromBrokerCatalog'] === true;
}

function texts(values: readonly unknown[]): string[] {
  return values.filter((value) => typeof value === 'string');
}
