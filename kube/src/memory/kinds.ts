import { asRecord, asRecords, asString, asStrings } from './json.js';
import type { KubeObject } from '../port.js';

/** A column that `kubectl get` prints (`additionalPrinterColumns[]` of a CustomResourceDefinition). */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly jsonPath: string;
  readonly priority: number;
}

/** What an API server knows about one kind in one version. */
export interface ResourceKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Whether `status` is written through a subresource of its own. */
  readonly status: boolean;
  /** Whether `metadata.generation` is kept. */
  readonly generation: boolean;
  /** Whether a PUT may leave `metadata.resourceVersion` out. */
  readonly unconditionalUpdate: boolean;
  /** Defined by a CustomResourceDefinition: nothing is known about its lists. */
  readonly custom: boolean;
  readonly columns: readonly PrinterColumn[];
}

/** The kinds every API server has, as far as Mesitis and its demo meet them. */
export const BUILT_IN_KINDS: readonly ResourceKind[] = [
  builtIn('v1', 'ConfigMap', { shortNames: ['cm'] }),
  builtIn('v1', 'Secret', {}),
  builtIn('v1', 'Service', { shortNames: ['svc'], categories: ['all'], status: true }),
  builtIn('v1', 'ServiceAccount', { shortNames: ['sa'] }),
  builtIn('v1', 'Pod', { shortNames: ['po'], categories: ['all'], status: true }),
  builtIn('v1', 'Event', { shortNames: ['ev'] }),
  builtIn('v1', 'Endpoints', { shortNames: ['ep'], plural: 'endpoints', singular: 'endpoints' }),
  builtIn('v1', 'PersistentVolumeClaim', { shortNames: ['pvc'], status: true }),
  builtIn('v1', 'Namespace', { shortNames: ['ns'], namespaced: false, status: true }),
  builtIn('apps/v1', 'Deployment', workload('deploy')),
  builtIn('apps/v1', 'ReplicaSet', workload('rs')),
  builtIn('apps/v1', 'StatefulSet', workload('sts')),
  builtIn('apps/v1', 'DaemonSet', workload('ds')),
  builtIn('batch/v1', 'Job', { categories: ['all'], status: true, generation: true }),
  builtIn('rbac.authorization.k8s.io/v1', 'Role', {}),
  builtIn('rbac.authorization.k8s.io/v1', 'RoleBinding', {}),
  builtIn('rbac.authorization.k8s.io/v1', 'ClusterRole', { namespaced: false }),
  builtIn('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', { namespaced: false }),
  builtIn('coordination.k8s.io/v1', 'Lease', { unconditionalUpdate: false }),
  builtIn('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', definition()),
  builtIn('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', definition()),
  builtIn('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', definition()),
  builtIn('apiextensions.k8s.io/v1', 'CustomResourceDefinition', {
    ...definition(),
    shortNames: ['crd', 'crds'],
    status: true,
  }),
];

/** The eight kinds of `servicecatalog.k8s.io/v1beta1`, for tests that don't create their definitions first. */
export const SERVICE_CATALOG_KINDS: readonly ResourceKind[] = [
  ...['ClusterServiceBroker', 'ClusterServiceClass', 'ClusterServicePlan'].map((kind) =>
    serviceCatalog(kind, false),
  ),
  ...['ServiceBroker', 'ServiceClass', 'ServicePlan', 'ServiceInstance', 'ServiceBinding'].map((kind) =>
    serviceCatalog(kind, true),
  ),
];

/** The kinds that a CustomResourceDefinition serves, one for each served version. */
export function definedKinds(definition: KubeObject): ResourceKind[] {
  const spec = asRecord(definition['spec']);
  const names = asRecord(spec['names']);
  const kind = asString(names['kind']);
  return asRecords(spec['versions'])
    .filter((version) => version['served'] === true)
    .map((version) => {
      const status = 'status' in asRecord(version['subresources']);
      return {
        group: asString(spec['group']),
        version: asString(version['name']),
        kind,
        plural: asString(names['plural']),
        singular: asString(names['singular']) || kind.toLowerCase(),
        shortNames: asStrings(names['shortNames']),
        categories: asStrings(names['categories']),
        namespaced: spec['scope'] === 'Namespaced',
        status,
        generation: true,
        unconditionalUpdate: false,
        custom: true,
        columns: asRecords(version['additionalPrinterColumns']).map((column) => ({
          name: asString(column['name']),
          type: asString(column['type']),
          jsonPath: asString(column['jsonPath']),
          priority: typeof column['priority'] === 'number' ? column['priority'] : 0,
        })),
      };
    });
}

/** A kind nobody told about, with the plural that English gives it and without a status subresource. */
export function guessedKind(apiVersion: string, kind: string, namespaced: boolean): ResourceKind {
  return { ...builtIn(apiVersion, kind, { namespaced, generation: true }), custom: true };
}

/** `group/version`, or only the version for the core group. */
export function apiVersionOf(kind: Pick<ResourceKind, 'group' | 'version'>): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}

/** The resource as messages of the API server name it: `configmaps`, `deployments.apps`. */
export function resourceName(kind: Pick<ResourceKind, 'group' | 'plural'>): string {
  return kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
}

function builtIn(apiVersion: string, kind: string, rest: Partial<ResourceKind>): ResourceKind {
  const slash = apiVersion.indexOf('/');
  return {
    group: apiVersion.slice(0, Math.max(slash, 0)),
    version: apiVersion.slice(slash + 1),
    kind,
    plural: pluralOf(kind.toLowerCase()),
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    namespaced: true,
    status: false,
    generation: false,
    unconditionalUpdate: true,
    custom: false,
    columns: [],
    ...rest,
  };
}

function workload(shortName: string): Partial<ResourceKind> {
  return { shortNames: [shortName], categories: ['all'], status: true, generation: true };
}

function definition(): Partial<ResourceKind> {
  return { namespaced: false, generation: true, unconditionalUpdate: false };
}

function serviceCatalog(kind: string, namespaced: boolean): ResourceKind {
  const guessed = guessedKind('servicecatalog.k8s.io/v1beta1', kind, namespaced);
  return { ...guessed, categories: ['all', 'svcat'], status: true, unconditionalUpdate: false };
}

function pluralOf(singular: string): string {
  if (/(s|x|ch|sh)$/.test(singular)) return `${singular}es`;
  return /[^aeiou]y$/.test(singular) ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}
