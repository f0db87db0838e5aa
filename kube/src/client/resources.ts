import { inClusterScope, KubeError } from '../errors.js';
import type { Json, ObjectRef } from '../port.js';

/** How a kind appears in URLs. */
export interface Resource {
  /** The last part of the path, lower case: `configmaps`. */
  plural: string;
  namespaced: boolean;
}

/** An object or a set of objects, as far as its URL depends on it. */
export type Target = Pick<ObjectRef, 'apiVersion' | 'kind' | 'namespace'> & { name?: string };

type Kinds = Readonly<Record<string, Resource>>;

const namespaced = (plural: string): Resource => ({ plural, namespaced: true });
const clusterScoped = (plural: string): Resource => ({ plural, namespaced: false });

/** Kinds whose URL never changes: knowing them saves a round trip at every start. */
const WELL_KNOWN: Readonly<Record<string, Kinds>> = {
  v1: {
    ConfigMap: namespaced('configmaps'),
    Endpoints: namespaced('endpoints'),
    Event: namespaced('events'),
    Namespace: clusterScoped('namespaces'),
    Pod: namespaced('pods'),
    Secret: namespaced('secrets'),
    Service: namespaced('services'),
    ServiceAccount: namespaced('serviceaccounts'),
  },
  'apps/v1': {
    DaemonSet: namespaced('daemonsets'),
    Deployment: namespaced('deployments'),
    ReplicaSet: namespaced('replicasets'),
    StatefulSet: namespaced('statefulsets'),
  },
  'rbac.authorization.k8s.io/v1': {
    ClusterRole: clusterScoped('clusterroles'),
    ClusterRoleBinding: clusterScoped('clusterrolebindings'),
    Role: namespaced('roles'),
    RoleBinding: namespaced('rolebindings'),
  },
  'coordination.k8s.io/v1': { Lease: namespaced('leases') },
  'admissionregistration.k8s.io/v1': {
    MutatingWebhookConfiguration: clusterScoped('mutatingwebhookconfigurations'),
    ValidatingWebhookConfiguration: clusterScoped('validatingwebhookconfigurations'),
  },
  'apiextensions.k8s.io/v1': { CustomResourceDefinition: clusterScoped('customresourcedefinitions') },
  'servicecatalog.k8s.io/v1beta1': {
    ClusterServiceBroker: clusterScoped('clusterservicebrokers'),
    ClusterServiceClass: clusterScoped('clusterserviceclasses'),
    ClusterServicePlan: clusterScoped('clusterserviceplans'),
    ServiceBinding: namespaced('servicebindings'),
    ServiceBroker: namespaced('servicebrokers'),
    ServiceClass: namespaced('serviceclasses'),
    ServiceInstance: namespaced('serviceinstances'),
    ServicePlan: namespaced('serviceplans'),
  },
};

/** Finds URLs of kinds: from the table of well-known kinds, else from the server's discovery documents, kept. */
export class Resources {
  readonly #fetch: (path: string, signal?: AbortSignal) => Promise<Json | undefined>;
  readonly #discovered = new Map<string, Kinds>();

  /** @param fetch reads a discovery document; undefined when the server has none at that path */
  constructor(fetch: (path: string, signal?: AbortSignal) => Promise<Json | undefined>) {
    this.#fetch = fetch;
  }

  /** The resource of a kind, or undefined when the server does not know it. A kind not seen before is asked for. */
  async find(apiVersion: string, kind: string, signal?: AbortSignal): Promise<Resource | undefined> {
    const known = own(WELL_KNOWN[apiVersion], kind) ?? own(this.#discovered.get(apiVersion), kind);
    if (known !== undefined) return known;
    const kinds = kindsOf(await this.#fetch(groupPath(apiVersion), signal));
    this.#discovered.set(apiVersion, kinds);
    return own(kinds, kind);
  }
}

/**
 * The path of an object (with `name`) or of a collection.
 *
 * @param needsNamespace false for a collection that may span all namespaces
 * @throws KubeError `invalid` when the name or a needed namespace is missing (the path would name a whole collection), or
 *   when a namespace is given to a kind that has none
 */
export function resourcePath(resource: Resource, target: Target, needsNamespace: boolean): string {
  const { apiVersion, kind, name } = target;
  const namespace = target.namespace === '' ? undefined : target.namespace;
  // Dropping it quietly would reach beyond the namespace that the caller meant to stay in.
  if (!resource.namespaced && namespace !== undefined) throw inClusterScope(kind);
  if (resource.namespaced && needsNamespace && namespace === undefined) {
    throw new KubeError('invalid', `${kind} "${name ?? ''}" has no namespace; set metadata.namespace.`);
  }
  if (name !== undefined && ['', '.', '..'].includes(name)) {
    throw new KubeError('invalid', `"${name}" cannot name an object of kind ${kind}; set metadata.name.`);
  }
  const segments = namespace === undefined ? [] : ['namespaces', namespace];
  segments.push(resource.plural);
  if (name !== undefined) segments.push(name);
  return [groupPath(apiVersion), ...segments.map(encodeURIComponent)].join('/');
}

/** The error for a kind that the server does not serve. */
export function unknownKind({ apiVersion, kind }: Target): KubeError {
  return new KubeError(
    'not-found',
    `The API server has no kind ${kind} in ${apiVersion}; check the spelling or install its CustomResourceDefinition.`,
  );
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function own(kinds: Kinds | undefined, kind: string): Resource | undefined {
  return kinds !== undefined && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
}

/** Reads an APIResourceList. Subresources ("pods/status") appear in it under the kind that they carry: left out. */
function kindsOf(document: Json | undefined): Kinds {
  const list = document as
    | { resources?: { name?: string; kind?: string; namespaced?: boolean }[] }
    | undefined;
  const kinds: Record<string, Resource> = {};
  for (const { name, kind, namespaced } of list?.resources ?? []) {
    if (name !== undefined && kind !== undefined && !name.includes('/')) {
      kinds[kind] = { plural: name, namespaced: namespaced === true };
    }
  }
  return kinds;
}
