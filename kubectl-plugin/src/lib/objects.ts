import type { KubeObject } from '@mesitis/kube';
import { compareNames } from './order.js';

/** A field that should hold an object; an empty one when it does not. */
export function recordAt(parent: unknown, key: string): Record<string, unknown> {
  const value = fieldOf(parent, key);
  return isRecord(value) ? value : {};
}

/** A field that should hold text; undefined when it does not, or is empty (Go clients write empty strings for "unset"). */
export function textAt(parent: unknown, key: string): string | undefined {
  const value = fieldOf(parent, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A field that should hold a list; an empty one when it does not (Go clients write null). */
export function listAt(parent: unknown, key: string): unknown[] {
  const value = fieldOf(parent, key);
  return Array.isArray(value) ? value : [];
}

/** `metadata.name`, which every object that the server sent has. */
export function nameOf(object: KubeObject): string {
  return object.metadata.name ?? '';
}

/** Whether deletion was asked for. */
export function isDeleting(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

/** Sorts by name, for output that stays the same. */
export function byName(one: KubeObject, other: KubeObject): number {
  return compareNames(nameOf(one), nameOf(other));
}

function fieldOf(parent: unknown, key: string): unknown {
  return isRecord(parent) ? parent[key] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
