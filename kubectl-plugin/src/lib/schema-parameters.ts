import type { Json, JsonObject } from '@mesitis/kube';
import { listAt, recordAt, textAt } from './objects.js';

/** One parameter of a JSON Schema, as a person needs to know it. */
export interface SchemaParameter {
  /** As `-p` takes it: dots nest, `\.` is a dot of the name. */
  path: string;
  /** The names on the way to it. */
  names: readonly string[];
  /** Whether its value should not be seen (`writeOnly`, or the format `password`). */
  secret: boolean;
  /** `integer`, `string or null`, `list of string`; `any` when the schema does not say. */
  type: string;
  required: 'yes' | 'no' | 'when its parent is given';
  /** As JSON; undefined when there is none. */
  default: string | undefined;
  /** What the schema says about it, and the limits that it sets, in words. */
  description: string;
  /** The values of its `enum`, as `-p` takes them. */
  choices: string[];
  /** A value that most likely fits, as `-p` takes it. */
  example: string;
}

/** Schemas may refer to themselves; nobody reads a table deeper than this. */
const DEEPEST = 6;

/** All parameters that a schema names, those of objects below the object. An object with members is no row itself. */
export function schemaParameters(schema: JsonObject | undefined): SchemaParameter[] {
  return schema === undefined
    ? []
    : membersOf({ root: schema, schema, path: [], required: true, optionalParent: false });
}

interface Place {
  root: JsonObject;
  schema: unknown;
  path: readonly string[];
  required: boolean;
  /** Whether an object that it is in may be left out. */
  optionalParent: boolean;
}

function membersOf({ root, schema, path, required, optionalParent }: Place): SchemaParameter[] {
  if (path.length >= DEEPEST) return [];
  const target = followed(schema, root);
  const needed = listAt(target, 'required');
  return Object.entries(recordAt(target, 'properties')).flatMap(([name, member]) => {
    const place: Place = {
      root,
      schema: member,
      path: [...path, name],
      required: needed.includes(name),
      optionalParent: optionalParent || !required,
    };
    const below = membersOf(place);
    return below.length > 0 ? below : [parameterAt(place)];
  });
}

function parameterAt({ root, schema, path, required, optionalParent }: Place): SchemaParameter {
  const target = followed(schema, root);
  const fallback = recordAt({ target }, 'target')['default'] as Json | undefined;
  const said = textAt(schema, 'description') ?? textAt(target, 'description') ?? textAt(target, 'title');
  return {
    path: path.map((name) => name.replaceAll('.', '\\.')).join('.'),
    names: path,
    secret: textAt(target, 'format') === 'password' || recordAt({ target }, 'target')['writeOnly'] === true,
    type: typeOf(target, root),
    required: !required ? 'no' : optionalParent ? 'when its parent is given' : 'yes',
    default: fallback === undefined ? undefined : JSON.stringify(fallback),
    description: [said, ...limitsOf(target)].filter((part) => part !== undefined).join('; '),
    choices: listAt(target, 'enum').map(spelled),
    example: exampleOf(target),
  };
}

/** The schema that a `$ref` within the document leads to; the schema itself when it is none, or leads nowhere. */
function followed(schema: unknown, root: JsonObject, hops = 0): unknown {
  const reference = textAt(schema, '$ref');
  if (reference === undefined || !reference.startsWith('#') || hops > DEEPEST) return schema;
  let here: unknown = root;
  for (const part of reference
    .slice(1)
    .split('/')
    .filter((each) => each !== '')) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, name)) return schema;
    here = (here as Record<string, unknown>)[name];
  }
  return followed(here, root, hops + 1);
}

function typeOf(schema: unknown, root: JsonObject): string {
  const type = textAt(schema, 'type');
  const types = type === undefined ? texts(listAt(schema, 'type')) : [type];
  if (types.length === 1 && types[0] === 'array') {
    const items = followed(recordAt(schema, 'items'), root);
    const one = textAt(items, 'type');
    return one === undefined ? 'list' : `list of ${one}`;
  }
  return types.length === 0 ? 'any' : types.join(' or ');
}

/** The schema's keywords that a person can act on, in words. */
function limitsOf(schema: unknown): string[] {
  const fields = recordAt({ schema }, 'schema');
  const choices = listAt(schema, 'enum');
  return [
    choices.length === 0 ? undefined : `one of ${choices.map(spelled).join(', ')}`,
    'const' in fields ? `only ${spelled(fields['const'])}` : undefined,
    range(fields['minimum'], fields['maximum'], ''),
    range(fields['minLength'], fields['maxLength'], ' characters'),
    range(fields['minItems'], fields['maxItems'], ' items'),
    textAt(schema, 'pattern') === undefined ? undefined : `matches ${textAt(schema, 'pattern') ?? ''}`,
    textAt(schema, 'format'),
  ].filter((limit) => limit !== undefined);
}

function range(least: unknown, most: unknown, unit: string): string | undefined {
  const [low, high] = [least, most].map((value) => (typeof value === 'number' ? String(value) : undefined));
  if (low !== undefined && high !== undefined) return `${low} to ${high}${unit}`;
  if (low !== undefined) return `at least ${low}${unit}`;
  return high === undefined ? undefined : `at most ${high}${unit}`;
}

function exampleOf(schema: unknown): string {
  const fields = recordAt({ schema }, 'schema');
  const [given] = [
    ...listAt(schema, 'examples'),
    fields['default'],
    fields['const'],
    ...listAt(schema, 'enum'),
    fields['minimum'],
  ].filter((value) => value !== undefined);
  if (given !== undefined) return spelled(given);
  switch (textAt(schema, 'type')) {
    case 'integer':
    case 'number':
      return '1';
    case 'boolean':
      return 'true';
    case 'array':
      return '[]';
    case 'object':
      return '{}';
    default:
      return 'VALUE';
  }
}

function spelled(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function texts(values: readonly unknown[]): string[] {
  return values.filter((value) => typeof value === 'string');
}
