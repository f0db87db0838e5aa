import type { Json, JsonObject } from '@mesitis/kube';
import { isJsonObject, member } from '../json.js';

/** Where in an object a value stands, as far as the server's habits depend on it. */
export interface Place {
  /** As people write it: `spec.template.spec.containers["main"].image`. */
  path: string;
  /** The member that holds the value; for elements of a list that of the list. */
  key: string;
  /** The member around that one. */
  parent: string;
  /** Whether Kubernetes itself defines the kind: a custom resource is kept as it was written. */
  builtIn: boolean;
}

/** Maps with keys of the author's choice, in which an empty value is a value. */
const STRING_MAPS: ReadonlySet<string> = new Set([
  'annotations',
  'binaryData',
  'data',
  'labels',
  'matchLabels',
  'nodeSelector',
  'parameters',
  'selector',
]);

/**
 * Lists that the server merges by a key, and into which admission and injectors put elements of their own: there only
 * what was written has to be found. In all other lists an element too many is a difference: a rule in a Role, a peer in
 * a NetworkPolicy.
 */
const KEYED_LISTS: ReadonlyMap<string, string> = new Map([
  ['containers', 'name'],
  ['env', 'name'],
  ['imagePullSecrets', 'name'],
  ['initContainers', 'name'],
  ['ownerReferences', 'uid'],
  ['secrets', 'name'],
  ['volumeDevices', 'devicePath'],
  ['volumeMounts', 'mountPath'],
  ['volumes', 'name'],
]);

/** Members that hold quantities, and maps of them. */
const QUANTITIES: ReadonlySet<string> = new Set(['averageValue', 'divisor', 'sizeLimit', 'storage']);
const QUANTITY_MAPS: ReadonlySet<string> = new Set([
  'capacity',
  'default',
  'defaultRequest',
  'hard',
  'limits',
  'max',
  'maxLimitRequestRatio',
  'min',
  'overhead',
  'requests',
]);

/** Members that select, to which no server adds anything. */
const SELECTORS: ReadonlySet<string> = new Set([
  'matchLabels',
  'namespaceSelector',
  'podSelector',
  'selector',
]);

/** Members of built-in kinds that the server leaves out when they are false or 0, which mean the same as absent. */
const DROPPED_ZEROS: ReadonlySet<string> = new Set([
  'hostIPC',
  'hostNetwork',
  'hostPID',
  'hostPort',
  'initialDelaySeconds',
  'minReadySeconds',
  'nodePort',
  'paused',
  'publishNotReadyAddresses',
  'readOnly',
  'stdin',
  'stdinOnce',
  'tty',
]);

/** Whether others put members of their own beside ours into this map, each of which stands for itself. */
export function isSharedMap(key: string): boolean {
  return STRING_MAPS.has(key) && !SELECTORS.has(key);
}

/** Whether an additional member changes what a map means: more labels in a selector select less. */
export function isExactMap(map: JsonObject, { key, builtIn }: Place): boolean {
  if (!SELECTORS.has(key)) return false;
  return builtIn || Object.values(map).every((value) => typeof value === 'string');
}

/** What identifies the elements of a list; undefined when their positions do. */
export function listKeyOf(
  list: readonly Json[],
  { key }: Place,
): ((element: Json) => string | undefined) | undefined {
  if (key === 'finalizers') return String;
  const name = KEYED_LISTS.get(key);
  if (name === undefined) return undefined;
  const idOf = (element: Json): string | undefined => {
    const id = isJsonObject(element) ? member(element, name) : undefined;
    return typeof id === 'string' ? id : undefined;
  };
  const ids = new Set(list.map(idOf));
  return ids.size === list.length && !ids.has(undefined) ? idOf : undefined;
}

/** Whether a value here is an amount, of which the server has one spelling of its own. */
export function isQuantity({ key, parent }: Place): boolean {
  return QUANTITIES.has(key) || QUANTITY_MAPS.has(parent);
}

/** Whether writing this value says no more than leaving it out. */
export function saysNothing(wanted: Json, live: Json | undefined, place: Place): boolean {
  if (wanted === null) return true;
  const isAbsent = live === undefined || live === null;
  if (isAbsent && typeof wanted === 'object') return Object.keys(wanted).length === 0;
  return place.builtIn && !STRING_MAPS.has(place.parent) && isUnsetScalar(wanted, isAbsent, place.key);
}

function isUnsetScalar(wanted: Json, isAbsent: boolean, key: string): boolean {
  // The one empty string that is kept and means something: no class at all.
  if (wanted === '') return key !== 'storageClassName';
  if (wanted === 0 && key === 'nodePort') return true;
  return isAbsent && (wanted === 0 || wanted === false) && DROPPED_ZEROS.has(key);
}
