import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from './json.js';
import { compileSchema, externalReference } from './schema.js';

const SCHEMA: JsonObject = {
  type: 'object',
  properties: { size: { enum: ['s', 'm'] }, count: { type: 'integer', minimum: 1 } },
  required: ['size'],
  additionalProperties: false,
};

describe('a schema of parameters', () => {
  it.each([
    undefined,
    'http://json-schema.org/draft-04/schema#',
    'http://json-schema.org/draft-06/schema',
    'http://json-schema.org/draft-07/schema#',
    'https://json-schema.org/draft/2020-12/schema',
  ])('judges values in dialect %j', ($schema) => {
    const compiled = compileSchema($schema === undefined ? SCHEMA : { $schema, ...SCHEMA });
    expect(compiled.ok).toBe(true);
    if (!compiled.ok) return;
    expect(compiled.validate({ size: 's', count: 2 })).toEqual([]);
    expect(compiled.validate({ size: 'secret-value', count: 0, other: 1 })).toEqual([
      { path: '', message: 'must NOT have additional properties: other' },
      { path: '/size', message: 'must be equal to one of the allowed values' },
      { path: '/count', message: 'must be >= 1' },
    ]);
  });

  it.each<[JsonObject, string]>([
    [{ $schema: 'http://json-schema.org/draft-03/schema#' }, '$schema is not a known dialect'],
    [{ $schema: 7 }, '$schema is not a known dialect'],
    [{ $schema: 'toString' }, '$schema is not a known dialect'],
    [{ type: 'array' }, '/type must be "object"'],
    [
      { properties: { a: { type: 'text' } } },
      '/properties/a/type must be equal to one of the allowed values',
    ],
    [
      { properties: { a: { minimum: 1, exclusiveMinimum: true } } },
      '/properties/a/exclusiveMinimum must be number',
    ],
    [{ properties: { a: { $ref: '#/$defs/none' } } }, "can't resolve reference #/$defs/none"],
    [{ properties: { a: { pattern: '(' } } }, 'Invalid regular expression'],
    [{ $async: true }, '/$async is not part of JSON Schema'],
  ])('is refused: %j', (schema, problem) => {
    expect(compileSchema(schema)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });

  it('may be judged by draft 2020-12 where the drafts differ', () => {
    const compiled = compileSchema({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      properties: { a: { prefixItems: [{ type: 'string' }] } },
    });
    expect(compiled.ok && compiled.validate({ a: [1] })).toEqual([
      { path: '/a/0', message: 'must be string' },
    ]);
  });

  it.each<[JsonObject, string | undefined]>([
    [{ properties: { a: { $ref: '#/$defs/b' } }, $defs: { b: {} } }, undefined],
    [{ anyOf: [{ $ref: 'b.json#/c' }] }, '/anyOf/0/$ref'],
    [{ $dynamicRef: 'https://example.com/a' }, '/$dynamicRef'],
    [{ properties: { $ref: { type: 'string' } } }, undefined],
    [{ default: { $ref: 'b' }, enum: [{ $ref: 'c' }] }, undefined],
  ])('%j has the external reference %j', (schema, pointer) => {
    expect(externalReference(schema)).toBe(pointer);
  });
});
