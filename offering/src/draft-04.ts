import type { Json, JsonObject } from './json.js';

/** Keywords under which a schema stands, or a list of schemas. */
const SCHEMAS = new Set([
  ...['items', 'additionalItems', 'additionalProperties', 'contains', 'propertyNames'],
  ...['not', 'allOf', 'anyOf', 'oneOf', 'if', 'then', 'else'],
]);

/** Keywords under which schemas stand by names that authors choose. */
const MAPS = new Set(['properties', 'patternProperties', 'definitions', '$defs', 'dependencies']);

/** Limits that are a flag beside another keyword in draft-04, and a number of their own since. */
const LIMITS = [
  ['exclusiveMinimum', 'minimum'],
  ['exclusiveMaximum', 'maximum'],
] as const;

/** What means something else in draft-04, and then has a value of another type. */
const DRAFT_04 = [...LIMITS.map(([flag]) => flag), 'id'];

/**
 * A schema in which what only draft-04 says is said as draft-07 does: `exclusiveMinimum: true` beside a minimum, and
 * `id`. Platforms promise draft-04 (OSB 2.17, "Schemas Object"), so it has to be understood. All else stays as it is,
 * and nothing is changed in place.
 */
export function toDraft07(schema: JsonObject): JsonObject {
  return mayBeDraft04(schema) ? translateObject(schema) : schema;
}

/** Whether any object in a value has a key that may have to be translated. Most schemas have none. */
function mayBeDraft04(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(mayBeDraft04);
  return DRAFT_04.some((key) => key in value) || Object.values(value).some(mayBeDraft04);
}

function translateObject(schema: JsonObject): JsonObject {
  const entries = Object.entries(schema).map(([key, value]): [string, Json] => {
    if (MAPS.has(key) && isObject(value)) {
      return [key, Object.fromEntries(Object.entries(value).map(([name, item]) => [name, translate(item)]))];
    }
    return [key, SCHEMAS.has(key) ? translate(value) : value];
  });
  const translated = new Map(entries);
  for (const [flag, limit] of LIMITS) {
    const isExclusive = schema[flag];
    if (typeof isExclusive !== 'boolean') continue;
    translated.delete(flag);
    const bound = schema[limit];
    if (!isExclusive || bound === undefined) continue;
    translated.delete(limit);
    translated.set(flag, bound);
  }
  // Only references to the schema itself are allowed, and for these its id is of no use.
  if (typeof schema['id'] === 'string') translated.delete('id');
  return Object.fromEntries(translated);
}

function translate(value: Json): Json {
  if (Array.isArray(value)) return value.map(translate);
  return isObject(value) ? translateObject(value) : value;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
