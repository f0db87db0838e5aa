import { Ajv, type ErrorObject, type Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { toDraft07 } from './draft-04.js';
import type { Json, JsonObject } from './json.js';
import { once } from './once.js';
import { isPlain } from './plain-schema.js';
import { childPath, formatPath, type Path } from './path.js';
import { compilePattern } from './template/pattern.js';
import { listing, quote } from './wording.js';

/** The largest schema, in bytes of JSON (OSB 2.17, "Schemas Object"). */
export const MAX_SCHEMA = 64 * 1024;

/**
 * The most keys and items that a schema may have, its values (`enum`, `default`) not counted: ajv writes code for each,
 * which takes about 30 ms for as many, and admission waits for it.
 */
export const MAX_SCHEMA_PARTS = 1_500;

/** One thing that is wrong with a value: where in it (`parameters.size`), and what it must be. The value is not told. */
export interface SchemaProblem {
  path: string;
  message: string;
}

/** Parameters that fit their schema, with its defaults where nothing was given, or all that is wrong with them. */
export type CheckedParameters = { ok: true; value: JsonObject } | { ok: false; problems: SchemaProblem[] };

/** A schema that is ready for use, or why it is not. */
export type CompiledSchema =
  | { ok: true; check: (parameters: JsonObject) => CheckedParameters }
  | { ok: false; problem: string };

/**
 * A pattern is the provider's, the text a consumer's, so RE2 decides, which no text can keep busy. Look-around and back
 * references, which it does not have, are left to Node.
 */
const regExp = Object.assign(
  (source: string, flags: string) => {
    const native = new RegExp(source, flags);
    return compilePattern(source) ?? native;
  },
  // What would stand in a module that ajv writes; none is written.
  { code: 'regExp' },
);

const OPTIONS: Options = {
  strict: false,
  logger: false,
  allErrors: true,
  inlineRefs: false,
  // Optimizing the validator that ajv writes takes twice as long as writing it, and parameters are checked seldom.
  code: { regExp, optimize: false },
};

type Dialect = 'draft-07' | '2020-12';

/**
 * Platforms promise draft-04 only (OSB 2.17, "Schemas Object"), so that must be accepted: what it alone says is
 * translated, and all that drafts 04, 06 and 07 have in common is judged as draft-07.
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
    return compileAs(dialect, dialect === 'draft-07' ? toDraft07(rest) : rest);
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, problem: 'it is too large to compile' };
    return { ok: false, problem: error instanceof Error ? error.message : 'it does not compile' };
  }
}

function compileAs(dialect: Dialect, schema: JsonObject): CompiledSchema {
  const meta = metaSchemas[dialect]();
  if (meta.validateSchema(schema) !== true) {
    const [first] = meta.errors ?? [];
    return { ok: false, problem: `${first?.instancePath ?? ''} ${messageOf(first)}`.trim() };
  }
  // An instance of its own for each schema, since an instance keeps all that it compiled.
  const options = { ...OPTIONS, meta: false, validateSchema: false, useDefaults: true };
  const ajv = (): Ajv | Ajv2020 => (dialect === '2020-12' ? new Ajv2020(options) : new Ajv(options));
  // Writing a validator takes longer than all else that is done to an entry, and most are only looked at.
  const validator = once(() => ajv().compile(schema));
  if (!isPlain(schema)) validator();
  return {
    ok: true,
    check: (parameters) => {
      const validate = validator();
      // Defaults are written into what is checked.
      const value = structuredClone(parameters);
      return validate(value) ? { ok: true, value } : { ok: false, problems: problemsOf(validate.errors) };
    },
  };
}

/** Schemas are never changed, so what they were compiled to is kept as long as they are. */
const compiledSchemas = new WeakMap<JsonObject, CompiledSchema>();

/**
 * Checks parameters against the schema of an entry, and fills in its defaults, in a copy. All that is wrong is told at
 * once, as `parameters.size` and `must be <= 5`; never with the value, which may be a secret.
 */
export function checkParameters(schema: JsonObject, parameters: JsonObject): CheckedParameters {
  let compiled = compiledSchemas.get(schema);
  if (compiled === undefined) {
    compiled = compileSchema(schema);
    compiledSchemas.set(schema, compiled);
  }
  if (compiled.ok) return compiled.check(parameters);
  const message = `can not be checked, since the schema is none: ${compiled.problem}`;
  return { ok: false, problems: [{ path: 'parameters', message }] };
}

/** The JSON pointer of a reference to another document; undefined when the schema refers only to itself. */
export function externalReference(schema: Json, pointer = ''): string | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  for (const [key, value] of Object.entries(schema)) {
    if (typeof value === 'string') {
      if (REFERENCES.includes(key) && !value.startsWith('#')) return `${pointer}/${key}`;
    } else if (typeof value === 'object' && !VALUES.includes(key)) {
      const found = externalReference(value, `${pointer}/${key}`);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** How many keys and items a schema has, without plain values. */
export function schemaParts(schema: Json): number {
  if (typeof schema !== 'object' || schema === null) return 0;
  return Object.entries(schema).reduce(
    (parts, [key, value]) => parts + 1 + (VALUES.includes(key) ? 0 : schemaParts(value)),
    0,
  );
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

/** More say nothing new: a list of a thousand wrong items. */
const MAX_PROBLEMS = 20;

function problemsOf(errors: readonly ErrorObject[] | null | undefined): SchemaProblem[] {
  return (errors ?? []).slice(0, MAX_PROBLEMS).map((error) => ({
    path: formatPath(pathOf(error.instancePath)),
    message: messageOf(error),
  }));
}

function messageOf(error: ErrorObject | undefined): string {
  if (error === undefined) return 'is wrong';
  const { message = 'is wrong', params } = error;
  const choices = choicesOf(params['allowedValues']);
  if (choices !== undefined) return `must be ${choices}`;
  const extra: unknown = Object.values(params)[0];
  const isNamed = /additional|unevaluated/.test(message) && typeof extra === 'string';
  return isNamed ? `${message}: ${quote(extra)}` : message;
}

/** The most values that a message lists. */
const MAX_CHOICES = 10;

/** The values of an `enum`, which are the provider's and no secret; undefined when they are too many to read. */
function choicesOf(values: unknown): string | undefined {
  if (!Array.isArray(values) || values.length > MAX_CHOICES) return undefined;
  return listing(
    values.map((value) => JSON.stringify(value)),
    'or',
  );
}

/** Where a JSON pointer (RFC 6901) into the parameters leads. */
function pathOf(pointer: string): Path {
  const segments = pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((segment) => (/^\d{1,9}$/.test(segment) ? Number(segment) : segment));
  return ['parameters', ...segments].reduce<Path>(childPath, { root: 'config-map' });
}
