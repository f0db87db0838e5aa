import type { Json, JsonObject } from '@mesitis/kube';

/** Whether a value read from JSON is an object (not null, not an array). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member of an object that may be absent; own members only, so that `constructor` is nothing special. */
export function member(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}
