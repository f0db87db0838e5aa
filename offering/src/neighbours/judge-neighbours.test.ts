import { describe, expect, it } from '@jest/globals';
import { parseProviderConfigMap } from '../configuration.js';
import type { ProviderConfigMap } from '../model.js';
import { entryConfigMap, linesOf, wrappedConfigMap, type Overrides } from '../testing/config-maps.js';
import { judgeNeighbours, Neighbourhood } from './judge-neighbours.js';
import type { Published } from './published.js';

function published(configMap: string, given: ProviderConfigMap): Published {
  const parsed = parseProviderConfigMap(given);
  if (!parsed.ok) throw new Error(linesOf(given).join('\n'));
  const { value } = parsed;
  if (value.type === 'wrapped-resource') value.resource.configMap = configMap;
  return { configMap, value };
}

const entry = (configMap: string, payload: Overrides = {}, labels: Overrides = {}): Published =>
  published(configMap, entryConfigMap(payload, labels));
const selecting = (labelSelector: string, labels: Overrides = {}): Published => {
  const provisiondata = { namespace: 'api-ns', name: 'back-end', labelSelector };
  return entry('entry', { provisionkind: 'ProvisionConfigMapObjects', provisiondata }, labels);
};
const object = (configMap: string, payload: Overrides = {}, labels: Overrides = {}): Published =>
  published(configMap, wrappedConfigMap(payload, labels));

const needs = (name: string): Overrides => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'pod-${instance.shortId}' },
  spec: { containers: [{ name: 'a', image: 'b', envFrom: [{ secretRef: { name } }] }] },
});
const SECRET = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'password-${instance.shortId}' } };
const pod = (order: string): Published =>
  object('pod', needs('password-${instance.shortId}'), {
    'mesitis/kind': 'wrapped-pod',
    'mesitis/order': order,
  });
const secret = (order: string): Published =>
  object('secret', SECRET, { 'mesitis/kind': 'wrapped-secret', 'mesitis/order': order });

const judge = (one: Published, ...others: Published[]): string[] =>
  judgeNeighbours(one, others, 'payload').map(
    ({ rule, severity, path, message }) => `${rule} ${severity} ${path}: ${message}`,
  );

describe('entries beside each other', () => {
  it('refuses a uuid that is taken', () => {
    expect(judge(entry('mine'), entry('theirs', { version: '2' }))).toEqual([
      'MES080 error payload: The uuid "3" is also that of ConfigMap theirs; give each entry a uuid of its own',
    ]);
  });

  it('lets the uuid of a disabled entry be taken, and says nothing of a disabled entry', () => {
    const off = { 'mesitis/enabled': 'false' };
    expect(judge(entry('mine'), entry('theirs', { version: '2' }, off))).toEqual([]);
    expect(judge(entry('mine', {}, off), entry('theirs', { version: '2' }))).toEqual([]);
  });

  it('leaves conflicts between others to those', () => {
    expect(judge(entry('mine', { uuid: '4', offering: 'x' }), entry('a'), entry('b'))).toEqual([]);
  });
});

describe('what an entry selects', () => {
  it('warns of a selector that finds nothing', () => {
    expect(judge(selecting('mesitis/offering=other'), object('service'))).toEqual([
      'MES083 warning payload: provisiondata.labelSelector: "mesitis/offering=other" selects no enabled object in this namespace, so no instance can be made; publish the objects with such labels, or correct it',
    ]);
  });

  it('does not count what is disabled', () => {
    const off = object('service', {}, { 'mesitis/enabled': 'false' });
    expect(judge(selecting('mesitis/offering=api-service'), off)).toHaveLength(1);
    expect(judge(selecting('mesitis/offering=other', { 'mesitis/enabled': 'false' }))).toEqual([]);
  });

  it('says nothing of a selector that finds something, or that depends on the instance', () => {
    expect(judge(selecting('mesitis/offering=api-service'), object('service'))).toEqual([]);
    expect(judge(selecting('tier=${parameters.tier}'))).toEqual([]);
  });
});

describe('an object', () => {
  it('is warned of when no entry selects it', () => {
    const expected = [
      'MES084 warning metadata.labels: are selected by no enabled entry in this namespace, so this object is never made; publish an entry whose labelSelector selects them, or correct them',
    ];
    expect(judge(object('service'))).toEqual(expected);
    expect(judge(object('service'), entry('a'), selecting('a=b'))).toEqual(expected);
    expect(judge(object('service', {}, { 'mesitis/enabled': 'false' }))).toEqual([]);
  });

  it('is not when one does', () => {
    expect(judge(object('service'), selecting('mesitis/offering'))).toEqual([]);
  });
});

describe('orders', () => {
  const message =
    'order 1 makes the Pod "pod-${instance.shortId}" before the Secret "password-${instance.shortId}" of order 2, which its Pods need; give the Secret the smaller order';
  const all = selecting('mesitis/offering=api-service');

  it('warns whoever writes one of the two, or the entry that selects both', () => {
    const path = 'metadata.labels["mesitis/order"]';
    expect(judge(pod('1'), all, secret('2'))).toEqual([`MES085 warning ${path}: ${message}`]);
    expect(judge(secret('2'), all, pod('1'))).toEqual([`MES085 warning ${path}: ${message}`]);
    expect(judge(all, secret('2'), pod('1'))).toEqual([
      `MES085 warning payload: provisiondata.labelSelector: ${message}`,
    ]);
  });

  it('says nothing when what is needed comes first or at the same time, or belongs to another entry', () => {
    expect(judge(all, secret('1'), pod('2'))).toEqual([]);
    expect(judge(all, secret('1'), pod('1'))).toEqual([]);
    expect(judge(pod('1'), selecting('mesitis/kind=wrapped-pod'), secret('2'))).toEqual([]);
  });

  it.each([
    ['first', ['1', '3'], []],
    ['last', ['3', '1'], []],
    ['never', ['3', '2'], ['before the Secret "password-${instance.shortId}" of order 2']],
  ])(
    'goes by the one that is made first of two of the same name, when it comes early %s',
    (_, orders, parts) => {
      const secrets = orders.map((order, index) => ({ ...secret(order), configMap: `secret-${index}` }));
      const lines = judge(pod('1'), all, ...secrets);
      expect(lines).toEqual(parts.map((part) => expect.stringContaining(part)));
    },
  );

  it('says nothing of a pair that somebody else wrote', () => {
    expect(judge(object('service'), all, pod('1'), secret('2'))).toEqual([]);
  });
});

describe('a whole namespace', () => {
  // A selector with an expression may select anything.
  const selectors = [
    'tier=a',
    'tier in (a,b,a)',
    'tier!=a',
    'tier',
    '!tier',
    'tier=c',
    'tier=${parameters.t}',
  ];
  const pairs = ['a', 'b', undefined].flatMap((tier) => [
    object(`pod-${tier}`, needs(`password-${tier}`), {
      'mesitis/kind': 'wrapped-pod',
      'mesitis/order': '1',
      tier,
    }),
    object(
      `secret-${tier}`,
      { ...SECRET, metadata: { name: `password-${tier}` } },
      { 'mesitis/kind': 'wrapped-secret', 'mesitis/order': tier === 'b' ? '1' : '2', tier },
    ),
  ]);

  it.each(selectors)(
    'is judged at once as each by the others, with an entry of selector "%s"',
    (selector) => {
      const all = [...pairs, selecting(selector), { ...selecting('tier in (b)', {}), configMap: 'second' }];
      const neighbourhood = new Neighbourhood(all);
      for (const one of all) {
        const others = all.filter((other) => other !== one);
        expect(neighbourhood.judge(one, 'payload')).toEqual(judgeNeighbours(one, others, 'payload'));
      }
    },
  );

  it('has an object made by every entry whose selector it meets, and by no other', () => {
    const [made, ...others] = selectors.map((selector) =>
      pairs
        .filter((one) => !judge(one, selecting(selector)).some((line) => line.startsWith('MES084')))
        .map(({ configMap }) => configMap),
    );
    expect(made).toEqual(['pod-a', 'secret-a']);
    expect(others.map((names) => names.filter((name) => name.startsWith('pod')))).toEqual([
      ['pod-a', 'pod-b'],
      ['pod-b', 'pod-undefined'],
      ['pod-a', 'pod-b'],
      ['pod-undefined'],
      [],
      ['pod-a', 'pod-b', 'pod-undefined'],
    ]);
  });
});
