import { expect, test } from '@jest/globals';
import {
  ALLOW_BREAKING,
  parseProviderConfigMap,
  type NamedEntry,
  type ProviderConfigMap,
} from '@mesitis/offering';
import { ENTRY, entryConfigMap } from '../testing/provider-config-maps.js';
import { judgeInUse, mayBreak } from './judge-in-use.js';

const schema = (properties: object, required: string[] = []): object => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties,
  required,
});
const SIZED = { ...ENTRY, parameters: schema({ size: { type: 'integer' } }) };

function named(payload: object): NamedEntry {
  const parsed = parseProviderConfigMap(entryConfigMap(payload) as unknown as ProviderConfigMap);
  if (!parsed.ok || parsed.value.type !== 'catalog-entry')
    throw new Error('the entry of the test is not usable');
  return { configMap: 'entry', entry: parsed.value.entry };
}

const change = (after: object | undefined, before: object = SIZED): Parameters<typeof mayBreak>[0] => ({
  before: named(before),
  after: after === undefined ? [] : [named(after)],
});
const standpoint = { payload: 'data.wrapped-resource', annotations: {} };
const users = [
  { namespace: 'client-ns', name: 'small', planId: '3', parameters: {} },
  { namespace: 'client-ns', name: 'big', planId: '3', parameters: { size: 3 } },
];
const REMEDY =
  '; let them move or be given back first, or annotate this ConfigMap with mesitis/allow-breaking: "<reason>"';

test.each<{ title: string; after?: object; rule: string; key?: string; what: string }>([
  {
    title: 'takes the entry away',
    rule: 'MES089',
    what: 'takes "api-api-service-1" out of the catalog, and that breaks client-ns/big and client-ns/small',
  },
  {
    title: 'changes the id',
    after: { ...SIZED, uuid: '4' },
    rule: 'MES088',
    key: 'uuid',
    what: 'changes uuid from "3" to "4", and that breaks client-ns/big and client-ns/small',
  },
  {
    title: 'changes the kind',
    after: {
      ...SIZED,
      provisionkind: 'ProvisionNonClusterURL',
      provisiondata: { url: 'https://a.example.com' },
    },
    rule: 'MES090',
    key: 'provisionkind',
    what: 'changes provisionkind from "ProvisionConfigMapObjects" to "ProvisionNonClusterURL", and that breaks client-ns/big and client-ns/small',
  },
  {
    title: 'shuts a namespace out',
    after: { ...SIZED, whitelist: ['other-ns'] },
    rule: 'MES091',
    key: 'whitelist',
    what: 'no longer lets in namespaces that have instances, and that breaks client-ns/big and client-ns/small',
  },
  {
    title: 'asks for more of the parameters',
    after: { ...SIZED, parameters: schema({ size: { type: 'integer' } }, ['size']) },
    rule: 'MES092',
    key: 'parameters',
    what: 'asks for parameters that instances do not have, and that breaks client-ns/small',
  },
])('refuses a change that $title', ({ after, rule, key, what }) => {
  const path = ['data.wrapped-resource', ...(key === undefined ? [] : [key])].join(': ');
  expect(mayBreak(change(after))).toBe(true);
  expect(judgeInUse(change(after), users, standpoint)).toEqual([
    { rule, severity: 'error', path, message: what + REMEDY },
  ]);
});

test.each<[string, object]>([
  ['leaves everything as it is', SIZED],
  ['changes the description', { ...SIZED, description: 'Another one' }],
  [
    'changes the credential',
    { ...SIZED, credentialkind: 'CredentialNoCredential', credentialdata: undefined },
  ],
])('needs to know no user for a change that %s', (_, after) => {
  expect(mayBreak(change(after))).toBe(false);
});

test('says nothing when nobody uses the entry, or those who do are not affected', () => {
  const wider = { ...SIZED, whitelist: ['client-ns', 'other-ns'] };
  expect(mayBreak(change(wider))).toBe(true);
  expect(judgeInUse(change(wider), users, standpoint)).toEqual([]);
  expect(judgeInUse(change(undefined), [], standpoint)).toEqual([]);
  expect(judgeInUse(change(undefined), [{ namespace: 'a', name: 'b', planId: '9' }], standpoint)).toEqual([]);
});

test('an entry that another ConfigMap goes on to publish is not taken away', () => {
  const { before } = change(undefined);
  expect(mayBreak({ before, after: [{ ...named(SIZED), configMap: 'its-heir' }] })).toBe(false);
});

test('names twenty users and counts the rest', () => {
  const many = Array.from({ length: 23 }, (_, index) => ({
    namespace: 'ns',
    name: `i${index + 10}`,
    planId: '3',
  }));
  const [violation] = judgeInUse(change(undefined), many, standpoint);
  expect(violation?.message).toContain('ns/i29 and 3 more;');
});

test.each([
  ['a reason', 'agreed with client-ns', 'warning'],
  ['no reason', ' ', 'error'],
])('the annotation with %s makes it one that is a matter of %s', (_, reason, severity) => {
  const annotations = { [ALLOW_BREAKING]: reason };
  expect(judgeInUse(change(undefined), users, { ...standpoint, annotations })).toMatchObject([
    { rule: 'MES089', severity },
  ]);
});
