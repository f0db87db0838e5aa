import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from './json.js';
import { checkParameters, compileSchema, externalReference } from './schema.js';

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
    const schema = $schema === undefined ? SCHEMA : { $schema, ...SCHEMA };
    expect(compileSchema(schema).ok).toBe(true);
    expect(checkParameters(schema, { size: 's', count: 2 })).toEqual({
      ok: true,
      value: { size: 's', count: 2 },
    });
    expect(checkParameters(schema, { size: 'secret-value', count: 0, other: 1 })).toEqual({
      ok: false,
      problems: [
        { path: 'parameters', message: 'must NOT have additional properties: "other"' },
        { path: 'parameters.size', message: 'must be "s" or "m"' },
        { path: 'parameters.count', message: 'must be >= 1' },
      ],
    });
  });

  it.each<[JsonObject, string]>([
    [{ $schema: 'http://json-schema.org/draft-03/schema#' }, '$schema is not a known dialect'],
    [{ $schema: 7 }, '$schema is not a known dialect'],
    [{ $schema: 'toString' }, '$schema is not a known dialect'],
    [{ type: 'array' }, '/type must be "object"'],
    [
      { properties: { a: { type: 'text' } } },
      '/properties/a/type must be "array", "boolean", "integer", "null", "number", "object" or "string"',
    ],
    [
      {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        properties: { a: { minimum: 1, exclusiveMinimum: true } },
      },
      '/properties/a/exclusiveMinimum must be number',
    ],
    [
      { properties: { a: { minimum: 1, exclusiveMinimum: 'yes' } } },
      '/properties/a/exclusiveMinimum must be',
    ],
    [{ properties: { a: { $ref: '#/$defs/none' } } }, "can't resolve reference #/$defs/none"],
    [{ properties: { a: { pattern: '(' } } }, 'Invalid regular expression'],
    [{ $async: true }, '/$async is not part of JSON Schema'],
  ])('is refused: %j', (schema, problem) => {
    expect(compileSchema(schema)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });

  it('may be judged by draft 2020-12 where the drafts differ', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      properties: { a: { prefixItems: [{ type: 'string' }] } },
    };
    expect(checkParameters(schema, { a: [1] })).toEqual({
      ok: false,
      problems: [{ path: 'parameters.a[0]', message: 'must be string' }],
    });
  });

  it.each<[JsonObject, JsonObject, boolean]>([
    [{ minimum: 1, exclusiveMinimum: true }, {}, false],
    [{ minimum: 1, exclusiveMinimum: false }, {}, true],
    [{ exclusiveMinimum: true }, {}, true],
    [{ exclusiveMinimum: 1 }, {}, false],
    [{ maximum: 1, exclusiveMaximum: true }, {}, false],
    [
      { $ref: '#/definitions/more' },
      { definitions: { more: { minimum: 1, exclusiveMinimum: true } } },
      false,
    ],
    [{ allOf: [{ minimum: 1, exclusiveMinimum: true }] }, {}, false],
    [{ id: 'http://example.com/a', minimum: 1 }, { id: 'http://example.com/b' }, true],
  ])('means what it means in draft-04: that 1 is %j', (a, more, isRight) => {
    const schema = { $schema: 'http://json-schema.org/draft-04/schema#', properties: { a }, ...more };
    const written = structuredClone(schema);
    expect(checkParameters(schema, { a: 1 }).ok).toBe(isRight);
    expect(schema).toEqual(written);
  });

  it('takes no name of a property for a keyword of draft-04', () => {
    const schema = { properties: { id: { type: 'string' }, exclusiveMinimum: true }, required: ['id'] };
    expect(checkParameters(schema, { id: 'a', exclusiveMinimum: 7 }).ok).toBe(true);
    expect(checkParameters(schema, { id: 1 }).ok).toBe(false);
  });

  it('fills in defaults at any depth, in a copy', () => {
    const schema: JsonObject = {
      properties: {
        size: { default: 's' },
        disk: { default: {}, properties: { class: { default: 'fast' }, gigabytes: { default: 10 } } },
        ports: { items: { properties: { name: { default: 'http' } } } },
        given: { default: 1 },
      },
    };
    const parameters: JsonObject = { ports: [{}, { name: 'x' }], given: 2 };
    expect(checkParameters(schema, parameters)).toEqual({
      ok: true,
      value: {
        size: 's',
        disk: { class: 'fast', gigabytes: 10 },
        ports: [{ name: 'http' }, { name: 'x' }],
        given: 2,
      },
    });
    expect(parameters).toEqual({ ports: [{}, { name: 'x' }], given: 2 });
    expect(checkParameters(schema, {})).toMatchObject({ value: { disk: { class: 'fast' } } });
  });

  it.each<[JsonObject, JsonObject, string]>([
    [{ properties: { size: { maximum: 5 } } }, { size: 77 }, 'parameters.size: must be <= 5'],
    [
      { properties: { 'a.b': { items: { pattern: '^x' } } } },
      { 'a.b': ['x', 'hunter2'] },
      'parameters["a.b"][1]: must match pattern "^x"',
    ],
    [{ properties: { a: { const: 'b' } } }, { a: 'hunter2' }, 'parameters.a: must be equal to constant'],
    [{ properties: { 'a/b~c': { type: 'string' } } }, { 'a/b~c': 1 }, 'parameters["a/b~c"]: must be string'],
    [{ required: ['a'] }, {}, "parameters: must have required property 'a'"],
  ])('%j tells what is wrong with %j, without the value: %s', (schema, parameters, line) => {
    const checked = checkParameters(schema, parameters);
    const lines = checked.ok ? [] : checked.problems.map(({ path, message }) => `${path}: ${message}`);
    expect(lines).toEqual([line]);
  });

  it('tells of twenty problems, not of thousands', () => {
    const schema: JsonObject = { properties: { a: { items: { type: 'string' } } } };
    const checked = checkParameters(schema, { a: Array.from({ length: 5_000 }, () => 1) });
    expect(checked).toMatchObject({ ok: false, problems: { length: 20 } });
  });

  it('can not be kept busy by a text that its pattern is slow on', () => {
    const schema: JsonObject = { properties: { a: { pattern: '^(a+)+$' } } };
    expect(checkParameters(schema, { a: `${'a'.repeat(50_000)}!` }).ok).toBe(false);
    expect(checkParameters(schema, { a: 'aaa' }).ok).toBe(true);
  });

  it('may have look-around in its patterns', () => {
    const schema: JsonObject = { properties: { a: { pattern: '^(?=.*[0-9])[a-z0-9]+$' } } };
    expect(checkParameters(schema, { a: 'abc' }).ok).toBe(false);
    expect(checkParameters(schema, { a: 'abc1' }).ok).toBe(true);
  });

  it('that is none lets no parameters in', () => {
    const problem = { path: 'parameters', message: expect.stringContaining('can not be checked') };
    expect(checkParameters({ type: 'array' }, {})).toEqual({ ok: false, problems: [problem] });
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
