import type { JsonObject, KubeObject, ListQuery, ObjectRef } from '@mesitis/kube';
import { recordAt, textAt } from './objects.js';

/** The API group and version of everything that the plugin creates (service-catalog API, v1beta1 is its only version). */
export const SERVICE_CATALOG = 'servicecatalog.k8s.io/v1beta1';

/** The kinds of that group that the plugin reads or writes. */
export type CatalogKind =
  | 'ClusterServiceBroker'
  | 'ServiceBroker'
  | 'ClusterServiceClass'
  | 'ClusterServicePlan'
  | 'ServiceClass'
  | 'ServicePlan'
  | 'ServiceInstance'
  | 'ServiceBinding';

/** Names a ServiceInstance. */
export function instanceRef(namespace: string, name: string): ObjectRef {
  return { apiVersion: SERVICE_CATALOG, kind: 'ServiceInstance', namespace, name };
}

/** Names a ServiceBinding. */
export function bindingRef(namespace: string, name: string): ObjectRef {
  return { apiVersion: SERVICE_CATALOG, kind: 'ServiceBinding', namespace, name };
}

/** Names a Secret. */
export function secretRef(namespace: string, name: string): ObjectRef {
  return { apiVersion: 'v1', kind: 'Secret', namespace, name };
}

/** All objects of a kind that a selector matches; in one namespace, or in all when none is given. */
export function everyOf(kind: CatalogKind, namespace?: string, labelSelector?: string): ListQuery {
  return {
    apiVersion: SERVICE_CATALOG,
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
  };
}

/** Which class and plan an instance asks for, as its author wrote it. */
export interface PlanReference {
  clusterServiceClassExternalName?: string;
  clusterServicePlanExternalName?: string;
  serviceClassExternalName?: string;
  servicePlanExternalName?: string;
}

/** The plan that the platform found for an instance; undefined as long as it has not looked. */
export function resolvedPlanRef({ metadata: { namespace }, spec }: KubeObject): ObjectRef | undefined {
  const ofCluster = textAt(recordAt(spec, 'clusterServicePlanRef'), 'name');
  if (ofCluster !== undefined) {
    return { apiVersion: SERVICE_CATALOG, kind: 'ClusterServicePlan', name: ofCluster };
  }
  const name = textAt(recordAt(spec, 'servicePlanRef'), 'name');
  if (name === undefined || namespace === undefined) return undefined;
  return { apiVersion: SERVICE_CATALOG, kind: 'ServicePlan', namespace, name };
}

/** The ServiceInstance to create. Everything else in it (ids, finalizer, references) is the platform's to fill in. */
export function newInstance(
  ref: { namespace: string; name: string },
  plan: PlanReference,
  parameters: JsonObject | undefined,
): KubeObject {
  return {
    apiVersion: SERVICE_CATALOG,
    kind: 'ServiceInstance',
    metadata: { name: ref.name, namespace: ref.namespace },
    spec: { ...plan, ...(parameters === undefined ? {} : { parameters }) },
  };
}

/** What a binding asks for. */
export interface BindingRequest {
  namespace: string;
  name: string;
  instance: string;
  secretName: string;
  /** Of the Secret; undefined leaves it to the plan. */
  format: 'opaque' | 'servicebinding' | undefined;
  parameters: JsonObject | undefined;
}

/** The ServiceBinding to create. */
export function newBinding(request: BindingRequest): KubeObject {
  const { instance, secretName, format, parameters } = request;
  const annotations = format === undefined ? {} : { annotations: { 'mesitis/secret-format': format } };
  return {
    apiVersion: SERVICE_CATALOG,
    kind: 'ServiceBinding',
    metadata: { name: request.name, namespace: request.namespace, ...annotations },
    spec: {
      instanceRef: { name: instance },
      secretName,
      ...(parameters === undefined ? {} : { parameters }),
    },
  };
}

/** The name of the instance that a binding belongs to. */
export function instanceNameOf(binding: KubeObject): string {
  return textAt(recordAt(binding['spec'], 'instanceRef'), 'name') ?? '';
}

/** The name of the Secret that a binding fills; the binding's own name unless it says otherwise. */
export function secretNameOf(binding: KubeObject): string {
  return textAt(binding['spec'], 'secretName') ?? binding.metadata.name ?? '';
}

/** The bindings of one instance. */
export function bindingsOf(instance: string, bindings: readonly KubeObject[]): KubeObject[] {
  return bindings.filter((binding) => instanceNameOf(binding) === instance);
}

/**
 * What an instance asks for, in whichever of the API's spellings it was written, as `provision` would take it:
 * `OFFERING:PLAN`, or `OFFERING` when it leaves the plan open. Of a Mesitis plan only the version is shown, as the
 * rest of its name (`team-offering-version`) repeats the offering's.
 */
export function requestedOffering(instance: KubeObject): string {
  const { spec } = instance;
  const first = (keys: string[]): string => {
    for (const key of keys) {
      const value = textAt(spec, key);
      if (value !== undefined) return value;
    }
    return '';
  };
  const spellings = (thing: string): string[] =>
    ['ExternalName', 'ExternalID', 'Name'].flatMap((suffix) => [
      `clusterService${thing}${suffix}`,
      `service${thing}${suffix}`,
    ]);
  const offering = first(spellings('Class'));
  const plan = first(spellings('Plan'));
  if (plan === '') return offering;
  return `${offering}:${plan.startsWith(`${offering}-`) ? plan.slice(offering.length + 1) : plan}`;
}
