import { labelKeyProblem, labelValueProblem } from '@mesitis/kube/selectors';
import { readString, type Field, type Format } from './fields.js';
import { MANAGED_BY_LABEL, RESERVED_PREFIX } from './labels.js';
import type { KindLabel } from './marking.js';
import type { WrappedObject } from './model.js';
import { checkObjectExpressions, METADATA } from './object-expressions.js';
import { member, requireMember, requireObject, stringMap } from './object-fields.js';
import { readObjectType, type ObjectType } from './object-kind.js';
import { checkShape } from './object-shape.js';
import { objectToJson, type ObjectNode, type PayloadNode } from './payload-node.js';
import type { Report } from './report.js';
import { OBJECT_NAME, PATH_SEGMENT, SERVICE_NAME } from './syntax.js';
import { tellsInstancesApart } from './template/check.js';
import { hasExpression } from './template/scan.js';

/** Fields of `metadata` that the cluster or a controller fills in. */
const SERVER_FIELDS = [
  ...['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp', 'selfLink'],
  ...['deletionGracePeriodSeconds', 'managedFields', 'ownerReferences', 'finalizers'],
];

/** Reads a wrapped object, whose ConfigMap's label says of what kind it is. An error means no result. */
export function readWrappedObject(
  root: Field<ObjectNode>,
  label: KindLabel,
  report: Report,
): WrappedObject | undefined {
  const type = readObjectType(root, label, report);
  checkObjectExpressions(root, type?.known, report);
  noteServerField(member(root, 'status'), report);
  const metadata = requireObject(root, 'metadata', report);
  const read = metadata === undefined ? undefined : readMetadata(metadata, type, report);
  if (type?.known !== undefined) checkShape(root, type.known, report);
  if (report.failed || type === undefined || read === undefined) return undefined;
  return { ...objectToJson(root.node), apiVersion: type.apiVersion, kind: type.kind, metadata: read };
}

function readMetadata(
  metadata: Field<ObjectNode>,
  type: ObjectType | undefined,
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
  const name = readName(metadata, nameFormat(type), report);
  if (name === undefined) return undefined;
  return {
    ...objectToJson(metadata.node),
    name,
    ...(labels === undefined ? {} : { labels }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

function nameFormat(type: ObjectType | undefined): Format {
  if (type?.known === 'Service') return SERVICE_NAME;
  return type?.apiVersion.startsWith('rbac.authorization.k8s.io/') === true ? PATH_SEGMENT : OBJECT_NAME;
}

function readName(metadata: Field<ObjectNode>, format: Format, report: Report): string | undefined {
  const generated = member(metadata, 'generateName');
  if (generated !== undefined) {
    const message = 'cannot be used, since an object must be found again by its name; write name instead';
    report.add('object-generate-name', generated, message);
    if (member(metadata, 'name') === undefined) return undefined;
  }
  const field = requireMember(metadata, 'name', 'name the object', report);
  const name = field === undefined ? undefined : readString(field, report, { format, expressions: METADATA });
  if (field !== undefined && name !== undefined && !tellsInstancesApart(name)) {
    const message =
      'is the same for every instance, so a second instance in the same namespace is refused; write ' +
      '${instance.shortId} into it, unless one is enough or provisiondata.namespace differs between instances';
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
