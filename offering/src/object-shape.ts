import { isObject, items, wrongType, type Field } from './fields.js';
import type { WrappedKind } from './model.js';
import { member, requireList, requireMember, requireObject, stringMap } from './object-fields.js';
import type { ObjectNode } from './payload-node.js';
import type { Report } from './report.js';
import { hasExpression } from './template/scan.js';

type Check = (root: Field<ObjectNode>, report: Report) => void;

const CHECKS: Readonly<Record<WrappedKind, Check>> = {
  Deployment: checkWorkload,
  ReplicaSet: checkWorkload,
  Pod: (root, report) => checkPodSpec(requireObject(root, 'spec', report), report),
  Service: checkService,
  ConfigMap: (root, report) => checkMaps(root, { plain: 'data', base64: 'binaryData' }, report),
  Secret: (root, report) => checkMaps(root, { plain: 'stringData', base64: 'data' }, report),
};

/** Checks the least that an object of a kind must have. The rest is for the API server to say. */
export function checkShape(root: Field<ObjectNode>, kind: WrappedKind, report: Report): void {
  CHECKS[kind](root, report);
}

function checkWorkload(root: Field<ObjectNode>, report: Report): void {
  const spec = requireObject(root, 'spec', report);
  if (spec === undefined) return;
  requireObject(spec, 'selector', report);
  const template = requireObject(spec, 'template', report);
  if (template !== undefined) checkPodSpec(requireObject(template, 'spec', report), report);
}

function checkPodSpec(spec: Field<ObjectNode> | undefined, report: Report): void {
  const containers = spec === undefined ? undefined : requireList(spec, 'containers', report);
  if (containers !== undefined) checkObjects(items(containers), report);
}

/** A headless Service and an ExternalName need no ports. */
function checkService(root: Field<ObjectNode>, report: Report): void {
  const spec = requireObject(root, 'spec', report);
  if (spec === undefined) return;
  const isPortless =
    textOf(member(spec, 'type')) === 'ExternalName' || textOf(member(spec, 'clusterIP')) === 'None';
  if (isPortless && member(spec, 'ports') === undefined) return;
  const ports = requireList(spec, 'ports', report);
  if (ports === undefined) return;
  for (const port of checkObjects(items(ports), report)) {
    const number = requireMember(port, 'port', 'write a number from 1 to 65535', report);
    if (number !== undefined) checkPort(number, report);
  }
}

function checkPort(field: Field, report: Report): void {
  const value = field.node.type === 'scalar' ? field.node.value : undefined;
  if (typeof value === 'string' && hasExpression(value)) return;
  if (typeof value !== 'number') {
    wrongType(field, 'a number, without quotes', report);
  } else if (!Number.isInteger(value) || value < 1 || value > 65535) {
    report.add('value-range', field, 'must be a whole number from 1 to 65535');
  }
}

/** RFC 4648 section 4 with padding, as the API server reads it: line breaks are passed over. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The two maps of strings that a kind has, by the key of the one that is base64 and of the one that is not. */
function checkMaps(root: Field<ObjectNode>, keys: { plain: string; base64: string }, report: Report): void {
  const plain = member(root, keys.plain);
  if (plain !== undefined) stringMap(plain, report);
  const encoded = member(root, keys.base64);
  for (const [text, field] of encoded === undefined ? [] : stringMap(encoded, report)) {
    if (hasExpression(text) || BASE64.test(text.replaceAll(/[\r\n]/g, ''))) continue;
    // The value is not quoted: it may well be a password in plain text.
    report.add('object-base64', field, `is not base64; encode it, or write it as it is under ${keys.plain}`);
  }
}

function checkObjects(fields: readonly Field[], report: Report): Field<ObjectNode>[] {
  return fields.filter((field) => {
    if (isObject(field)) return true;
    wrongType(field, 'an object', report);
    return false;
  }) as Field<ObjectNode>[];
}

function textOf(field: Field | undefined): string | undefined {
  const value = field?.node.type === 'scalar' ? field.node.value : undefined;
  return typeof value === 'string' ? value : undefined;
}
