import type { Field } from './fields.js';
import type { WrappedKind } from './model.js';
import { requireString } from './object-fields.js';
import type { ObjectNode } from './payload-node.js';
import type { Report } from './report.js';
import { ANY_KIND, type KindLabel } from './marking.js';
import { quote } from './wording.js';

/** The six kinds that Mesitis looks into, and the apiVersion of each. */
export const API_VERSIONS: Readonly<Record<WrappedKind, string>> = {
  Deployment: 'apps/v1',
  Service: 'v1',
  Pod: 'v1',
  ReplicaSet: 'apps/v1',
  ConfigMap: 'v1',
  Secret: 'v1',
};

/** Kinds of Kubernetes that stand beside the namespaces, by API group. */
const CLUSTER_SCOPED: Readonly<Record<string, readonly string[]>> = {
  '': ['Namespace', 'Node', 'PersistentVolume', 'ComponentStatus'],
  'admissionregistration.k8s.io': [
    ...['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
    ...['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'],
    ...['MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding'],
  ],
  'apiextensions.k8s.io': ['CustomResourceDefinition'],
  'apiregistration.k8s.io': ['APIService'],
  'authentication.k8s.io': ['TokenReview', 'SelfSubjectReview'],
  'authorization.k8s.io': ['SubjectAccessReview', 'SelfSubjectAccessReview', 'SelfSubjectRulesReview'],
  'certificates.k8s.io': ['CertificateSigningRequest', 'ClusterTrustBundle'],
  'flowcontrol.apiserver.k8s.io': ['FlowSchema', 'PriorityLevelConfiguration'],
  'internal.apiserver.k8s.io': ['StorageVersion'],
  'networking.k8s.io': ['IngressClass', 'ClusterCIDR', 'IPAddress', 'ServiceCIDR'],
  'node.k8s.io': ['RuntimeClass'],
  policy: ['PodSecurityPolicy'],
  'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding'],
  'resource.k8s.io': ['DeviceClass', 'ResourceSlice'],
  'scheduling.k8s.io': ['PriorityClass'],
  'servicecatalog.k8s.io': ['ClusterServiceBroker', 'ClusterServiceClass', 'ClusterServicePlan'],
  'storage.k8s.io': ['StorageClass', 'VolumeAttachment', 'CSIDriver', 'CSINode', 'VolumeAttributesClass'],
  'storagemigration.k8s.io': ['StorageVersionMigration'],
};

/** What an object is. */
export interface ObjectType {
  apiVersion: string;
  kind: string;
  /** The kind when it is one of the six, in the API group that has it. */
  known: WrappedKind | undefined;
}

/** Reads what an object is, and whether that goes with what its ConfigMap's label says. */
export function readObjectType(
  root: Field<ObjectNode>,
  label: KindLabel,
  report: Report,
): ObjectType | undefined {
  const expected = knownKind(label);
  const apiVersion = requireString(
    root,
    'apiVersion',
    `write ${expected === undefined ? 'that of the kind' : API_VERSIONS[expected]}`,
    report,
  );
  const kind = requireString(root, 'kind', `write ${expected ?? 'the kind of the object'}`, report);
  if (kind !== undefined && !agrees(kind.text, label)) {
    report.add('object-kind', kind.field, disagreement(kind.text, label));
    return undefined;
  }
  if (apiVersion === undefined || kind === undefined) return undefined;
  const type = { apiVersion: apiVersion.text, kind: kind.text };
  if (expected !== undefined && apiVersion.text !== API_VERSIONS[expected]) {
    const message =
      `is ${quote(apiVersion.text)}; write ${API_VERSIONS[expected]} for a ${expected}, ` +
      `or label the object of another API wrapped-${ANY_KIND}`;
    report.add('object-api-version', apiVersion.field, message);
    return { ...type, known: expected };
  }
  return readOther(type, { apiVersion: apiVersion.field, kind: kind.field, root }, report);
}

function readOther(
  type: Omit<ObjectType, 'known'>,
  fields: { apiVersion: Field; kind: Field; root: Field<ObjectNode> },
  report: Report,
): ObjectType | undefined {
  const { apiVersion, kind } = type;
  const group = groupOf(apiVersion);
  const isList =
    kind === 'List' || (kind.endsWith('List') && fields.root.node.members.some(({ key }) => key === 'items'));
  if (group === undefined) {
    const message = `is ${quote(apiVersion)}; write a version such as v1, or a group and a version such as batch/v1`;
    report.add('object-api-version', fields.apiVersion, message);
  } else if (!/^[A-Za-z][-A-Za-z0-9]{0,62}$/.test(kind)) {
    report.add(
      'object-kind',
      fields.kind,
      `is ${quote(kind)}, which cannot be a kind; write it as in StatefulSet`,
    );
  } else if (isList) {
    report.add('object-list', fields.kind, 'is a list; write a ConfigMap for each object');
  } else if (CLUSTER_SCOPED[group]?.includes(kind) === true) {
    const message = `is ${kind}, which stands beside the namespaces; an instance can own only objects in a namespace`;
    report.add('object-cluster-scoped', fields.kind, message);
  }
  const known = knownKind(kind.toLowerCase());
  const isKnown = known === kind && API_VERSIONS[known] === apiVersion;
  return { ...type, known: isKnown ? known : undefined };
}

function agrees(kind: string, label: KindLabel): boolean {
  const expected = knownKind(label);
  return label === ANY_KIND || (expected === undefined ? kind.toLowerCase() === label : kind === expected);
}

function disagreement(kind: string, label: KindLabel): string {
  const expected = knownKind(label) ?? label;
  if (kind.toLowerCase() === expected.toLowerCase()) {
    return `is ${quote(kind)}, but a kind is written exactly; write ${expected}`;
  }
  const remedy = /^[A-Za-z][A-Za-z0-9]*$/.test(kind)
    ? `label it wrapped-${kind.toLowerCase()}, or correct it`
    : 'make them agree';
  return `is ${quote(kind)}, but the label mesitis/kind says ${expected}; ${remedy}`;
}

function knownKind(word: string): WrappedKind | undefined {
  return (Object.keys(API_VERSIONS) as WrappedKind[]).find((kind) => kind.toLowerCase() === word);
}

/** The API group of an apiVersion, empty for the first one; undefined when it is none. */
function groupOf(apiVersion: string): string | undefined {
  const [, group = '', version] =
    /^(?:([a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)\/)?([a-z](?:[-a-z0-9]*[a-z0-9])?)$/.exec(apiVersion) ?? [];
  return version === undefined ? undefined : group;
}
