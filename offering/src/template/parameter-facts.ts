import type { Json, JsonObject } from '../json.js';

/** What a schema of parameters tells about one of them. */
export interface ParameterFact {
  /** The type of CEL that its values have; `dyn` when the schema leaves it open. */
  type: string;
  /** Whether it is always there: required, or with a default. */
  isGiven: boolean;
}

/** What a schema of parameters tells about what expressions may read. */
export interface ParameterFacts {
  known: ReadonlyMap<string, ParameterFact>;
  /** Whether there are no others. */
  isClosed: boolean;
  /** Whether others may be required in ways that are not looked into (`allOf`, `$ref` and the like). */
  isOpaque: boolean;
}

/** JSON Schema's type to CEL's. A `number` may be whole, and is then an `int`: that is known only by its value. */
const TYPES: Readonly<Record<string, string>> = {
  string: 'string',
  integer: 'int',
  boolean: 'bool',
  array: 'list',
  object: 'map',
};

/** Keywords by which a schema says more than is looked at here. */
const OPAQUE = [
  'allOf',
  'anyOf',
  'oneOf',
  '$ref',
  '$dynamicRef',
  'if',
  'patternProperties',
  'dependentSchemas',
];

/** Reads a schema of parameters as far as expressions are concerned. */
export function parameterFacts(schema: JsonObject): ParameterFacts {
  const { properties, required, additionalProperties } = schema;
  const names = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
  const described = isObject(properties) ? Object.entries(properties) : [];
  const known = new Map<string, ParameterFact>(names.map((name) => [name, { type: 'dyn', isGiven: true }]));
  for (const [name, property] of described) known.set(name, factOf(property, names.includes(name)));
  const isOpaque = OPAQUE.some((keyword) => keyword in schema);
  return { known, isClosed: additionalProperties === false && isObject(properties) && !isOpaque, isOpaque };
}

function factOf(property: Json, isRequired: boolean): ParameterFact {
  if (!isObject(property)) return { type: 'dyn', isGiven: isRequired };
  const { type, default: preset } = property;
  const known = typeof type === 'string' && Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  return { type: known ?? 'dyn', isGiven: isRequired || preset !== undefined };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
