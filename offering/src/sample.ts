import type { Json, JsonObject } from './json.js';
import type { CatalogEntry } from './model.js';
import { checkParameters } from './schema.js';
import { shortId, type TemplateScope } from './template/index.js';

/** The id of the sample instance: a UUID that nobody draws. */
const SAMPLE_ID = '00000000-0000-4000-8000-000000000000';

/** How deep schemas are followed; a schema may refer to itself. */
const MAX_DEPTH = 16;

/**
 * What expressions of an entry would see for a made-up instance: to try out what the provider wrote before there is a
 * consumer. The parameters are the smallest that the schema takes. Undefined when such can't be made up, say because a
 * pattern asks for a certain text. Pure.
 */
export function sampleScope(entry: CatalogEntry): TemplateScope | undefined {
  const parameters = sampleParameters(entry.parameters);
  if (parameters === undefined) return undefined;
  const consumer = entry.whitelist.find((name) => /^[a-z0-9-]+$/.test(name)) ?? 'sample';
  return {
    instance: { id: SAMPLE_ID, shortId: shortId(SAMPLE_ID), name: 'sample' },
    consumer: { namespace: consumer },
    offering: entry.offering,
    parameters,
  };
}

/**
 * The smallest parameters that a schema takes, with its defaults; `const`, `enum`, `default` and `examples` come before
 * what is made up from type and limits. Undefined when what was made up does not fit the schema. Pure.
 */
export function sampleParameters(schema: JsonObject | undefined): JsonObject | undefined {
  if (schema === undefined) return {};
  const sample = new Sampler(schema).value(schema, 0);
  const checked = isObject(sample) ? checkParameters(schema, sample) : undefined;
  return checked?.ok === true ? checked.value : undefined;
}

class Sampler {
  readonly #root: JsonObject;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  value(schema: Json | undefined, depth: number): Json {
    if (!isObject(schema) || depth > MAX_DEPTH) return {};
    const written = WRITTEN.map((read) => read(schema)).find((value) => value !== undefined);
    if (written !== undefined) return written;
    if (typeof schema['$ref'] === 'string') return this.value(this.#target(schema['$ref']), depth + 1);
    const [choice] = [schema['oneOf'], schema['anyOf']].flatMap((list) => (Array.isArray(list) ? list : []));
    if (choice !== undefined && isObject(choice))
      return this.value({ ...without(schema), ...choice }, depth + 1);
    return this.#ofType(schema, depth);
  }

  #ofType(schema: JsonObject, depth: number): Json {
    const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type'];
    switch (type) {
      case 'string':
        return 'x'.repeat(Math.min(Math.max(number(schema['minLength']) ?? 1, 1), 1_000));
      case 'integer':
      case 'number':
        return sampleNumber(schema);
      case 'boolean':
        return false;
      case 'null':
        return null;
      case 'array': {
        const length = Math.min(number(schema['minItems']) ?? 0, 100);
        return Array.from({ length }, () => this.value(schema['items'], depth + 1));
      }
      default:
        return this.#object(schema, depth);
    }
  }

  #object({ required, properties }: JsonObject, depth: number): JsonObject {
    const names = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : [];
    const known = isObject(properties) ? properties : {};
    return Object.fromEntries(names.map((name) => [name, this.value(known[name], depth + 1)]));
  }

  /** What a reference into the schema itself names, the only kind that there is. */
  #target(reference: string): Json | undefined {
    const keys = reference
      .replace(/^#\/?/, '')
      .split('/')
      .filter((key) => key !== '');
    return keys.reduce<Json | undefined>((value, key) => {
      const name = key.replaceAll('~1', '/').replaceAll('~0', '~');
      return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
    }, this.#root);
  }
}

/** The keywords that hold a value, in the order in which they count. */
const WRITTEN: readonly ((schema: JsonObject) => Json | undefined)[] = [
  (schema) => schema['const'],
  ({ enum: values }) => (Array.isArray(values) ? values[0] : undefined),
  (schema) => schema['default'],
  ({ examples }) => (Array.isArray(examples) ? examples[0] : undefined),
];

function sampleNumber(schema: JsonObject): number {
  const above = number(schema['exclusiveMinimum']);
  const least = number(schema['minimum']) ?? (above === undefined ? undefined : above + 1);
  const most = number(schema['maximum']) ?? number(schema['exclusiveMaximum']);
  const start = least ?? Math.min(1, most ?? 1);
  const step = number(schema['multipleOf']);
  return step === undefined || step <= 0 ? start : Math.ceil(start / step) * step;
}

function without({ oneOf: _, anyOf: __, ...rest }: JsonObject): JsonObject {
  return rest;
}

function number(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
