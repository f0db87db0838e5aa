import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '@mesitis/kube';
import { schemaParameters, type SchemaParameter } from './schema-parameters.js';

const told = (properties: JsonObject, rest: JsonObject = {}): SchemaParameter[] =>
  schemaParameters({ type: 'object', properties, ...rest });

describe('a parameter of a schema', () => {
  test.each<[string, JsonObject, Partial<SchemaParameter>]>([
    ['names its type', { type: 'integer' }, { type: 'integer', example: '1' }],
    ['of several types', { type: ['string', 'null'] }, { type: 'string or null' }],
    ['of no type', {}, { type: 'any', description: '', default: undefined, example: 'VALUE' }],
    [
      'that is a list',
      { type: 'array', items: { type: 'string' } },
      { type: 'list of string', example: '[]' },
    ],
    ['with a default', { type: 'boolean', default: false }, { default: 'false', example: 'false' }],
    ['with choices', { enum: ['a', 1] }, { description: 'one of a, 1', example: 'a' }],
    ['with a range', { minimum: 2, maximum: 5 }, { description: '2 to 5', example: '2' }],
    ['with one limit', { maximum: 5, description: 'Size' }, { description: 'Size; at most 5' }],
    ['of text', { minLength: 3, pattern: '^a' }, { description: 'at least 3 characters; matches ^a' }],
    ['with an example', { type: 'string', examples: ['x'], default: 'y' }, { example: 'x' }],
    ['that is elsewhere', { $ref: '#/$defs/size' }, { type: 'number', description: 'Shared' }],
    ['that is nowhere', { $ref: '#/$defs/none' }, { type: 'any' }],
  ])('%s', (_, schema, expected) => {
    const rest = { $defs: { size: { type: 'number', description: 'Shared' } } };
    expect(told({ x: schema }, rest)).toMatchObject([{ path: 'x', required: 'no', ...expected }]);
  });

  test('is required by itself, or once what it is in is given', () => {
    const backup = { type: 'object', required: ['hour'], properties: { hour: {}, 'a.b': {} } };
    const all = told({ backup, store: backup }, { required: ['store'] });
    expect(all.map(({ path, required }) => [path, required])).toEqual([
      ['backup.hour', 'when its parent is given'],
      ['backup.a\\.b', 'no'],
      ['store.hour', 'yes'],
      ['store.a\\.b', 'no'],
    ]);
  });

  test('ends in a schema that holds itself', () => {
    const schema = { properties: { next: { $ref: '#' } } };
    expect(schemaParameters(schema).map(({ path }) => path)).toEqual(['next.next.next.next.next.next']);
    expect(schemaParameters({ properties: { x: { $ref: '#/properties/x' } } })).toHaveLength(1);
    expect(schemaParameters(undefined)).toEqual([]);
  });
});
