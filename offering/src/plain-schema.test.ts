import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from './json.js';
import { isPlain } from './plain-schema.js';
import { compileSchema } from './schema.js';

const value = fc.constantFrom<unknown>(
  true,
  false,
  null,
  0,
  -1,
  1.5,
  '',
  'a',
  'string',
  'object',
  [],
  ['a'],
  [1, 1],
  {},
);
const keywords = fc.constantFrom(
  ...[
    'type',
    'required',
    'minimum',
    'maximum',
    'exclusiveMinimum',
    'exclusiveMaximum',
    'multipleOf',
    'minLength',
  ],
  ...[
    'maxLength',
    'minItems',
    'maxItems',
    'uniqueItems',
    'minProperties',
    'maxProperties',
    'title',
    'description',
  ],
  ...[
    'default',
    'examples',
    'const',
    'enum',
    'items',
    'additionalProperties',
    'properties',
    'nullable',
    '$ref',
    'not',
  ],
);
const { schema } = fc.letrec((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.dictionary(keywords, value, { maxKeys: 4 }),
    fc.record({ items: tie('schema'), type: fc.constantFrom('array', 'string') }, { requiredKeys: [] }),
    fc.record({
      properties: fc.dictionary(fc.constantFrom('a', 'b', 'constructor'), tie('schema'), { maxKeys: 3 }),
    }),
  ),
}));

describe('a plain schema', () => {
  it('can be used whenever its meta-schema takes it', () => {
    let plain = 0;
    const dialect = fc.constantFrom(
      'http://json-schema.org/draft-07/schema#',
      'https://json-schema.org/draft/2020-12/schema',
    );
    fc.assert(
      fc.property(schema, dialect, (a, $schema) => {
        const written = { $schema, properties: { a } } as JsonObject;
        if (!isPlain({ properties: { a } } as JsonObject)) return;
        const compiled = compileSchema(written);
        if (!compiled.ok) return;
        plain += 1;
        // Would throw if it could not be compiled after all.
        compiled.check({ a: 'b' });
      }),
      { numRuns: 300, seed: 1 },
    );
    expect(plain).toBeGreaterThan(30);
  });

  it.each([
    [{ $ref: '#/$defs/none' }],
    [{ pattern: '(' }],
    [{ enum: [] }],
    [{ format: 'date' }],
    [{ nullable: true }],
    [{ properties: { a: { $ref: '#/none' } } }],
    [{ items: { pattern: '(' } }],
  ])('is not %j', (other) => {
    expect(isPlain(other as JsonObject)).toBe(false);
  });
});
