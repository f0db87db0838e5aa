import { expect, test } from '@jest/globals';
import type { OsbRequest, OsbResult } from '../osb/osb.js';
import { osbMethod, osbOutcome, osbStatus } from './osb-labels.js';

const INSTANCE = ['v2', 'service_instances', 'catalog'];
const BINDING = [...INSTANCE, 'service_bindings', 'last_operation'];

test.each<[OsbRequest['method'], string[], string]>([
  ['GET', ['v2', 'catalog'], 'GetCatalog'],
  ['PUT', INSTANCE, 'ProvisionInstance'],
  ['PATCH', INSTANCE, 'UpdateInstance'],
  ['DELETE', INSTANCE, 'DeprovisionInstance'],
  ['GET', INSTANCE, 'GetInstance'],
  ['GET', [...INSTANCE, 'last_operation'], 'PollLastOperation'],
  ['PUT', BINDING, 'Bind'],
  ['DELETE', BINDING, 'Unbind'],
  ['GET', BINDING, 'GetBinding'],
  ['GET', [...BINDING, 'last_operation'], 'PollBindingLastOperation'],
  ['PATCH', BINDING, 'Other'],
  ['GET', ['v2'], 'Other'],
])('%s %j is %s', (method, path, name) => {
  expect(osbMethod({ method, path })).toBe(name);
});

test.each<[OsbResult, string, string]>([
  [{ type: 'answer', status: 201 }, '2xx', '2xx'],
  [{ type: 'answer', status: 422 }, '4xx', '4xx'],
  [{ type: 'answer', status: 503 }, '5xx', '5xx'],
  [{ type: 'timeout', message: '' }, 'timeout', 'client-error'],
  [{ type: 'unreachable', message: '' }, 'unreachable', 'client-error'],
])('%j is %s, and %s for what the archived controller counted', (result, outcome, status) => {
  expect([osbOutcome(result), osbStatus(result)]).toEqual([outcome, status]);
});
