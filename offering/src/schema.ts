import { Ajv, type ErrorObject, type Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Json, JsonObject } from './json.js';

/** The largest schema, in bytes of JSON (OSB 2.17, "Schemas Object"). */
export const MAX_SCHEMA = 64 * 1024;

/** One thing that is wrong with a value: a JSON pointer into it, and what it must be. The value itself is not told. */
export interface SchemaProblem {
  path: string;
  message: string;
}

/** A schema that is ready for use, or why it is not. */
export type CompiledSchema =
  { ok: true; validate: (value: Json) => SchemaProblem[] } | { ok: false; problem: string };

const OPTIONS: Options = { strict: false, logger: false, allErrors: true, inlineRefs: false };

type Dialect = 'draft-07' | '2020-12';

/**
 * Platforms promise draft-04 only (OSB 2.17, "Schemas Object"), so that must be accepted; what drafts 04, 06 and 07
 * have in common is judged as draft-07.
 */
const DIALECTS: Readonly<Record<string, Dialect>> = {
  'json-schema.org/draft-04/schema': 'draft-07',
  'json-schema.org/draft-06/schema': 'draft-07',
  'json-schema.org/draft-07/schema': 'draft-07',
  'json-schema.org/draft/2020-12/schema': '2020-12',
};

/** Compiling a meta-schema takes 40 ms, gives the same result every time, and is not needed by most entries. */
const metaSchemas = { 'draft-07': once(() => new Ajv(OPTIONS)), '2020-12': once(() => new Ajv2020(OPTIONS)) };

/** Makes a validator of a schema of parameters. The one place that decides what a schema means. */
export function compileSchema(schema: JsonObject): CompiledSchema {
  const { $schema = 'http://json-schema.org/draft-07/schema#', ...rest } = schema;
  const dialect = typeof $schema === 'string' ? dialectOf($schema) : undefined;
  if (dialect === undefined) {
    return {
      ok: false,
      problem: '$schema is not a known dialect; use draft-04, draft-06, draft-07 or 2020-12',
    };
  }
  const unfit = unfitness(rest);
  if (unfit !== undefined) return { ok: false, problem: unfit };
  try {
    return compileAs(dialect, rest);
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, problem: 'it is too large to compile' };
    return { ok: false, problem: error instanceof Error ? error.message : 'it does not compile' };
  }
}

function compileAs(dialect: Dialect, schema: JsonObject): CompiledSchema {
  const meta = metaSchemas[dialect]();
  if (meta.validateSchema(schema) !== true) {
    const [first] = problemsOf(meta.errors);
    return { ok: false, problem: `${first?.path ?? ''} ${first?.message ?? 'is wrong'}`.trim() };
  }
  // An instance of its own for each schema, since an instance keeps all that it compiled.
  const options = { ...OPTIONS, meta: false, validateSchema: false };
  const ajv = dialect === '2020-12' ? new Ajv2020(options) : new Ajv(options);
  const validate = ajv.compile(schema);
  return { ok: true, validate: (value) => (validate(value) ? [] : problemsOf(validate.errors)) };
}

/** The JSON pointer of a reference to another document; undefined when the schema refers only to itself. */
export function externalReference(schema: Json, pointer = ''): string | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  for (const [key, value] of Object.entries(schema)) {
    const here = `${pointer}/${key}`;
    if (REFERENCES.includes(key) && typeof value === 'string' && !value.startsWith('#')) return here;
    const found = VALUES.includes(key) ? undefined : externalReference(value, here);
    if (found !== undefined) return found;
  }
  return undefined;
}

const REFERENCES = ['$ref', '$dynamicRef', '$recursiveRef'];

/** Keywords under which plain values stand, not schemas. */
const VALUES = ['const', 'enum', 'default', 'examples'];

function dialectOf(uri: string): Dialect | undefined {
  const name = uri.replace(/^https?:\/\//, '').replace(/#$/, '');
  return Object.hasOwn(DIALECTS, name) ? DIALECTS[name] : undefined;
}

/** What JSON Schema allows and parameters don't. */
function unfitness(schema: JsonObject): string | undefined {
  const { type } = schema;
  if (type !== undefined && type !== 'object')
    return '/type must be "object", since parameters are an object';
  return '$async' in schema ? '/$async is not part of JSON Schema; remove it' : undefined;
}

function problemsOf(errors: readonly ErrorObject[] | null | undefined): SchemaProblem[] {
  return (errors ?? []).map(({ instancePath, message, params }) => {
    const extra: unknown = Object.values(params)[0];
    const named =
      /additional|unevaluated/.test(message ?? '') && typeof extra === 'string' ? `: ${extra}` : '';
    return { path: instancePath, message: `${message ?? 'is wrong'}${named}` };
  });
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
