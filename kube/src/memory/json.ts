/** A JSON object whose values are still to be looked at. */
export type JsonRecord = Record<string, unknown>;

/** Whether a value is a JSON object: not null, not a list. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as a JSON object; an empty one when it is something else. */
export function asRecord(value: unknown): JsonRecord {
  return isRecord(value) ? value : {};
}

/** The JSON objects of a list; none when it is not a list. */
export function asRecords(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

/** The value as a string; an empty one when it is something else. */
export function asString(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The strings of a list; none when it is not a list. */
export function asStrings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** A copy as the wire would make it: undefined fields are gone, nothing is shared. */
export function wireCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Makes a value and all that is in it read-only, so that what is stored can be handed out inside. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

/** The object without these fields. */
export function without<T extends object>(object: T, ...fields: string[]): T {
  return Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field))) as T;
}
