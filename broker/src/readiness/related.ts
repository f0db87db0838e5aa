import type { Json, JsonObject, KubeObject } from '@mesitis/kube';
import { isJsonObject, member } from '../json.js';
import { withoutStructures } from '../quoted-values.js';

/** What is judged besides the object itself. */
export interface Related {
  /** The Pods that a workload's selector chooses, as far as they could be read. */
  pods?: readonly KubeObject[];
  /** The Endpoints of a Service; `unreadable` when that is not allowed: then the Service is taken as it is. */
  endpoints?: KubeObject | 'unreadable';
}

/** Whether an object can be used, and if not, why, in the words of the person who has to mend it. */
export type Verdict =
  | { ready: true }
  | {
      ready: false;
      /** "Deployment back-end: 0 of 1 available: ImagePullBackOff". */
      reason: string;
      /** It will not become ready by waiting. */
      permanent?: true;
      /** Nothing speaks against it, but whoever acts on it has not said anything yet, and may never do. */
      tentative?: true;
    };

/** The longest text of the cluster's that a reason quotes. */
const LONGEST_QUOTE = 160;

/** A message from the cluster as part of a sentence: one line of limited length. */
export function quoted(text: string): string {
  const line = withoutStructures(text)
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim();
  return line.length <= LONGEST_QUOTE ? line : `${line.slice(0, LONGEST_QUOTE - 1).trimEnd()}…`;
}

/** The sentence without the parts that are missing: "3 Pods: Pending". */
export function sentence(...parts: (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(': ');
}

/** A member that is an object; empty when it is anything else. */
export function objectAt(value: unknown, ...path: string[]): JsonObject {
  const found = at(value, path);
  return isJsonObject(found) ? found : {};
}

/** A member that is a list of objects; what is none is left out. */
export function objectsAt(value: unknown, ...path: string[]): JsonObject[] {
  const found = at(value, path);
  return Array.isArray(found) ? found.filter(isJsonObject) : [];
}

/** A member that is a number. */
export function numberAt(value: unknown, ...path: string[]): number | undefined {
  const found = at(value, path);
  return typeof found === 'number' ? found : undefined;
}

/** A member that is a text; empty when it is anything else. */
export function textAt(value: unknown, ...path: string[]): string {
  const found = at(value, path);
  return typeof found === 'string' ? found : '';
}

/** A member that is a list of texts; what is none is left out. */
export function textsAt(value: unknown, ...path: string[]): string[] {
  const found = at(value, path);
  return Array.isArray(found) ? found.filter((element) => typeof element === 'string') : [];
}

/** `status.conditions` by type. */
export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  const found = objectsAt(object, 'status', 'conditions').find((entry) => textAt(entry, 'type') === type);
  return found === undefined
    ? undefined
    : { status: textAt(found, 'status'), reason: textAt(found, 'reason'), message: textAt(found, 'message') };
}

/** One of `status.conditions`; texts are empty when absent. */
export interface Condition {
  status: string;
  reason: string;
  message: string;
}

function at(value: unknown, path: readonly string[]): Json | undefined {
  let found = value as Json | undefined;
  for (const key of path) found = isJsonObject(found) ? member(found, key) : undefined;
  return found;
}
