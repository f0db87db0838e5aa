import { asRecord, isRecord } from './json.js';
import type { JsonRecord } from './json.js';
import { listMerge } from './list-keys.js';

/**
 * The fields of an object, as server-side apply owns them. A path is a list of elements as FieldsV1 spells them
 * (`f:name`, `k:{"name":"x"}`, `v:"x"`), written as JSON so that it can be a key.
 */
export type FieldPath = string;

/** Every leaf of an object with its value as JSON; list items that merge by key are leaves of their own as well. */
export type Leaves = ReadonlyMap<FieldPath, string>;

/** What the server itself sets in `metadata`: nobody owns it. */
const SYSTEM_METADATA = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
];

/** The part of an object that managers can own. */
export function ownable(object: JsonRecord): JsonRecord {
  const entries = Object.entries(object)
    .filter(([field]) => field !== 'apiVersion' && field !== 'kind')
    .map(([field, value]): [string, unknown] => {
      if (field !== 'metadata' || !isRecord(value)) return [field, value];
      return [
        field,
        Object.fromEntries(Object.entries(value).filter(([key]) => !SYSTEM_METADATA.includes(key))),
      ];
    })
    .filter(([field, value]) => field !== 'metadata' || (isRecord(value) && Object.keys(value).length > 0));
  return Object.fromEntries(entries);
}

/** The leaves of a value. */
export function leavesOf(value: JsonRecord, custom: boolean): Leaves {
  const leaves = new Map<FieldPath, string>();
  const visit = (node: unknown, path: readonly string[], field: string): void => {
    const children = childrenOf(node, field, custom);
    if (children === undefined) {
      leaves.set(JSON.stringify(path), JSON.stringify(node));
      return;
    }
    for (const { element, value: child, field: childField } of children) {
      if (element.startsWith('k:')) leaves.set(JSON.stringify([...path, element]), '');
      visit(child, [...path, element], childField);
    }
  };
  if (Object.keys(value).length > 0) visit(value, [], '');
  return leaves;
}

/** The object with another merged in: maps and keyed lists item by item, everything else replaced. */
export function mergeFields(target: unknown, source: unknown, field: string, custom: boolean): unknown {
  if (isRecord(source) && isRecord(target)) {
    const merged = new Map(Object.entries(target));
    for (const [key, value] of Object.entries(source)) {
      merged.set(key, mergeFields(merged.get(key), value, key, custom));
    }
    return Object.fromEntries(merged);
  }
  const additions = Array.isArray(target) ? childrenOf(source, field, custom) : undefined;
  const present = Array.isArray(source) ? childrenOf(target, field, custom) : undefined;
  if (additions === undefined || present === undefined) return source;
  const merged = new Map(present.map(({ element, value }) => [element, value]));
  for (const { element, value } of additions) {
    merged.set(element, mergeFields(merged.get(element), value, '', custom));
  }
  return [...merged.values()];
}

/** The object without these fields, and without the maps and lists that this leaves empty. */
export function removeFields(object: JsonRecord, paths: readonly FieldPath[], custom: boolean): JsonRecord {
  return asRecord(withoutPaths(object, paths.map(elementsOf), '', custom));
}

/** The elements of a path. */
export function elementsOf(path: FieldPath): string[] {
  return JSON.parse(path) as string[];
}

interface Child {
  element: string;
  value: unknown;
  field: string;
}

/** What a map or a merging list is made of; undefined for leaves. */
function childrenOf(node: unknown, field: string, custom: boolean): Child[] | undefined {
  if (isRecord(node)) {
    const entries = Object.entries(node);
    if (entries.length === 0) return undefined;
    return entries.map(([key, value]) => ({ element: `f:${key}`, value, field: key }));
  }
  if (!Array.isArray(node)) return undefined;
  const items: unknown[] = node;
  const merge = listMerge(field, items, custom);
  if (merge === undefined || items.length === 0) return undefined;
  return items.map((value) => ({ element: itemElement(value, merge), value, field: '' }));
}

function itemElement(item: unknown, merge: 'set' | readonly string[]): string {
  if (merge === 'set' || !isRecord(item)) return `v:${JSON.stringify(item)}`;
  return `k:${JSON.stringify(Object.fromEntries(merge.map((key) => [key, item[key] ?? null])))}`;
}

/** All paths at once: an item of a keyed list can't be found any more when its key is gone. */
function withoutPaths(
  node: unknown,
  paths: readonly (readonly string[])[],
  field: string,
  custom: boolean,
): unknown {
  const children = paths.length === 0 ? undefined : childrenOf(node, field, custom);
  if (children === undefined) return node;
  const kept = children.flatMap((child) => {
    const below = paths.filter(([element]) => element === child.element).map((path) => path.slice(1));
    if (below.length === 0) return [child];
    // Of a keyed item, the item as such goes when nothing is left of it.
    if (!child.element.startsWith('k:') && below.some((path) => path.length === 0)) return [];
    const deeper = below.filter((path) => path.length > 0);
    const value = withoutPaths(child.value, deeper, child.field, custom);
    return isEmpty(value) ? [] : [{ ...child, value }];
  });
  if (Array.isArray(node)) return kept.map(({ value }) => value);
  return Object.fromEntries(kept.map(({ field: key, value }) => [key, value]));
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
