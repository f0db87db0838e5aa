import type { Json } from './json.js';

/** Keywords that mean something whatever their value, as long as the meta-schema takes it. */
const PLAIN = new Set([
  ...['type', 'required', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  ...['minLength', 'maxLength', 'minItems', 'maxItems', 'uniqueItems', 'minProperties', 'maxProperties'],
  ...['title', 'description', 'default', 'examples', 'const'],
]);

/**
 * Whether a schema that its meta-schema takes can be compiled for certain, without trying: it has no reference that may
 * lead nowhere, no pattern, no format, and nothing else that only compiling judges. Says no when in doubt. Pure.
 */
export function isPlain(schema: Json | undefined): boolean {
  if (typeof schema === 'boolean') return true;
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return false;
  return Object.entries(schema).every(([keyword, value]) => {
    if (PLAIN.has(keyword)) return true;
    if (keyword === 'enum') return Array.isArray(value) && value.length > 0;
    if (keyword === 'properties') return isObject(value) && Object.values(value).every(isPlain);
    return (keyword === 'items' || keyword === 'additionalProperties') && isPlain(value);
  });
}

function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
