import { labelKeyProblem, labelValueProblem } from '@mesitis/kube/selectors';
import { hasExpression } from './expressions.js';
import { checkStrings, readString, type Field, type Format } from './fields.js';
import { MANAGED_BY_LABEL, RESERVED_PREFIX } from './labels.js';
import type { WrappedKind, WrappedObject } from './model.js';
import { member, requireMember, requireObject, requireString, stringMap } from './object-fields.js';
import { checkShape } from './object-shape.js';
import { objectToJson, type ObjectNode, type PayloadNode } from './payload-node.js';
import type { Report } from './report.js';
import { OBJECT_NAME, SERVICE_NAME } from './syntax.js';
import { quote } from './wording.js';

const API_VERSIONS: Readonly<Record<WrappedKind, string>> = {
  Deployment: 'apps/v1',
  Service: 'v1',
  Pod: 'v1',
  ReplicaSet: 'apps/v1',
  ConfigMap: 'v1',
  Secret: 'v1',
};

/** Fields of `metadata` that the cluster or a controller fills in. */
const SERVER_FIELDS = [
  ...['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp', 'selfLink'],
  ...['deletionGracePeriodSeconds', 'managedFields', 'ownerReferences', 'finalizers'],
];

/** Reads a wrapped object of the kind that its ConfigMap's label names. An error means no result. */
export function readWrappedObject(
  root: Field<ObjectNode>,
  kind: WrappedKind,
  report: Report,
): WrappedObject | undefined {
  checkType(root, kind, report);
  checkStrings(root, report);
  noteServerField(member(root, 'status'), report);
  const metadata = requireObject(root, 'metadata', report);
  const read = metadata === undefined ? undefined : readMetadata(metadata, kind, report);
  checkShape(root, kind, report);
  if (report.failed || read === undefined) return undefined;
  return { ...objectToJson(root.node), apiVersion: API_VERSIONS[kind], kind, metadata: read };
}

function checkType(root: Field<ObjectNode>, kind: WrappedKind, report: Report): void {
  const apiVersion = requireString(root, 'apiVersion', `write ${API_VERSIONS[kind]}`, report);
  const own = requireString(root, 'kind', `write ${kind}`, report);
  if (own !== undefined && own.text !== kind) {
    const message = `is ${quote(own.text)}, but the label mesitis/kind says ${kind}; make them agree`;
    report.add('object-kind', own.field, message);
  } else if (apiVersion !== undefined && apiVersion.text !== API_VERSIONS[kind]) {
    const message = `is ${quote(apiVersion.text)}; write ${API_VERSIONS[kind]} for a ${kind}`;
    report.add('object-api-version', apiVersion.field, message);
  }
}

function readMetadata(
  metadata: Field<ObjectNode>,
  kind: WrappedKind,
  report: Report,
): WrappedObject['metadata'] | undefined {
  for (const key of SERVER_FIELDS) noteServerField(member(metadata, key), report);
  const namespace = member(metadata, 'namespace');
  if (namespace !== undefined) {
    const message = 'is chosen by provisiondata.namespace of the catalog entry; remove it here';
    report.add('object-namespace', namespace, message);
  }
  const labels = readMap(metadata, 'labels', report);
  const annotations = readMap(metadata, 'annotations', report);
  const name = readName(metadata, kind === 'Service' ? SERVICE_NAME : OBJECT_NAME, report);
  if (name === undefined) return undefined;
  return {
    ...objectToJson(metadata.node),
    name,
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

function readName(metadata: Field<ObjectNode>, format: Format, report: Report): string | undefined {
  const generated = member(metadata, 'generateName');
  if (generated !== undefined) {
    const message = 'cannot be used, since an object must be found again by its name; write name instead';
    report.add('object-generate-name', generated, message);
    if (member(metadata, 'name') === undefined) return undefined;
  }
  const field = requireMember(metadata, 'name', 'name the object', report);
  const name = field === undefined ? undefined : readString(field, report, { format, expressions: true });
  if (field !== undefined && name !== undefined && !hasExpression(name)) {
    const message =
      'is the same for every instance, so the object can exist only once and a second instance is refused; ' +
      'keep it if one instance is enough, since expressions in names are not evaluated yet';
    report.add('object-name-fixed', field, message);
  }
  return name;
}

/** `kubectl create --dry-run -o yaml` prints some of these as null or {}: that says nothing and does no harm. */
function noteServerField(field: Field | undefined, report: Report): void {
  if (field === undefined || isNothing(field.node)) return;
  report.add('object-server-field', field, 'is filled in by the cluster; remove it');
}

function isNothing(node: PayloadNode): boolean {
  if (node.type === 'scalar') return node.value === null;
  return node.type === 'array'
    ? node.items.length === 0
    : node.members.every(({ value }) => isNothing(value));
}

/** Labels or annotations. Mesitis sets some itself: by them it knows what is its own. */
function readMap(
  metadata: Field<ObjectNode>,
  key: 'labels' | 'annotations',
  report: Report,
): Record<string, string> | undefined {
  const map = member(metadata, key);
  if (map === undefined) return undefined;
  const entries = stringMap(map, report).map(([text, field, name]): [string, string] => {
    const problem = labelKeyProblem(name);
    if (problem !== undefined) report.add('object-label', field, `has a key that ${problem}; correct it`);
    if (name.startsWith(RESERVED_PREFIX) || (key === 'labels' && name === MANAGED_BY_LABEL)) {
      report.add('object-reserved', field, 'is set by Mesitis itself; remove it');
    }
    if (key === 'labels' && !hasExpression(text)) checkLabelValue(text, field, report);
    return [name, text];
  });
  return Object.fromEntries(entries);
}

function checkLabelValue(text: string, field: Field, report: Report): void {
  const problem = labelValueProblem(text);
  if (problem !== undefined) report.add('object-label', field, `${problem}; correct it`);
}
