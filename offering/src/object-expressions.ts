import { checkStrings, isObject, members, type Field } from './fields.js';
import type { ObjectNode } from './payload-node.js';
import type { Report } from './report.js';
import type { ExpressionPlace } from './template/place.js';

/** Where the names of an object stand, and what people see of it. */
export const METADATA: ExpressionPlace = { isText: true };

const ANYTHING: ExpressionPlace = { generates: 'instance' };
const TEXT: ExpressionPlace = { generates: 'instance', isText: true };
const SECRET_TEXT: ExpressionPlace = { ...TEXT, isSecret: true };
const BASE64: ExpressionPlace = {
  isText: true,
  isSecret: true,
  whyNone: 'where Kubernetes reads base64; write it under stringData of a Secret',
};

/** The fields of the kinds that hold nothing but strings. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, ExpressionPlace>>>> = {
  ConfigMap: { data: TEXT, binaryData: BASE64 },
  Secret: { stringData: SECRET_TEXT, data: BASE64 },
};

/** Of these the readers of their own say what is wrong. */
const READ_ELSEWHERE = { root: ['apiVersion', 'kind'], metadata: ['name', 'namespace'] };

/** Checks the expressions of a wrapped object: in each field by what may stand there. */
export function checkObjectExpressions(
  root: Field<ObjectNode>,
  kind: string | undefined,
  report: Report,
): void {
  const fields = kind === undefined ? undefined : FIELDS[kind];
  for (const [key, field] of members(root)) {
    if (READ_ELSEWHERE.root.includes(key)) continue;
    if (key === 'metadata' && isObject(field)) checkMetadata(field, report);
    else checkStrings(field, fields?.[key] ?? ANYTHING, report);
  }
}

function checkMetadata(metadata: Field<ObjectNode>, report: Report): void {
  for (const [key, field] of members(metadata)) {
    if (!READ_ELSEWHERE.metadata.includes(key)) checkStrings(field, METADATA, report);
  }
}
