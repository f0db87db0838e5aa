import type { JsonObject } from '@mesitis/kube';
import {
  CLUSTER_RULES,
  formatViolations,
  LABELS,
  parseProviderConfigMap,
  type Parsed,
  type ProviderConfigMap,
  type ProviderConfiguration,
  type Violation,
} from '@mesitis/offering';
import type { AdmissionRequest, Decision } from './admission.js';
import { isObject } from './json.js';

/** What the checks judge: a ConfigMap labelled `mesitis/kind`, and what offering makes of it. */
export interface Subject {
  configMap: ProviderConfigMap;
  parsed: Parsed<ProviderConfiguration>;
}

/** One named rule or family of rules. `judge` is pure and returns everything that it has to say, errors and warnings. */
export interface Check {
  readonly name: string;
  judge(subject: Subject): Violation[];
}

/** What this installation asks of a provider ConfigMap. */
export interface Policy {
  readonly checks: readonly Check[];
}

/** Every rule of offering: the payload's syntax and schema, kind, enabled, order, the embedded object and its label. */
export const shape: Check = {
  name: 'shape',
  judge: ({ parsed }) => (parsed.ok ? parsed.warnings : parsed.violations),
};

/** The rules for provider ConfigMaps (design section 4). */
export const PROVIDER_POLICY: Policy = { checks: [shape] };

/** What is to be judged of a request that is not exempt; undefined when it holds no object. */
export function subjectOf({ object }: AdmissionRequest): Subject | undefined {
  if (!isObject(object)) return undefined;
  // Whatever the object holds: offering takes any value for a ConfigMap and says what is wrong with it.
  const configMap = object as unknown as ProviderConfigMap;
  return { configMap, parsed: parseProviderConfigMap(configMap) };
}

/** All that the checks of a policy say of a ConfigMap. */
export function judgeSubject(subject: Subject, { checks }: Policy): Violation[] {
  return checks.flatMap((check) => check.judge(subject));
}

/** The decision to which violations come. Only who lacks nothing but rights is told that this is forbidden. */
export function decisionOf(violations: readonly Violation[]): Decision {
  const errors = violations.filter(({ severity }) => severity === 'error');
  const warnings = warningLines(violations.filter(({ severity }) => severity === 'warning'));
  const rules = [...new Set(violations.map(({ rule }) => rule))].sort();
  if (errors.length === 0) return { allowed: true, warnings, rules };
  const code = errors.every(({ rule }) => ABOUT_RIGHTS.has(rule)) ? 403 : 422;
  return { allowed: false, code, message: formatViolations(errors), warnings, rules };
}

const ABOUT_RIGHTS: ReadonlySet<string> = new Set([
  CLUSTER_RULES['author-right'].id,
  CLUSTER_RULES['author-unchecked'].id,
]);

/** Whether a request is none to judge: it stores no provider ConfigMap, or only lets one go. */
export function isExempt(request: AdmissionRequest): boolean {
  return EXEMPTIONS.some((exempts) => exempts(request));
}

/** Reasons to let a request pass unjudged. The registration keeps most of them away, but it may be edited. */
const EXEMPTIONS: readonly ((request: AdmissionRequest) => boolean)[] = [
  // The others store nothing new.
  ({ operation }) => operation !== 'CREATE' && operation !== 'UPDATE',
  isOfAnotherKind,
  // An object selector matches the old object too, so the update that takes our label off comes here.
  ({ object }) => isObject(object) && !isProviderConfigMap(object),
  // Taking a finalizer off is an update: refused, a bad ConfigMap could never be deleted.
  ({ object }) => isObject(object) && isBeingDeleted(object),
];

/** Whether a request, although it stores no provider ConfigMap, takes back what one published. */
export function takesBack(request: AdmissionRequest): boolean {
  const { operation, object, oldObject } = request;
  if (isOfAnotherKind(request) || !isObject(oldObject)) return false;
  if (!isProviderConfigMap(oldObject) || isBeingDeleted(oldObject)) return false;
  if (operation === 'DELETE') return true;
  return operation === 'UPDATE' && isObject(object) && !isBeingDeleted(object);
}

/** Whether an object carries the label by which ConfigMaps are meant for Mesitis. */
export function isProviderConfigMap(object: JsonObject): boolean {
  return LABELS.kind in labelsOf(object);
}

function isOfAnotherKind({ kind, subResource = '' }: AdmissionRequest): boolean {
  return kind.group !== '' || kind.kind !== 'ConfigMap' || subResource !== '';
}

function isBeingDeleted(object: JsonObject): boolean {
  return typeof metadataOf(object)['deletionTimestamp'] === 'string';
}

/** The answer to a request that is exempt. */
export const UNJUDGED: Decision = { allowed: true, warnings: [], rules: [] };

/** The answer to a request without an object, which the API server never sends. */
export const NOTHING_TO_JUDGE: Decision = {
  allowed: false,
  code: 400,
  message: 'request.object must be the ConfigMap to judge',
  warnings: [],
  rules: [],
};

function metadataOf(object: JsonObject): JsonObject {
  return isObject(object['metadata']) ? object['metadata'] : {};
}

function labelsOf(object: JsonObject): JsonObject {
  const { labels } = metadataOf(object);
  return isObject(labels) ? labels : {};
}

/** The API server drops warnings beyond 4,096 characters in all; these many are read. */
const MAX_WARNINGS = 20;

function warningLines(warnings: Violation[]): string[] {
  const lines = warnings.map(({ path, message }) => `${path}: ${message}`);
  const rest = lines.length - MAX_WARNINGS;
  return rest > 0 ? [...lines.slice(0, MAX_WARNINGS), `and ${rest} more`] : lines;
}
