import { expect, test } from '@jest/globals';
import type { JsonObject } from './json.js';
import type { CatalogEntry } from './model.js';
import { sampleParameters, sampleScope } from './sample.js';

const required = (property: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  required: ['a'],
  properties: { a: property },
  ...more,
});

test.each<[string, JsonObject | undefined, JsonObject | undefined]>([
  ['nothing without a schema', undefined, {}],
  ['nothing that is not required', { properties: { a: { type: 'string' } } }, {}],
  ['defaults, required or not', { properties: { a: { default: 3 } } }, { a: 3 }],
  ['a constant', required({ const: 'x', type: 'string' }), { a: 'x' }],
  ['the first of an enumeration', required({ enum: ['s', 'm'] }), { a: 's' }],
  ['the first example', required({ type: 'string', pattern: '^db-', examples: ['db-1'] }), { a: 'db-1' }],
  ['a text that is long enough', required({ type: 'string', minLength: 3 }), { a: 'xxx' }],
  ['the least number', required({ type: 'integer', minimum: 5 }), { a: 5 }],
  ['a number above a limit', required({ type: 'integer', exclusiveMinimum: 5 }), { a: 6 }],
  ['a number below a limit', required({ type: 'integer', maximum: -2 }), { a: -2 }],
  ['a multiple', required({ type: 'integer', minimum: 5, multipleOf: 4 }), { a: 8 }],
  ['no', required({ type: 'boolean' }), { a: false }],
  ['null', required({ type: 'null' }), { a: null }],
  ['the first of several types', required({ type: ['string', 'null'] }), { a: 'x' }],
  [
    'a list that is long enough',
    required({ type: 'array', minItems: 2, items: { type: 'integer' } }),
    { a: [1, 1] },
  ],
  ['objects in objects', required(required({ type: 'boolean' })), { a: { a: false } }],
  ['what a reference names', required({ $ref: '#/$defs/s' }, { $defs: { s: { enum: ['l'] } } }), { a: 'l' }],
  ['the first alternative', required({ oneOf: [{ type: 'integer' }, { type: 'string' }] }), { a: 1 }],
  ['nothing when it would have to guess', required({ type: 'string', pattern: '^db-' }), undefined],
  ['nothing for a schema without end', required({ $ref: '#' }), undefined],
])('makes up %s', (_, schema, expected) => {
  expect(sampleParameters(schema)).toEqual(expected);
});

test('an instance of a namespace that the whitelist names', () => {
  const entry = { offering: 'db', whitelist: ['team-*', 'client-ns'] } as unknown as CatalogEntry;
  expect(sampleScope(entry)).toMatchObject({
    instance: { name: 'sample', shortId: expect.stringMatching(/^[a-z0-9]{10}$/) },
    consumer: { namespace: 'client-ns' },
    offering: 'db',
    parameters: {},
  });
  expect(sampleScope({ ...entry, whitelist: ['*'] })?.consumer.namespace).toBe('sample');
});
