import type { Json, JsonObject } from '@mesitis/kube';
import { listAt, recordAt, textAt } from './objects.js';
import { usageError } from './plugin-error.js';

/** What `-p`, `--params-json` and `--params-file` gave. */
export interface GivenParameters {
  /** As typed: `key=value` or `path.to.key=value`. */
  pairs: readonly string[];
  /** Everything that was given as an object. */
  objects: JsonObject;
}

/**
 * The parameters of a provision or bind request; undefined when none were given. `-p` takes the value as text unless
 * the schema asks for something else there, and nests at each dot: `-p backup.hour=3`. A dot that belongs to the key is
 * written `\.`, and needs no backslash when the schema has a property of that whole name.
 * @param schema the plan's JSON Schema for them; undefined when it has none
 * @throws PluginError (usage) for a pair without `=` or a parameter given twice
 */
export function buildParameters(
  { pairs, objects }: GivenParameters,
  schema?: JsonObject,
): JsonObject | undefined {
  const parameters = structuredClone(objects);
  for (const pair of pairs) {
    const { key, text } = splitPair(pair);
    const path = pathOf(key, schema);
    put(parameters, path, coerced(text, path, schema), key);
  }
  return Object.keys(parameters).length === 0 ? undefined : parameters;
}

/** Tells apart the mistakes in `-p` that need no schema. Throws PluginError (usage). */
export function splitPair(pair: string): { key: string; text: string } {
  const at = pair.indexOf('=');
  // The text is not repeated: it may be one half of a password that the shell split.
  if (at < 1) throw usageError('a parameter has no key: write -p key=value');
  const key = pair.slice(0, at);
  if (splitPath(key).includes('')) {
    throw usageError(`parameter '${key}' has an empty part: write -p outer.inner=value, or \\. for a dot`);
  }
  return { key, text: pair.slice(at + 1) };
}

/**
 * The object of `--params-json`; an empty one when it was left out.
 * @throws PluginError (usage) for text that is not a JSON object
 */
export function parseJsonObject(text: string | undefined): JsonObject {
  if (text === undefined) return {};
  const example = `--params-json '{"size": 3}'`;
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    // The parser's own message quotes the text, which may hold a password.
    throw usageError(`--params-json is not JSON: quote it for the shell, as in ${example}`);
  }
  if (!isObject(value)) throw usageError(`--params-json is not a JSON object: write ${example}`);
  return value;
}

/** Two sources of parameters as one object. Throws PluginError (usage) for a key that both have. */
export function joinParameters(file: JsonObject, json: JsonObject): JsonObject {
  const twice = Object.keys(json).find((key) => Object.hasOwn(file, key));
  if (twice !== undefined) throw givenTwice(twice);
  return { ...file, ...json };
}

function givenTwice(key: string): Error {
  return usageError(`parameter '${key}' is given twice: give it once, by -p, --params-json or --params-file`);
}

function pathOf(key: string, schema: JsonObject | undefined): string[] {
  return Object.hasOwn(recordAt(schema, 'properties'), key) ? [key] : splitPath(key);
}

function splitPath(key: string): string[] {
  return key.split(/(?<!\\)\./).map((part) => part.replaceAll('\\.', '.'));
}

function put(target: JsonObject, path: readonly string[], value: Json, key: string): void {
  const [first = '', ...rest] = path;
  const there = Object.hasOwn(target, first) ? target[first] : undefined;
  if (rest.length > 0 && isObject(there)) {
    put(there, rest, value, key);
    return;
  }
  if (there !== undefined) throw givenTwice(key);
  const nested: JsonObject = {};
  if (rest.length > 0) put(nested, rest, value, key);
  // Defined, not assigned: a key such as `__proto__` is data here.
  Object.defineProperty(target, first, {
    value: rest.length > 0 ? nested : value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

/** The text as the type that the schema has at the path; the text itself when that is text, unknown, or does not fit. */
function coerced(text: string, path: readonly string[], schema: JsonObject | undefined): Json {
  const types = typesAt(path, schema);
  if (types.length === 0 || types.includes('string')) return text;
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return text;
  }
  return types.some((type) => TYPES[type]?.(value) === true) ? value : text;
}

function typesAt(path: readonly string[], schema: JsonObject | undefined): string[] {
  let here: unknown = schema;
  for (const part of path) {
    const properties = recordAt(here, 'properties');
    here = Object.hasOwn(properties, part) ? properties[part] : undefined;
  }
  const one = textAt(here, 'type');
  return one === undefined ? listAt(here, 'type').filter((type) => typeof type === 'string') : [one];
}

/** JSON Schema's types besides string. */
const TYPES: Partial<Record<string, (value: Json) => boolean>> = {
  // Beyond 2^53 a number would be sent as another one.
  integer: Number.isSafeInteger,
  number: (value) => typeof value === 'number' && Number.isFinite(value),
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
  array: Array.isArray,
  object: isObject,
};

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
