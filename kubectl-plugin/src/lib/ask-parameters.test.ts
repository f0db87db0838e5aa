import { expect, test } from '@jest/globals';
import type { JsonObject } from '@mesitis/kube';
import { askParameters } from './ask-parameters.js';

const schema: JsonObject = {
  required: ['size', 'zone', 'secret', 'token', 'backup', 'a.b'],
  properties: {
    size: { type: 'integer', default: 1 },
    zone: { description: 'Where' },
    secret: { type: 'string', format: 'password' },
    token: { type: 'string', writeOnly: true },
    backup: { type: 'object', required: ['hour'], properties: { hour: { type: 'integer' }, day: {} } },
    'a.b': { type: 'string' },
    free: {},
  },
};

test('asks for what is required, has no default and may be seen', async () => {
  const asked: string[] = [];
  const ask = (question: string): Promise<string> => {
    asked.push(question);
    return Promise.resolve('x');
  };
  expect(await askParameters({ 'a.b': '1', backup: {} }, schema, ask)).toEqual(['zone=x', 'backup.hour=x']);
  expect(asked).toEqual(['zone (Where):', 'backup.hour (integer):']);
  expect(await askParameters({ zone: '', backup: { hour: 0 }, 'a.b': null }, schema, ask)).toEqual([]);
  expect(await askParameters(undefined, undefined, ask)).toEqual([]);
});
