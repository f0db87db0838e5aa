import type { KubeObject } from '../port.js';
import { labelKeyProblem, labelValueProblem } from '../selectors/index.js';
import type { FieldProblem } from './api-errors.js';
import { asRecord, isRecord } from './json.js';
import type { ResourceKind } from './kinds.js';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const DATA_KEY = /^[-._a-zA-Z0-9]{1,253}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** What is wrong with an object, as far as every kind and the two kinds with `data` are concerned. */
export function problemsOf(kind: ResourceKind, object: KubeObject): FieldProblem[] {
  return [...nameProblems(kind, object), ...labelProblems(object), ...dataProblems(kind, object)];
}

function nameProblems(kind: ResourceKind, { metadata: { name = '' } }: KubeObject): FieldProblem[] {
  const field = 'metadata.name';
  if (name === '') return [{ field, message: 'Required value: name or generateName is required' }];
  const refused = `Invalid value: ${JSON.stringify(name)}: `;
  if (kind.group === 'rbac.authorization.k8s.io') {
    const good = name !== '.' && name !== '..' && !/[/%]/.test(name);
    return good ? [] : [{ field, message: `${refused}may not contain "/" or "%", nor be "." or ".."` }];
  }
  if (SUBDOMAIN.test(name) && name.length <= 253) return [];
  return [
    {
      field,
      message: `${refused}must be a DNS subdomain of at most 253 characters: lower-case letters, digits, "-" and "."`,
    },
  ];
}

function labelProblems({ metadata }: KubeObject): FieldProblem[] {
  return Object.entries(asRecord(metadata.labels)).flatMap(([key, value]) => {
    const valueProblem = typeof value === 'string' ? labelValueProblem(value) : 'must be a string';
    return [...labelProblem(key, labelKeyProblem(key)), ...labelProblem(value, valueProblem)];
  });
}

function labelProblem(found: unknown, problem: string | undefined): FieldProblem[] {
  if (problem === undefined) return [];
  return [{ field: 'metadata.labels', message: `Invalid value: ${JSON.stringify(found)}: ${problem}` }];
}

function dataProblems(kind: ResourceKind, object: KubeObject): FieldProblem[] {
  if (kind.group !== '' || (kind.kind !== 'ConfigMap' && kind.kind !== 'Secret')) return [];
  const { data } = object;
  if (data === undefined) return [];
  if (!isRecord(data)) return [{ field: 'data', message: 'Invalid value: must be a map of strings' }];
  return Object.entries(data).flatMap(([key, value]) => {
    const field = `data[${key}]`;
    if (!DATA_KEY.test(key)) {
      return [
        { field, message: `Invalid value: ${JSON.stringify(key)}: must be 1 to 253 of A-Z a-z 0-9 - _ .` },
      ];
    }
    if (typeof value !== 'string') return [{ field, message: 'Invalid value: must be a string' }];
    if (kind.kind === 'Secret' && !BASE64.test(value))
      return [{ field, message: 'Invalid value: must be base64' }];
    return [];
  });
}
