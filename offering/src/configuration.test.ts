import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { parseProviderConfigMap } from './configuration.js';
import type { ProviderConfigMap } from './model.js';
import {
  ENTRY,
  entryConfigMap,
  entryOf,
  resourceOf,
  violationsOf,
  wrappedConfigMap,
} from './testing/config-maps.js';

const [entry, service] = parseAllDocuments(
  readFileSync(new URL('../../docs/examples/api-service.yaml', import.meta.url), 'utf8'),
).map((document) => document.toJS() as ProviderConfigMap) as [ProviderConfigMap, ProviderConfigMap];

describe('the ConfigMaps that providers have always written', () => {
  it('read as an entry', () => {
    expect(parseProviderConfigMap(entry)).toEqual({
      ok: true,
      value: {
        type: 'catalog-entry',
        enabled: true,
        entry: {
          team: 'api',
          offering: 'api-service',
          description: 'An api service offered by the API team',
          uuid: '3',
          version: '1',
          whitelist: ['client-ns'],
          provision: {
            kind: 'ProvisionConfigMapObjects',
            namespace: 'api-ns',
            name: 'api-service',
            labelSelector: 'mesitis/offering=api-service',
          },
          credential: {
            kind: 'CredentialFromCatalog',
            values: { username: 'iamtheuser', password: 'iamthepassword' },
          },
          tags: [],
          driftRepair: true,
          free: true,
          bindable: true,
        },
      },
      warnings: [expect.objectContaining({ rule: 'MES082' })],
    });
  });

  it('read as a wrapped Service, whose fixed name is a warning', () => {
    const parsed = parseProviderConfigMap(service);
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        type: 'wrapped-resource',
        resource: {
          configMap: 'wrapped-api-service',
          offering: 'api-service',
          kind: 'Service',
          enabled: true,
          order: 2,
          labels: service.metadata.labels,
        },
      },
      warnings: [{ rule: 'MES060', severity: 'warning', path: 'data.wrapped-resource: metadata.name' }],
    });
    const written: unknown = JSON.parse(service.data?.['wrapped-resource'] ?? '');
    expect(resourceOf(service).object).toEqual(written);
  });
});

describe('the spelling of an entry', () => {
  const canonical = entryOf(entry);
  const text = entry.data?.['wrapped-resource'] ?? '';
  const payload = JSON.parse(text) as Record<string, unknown>;
  const { provisionkind, provisiondata, credentialkind, credentialdata, ...rest } = payload;

  it.each<[string, string]>([
    ['keys in upper case', JSON.stringify(upperCaseKeys(payload))],
    ['an alias of the kind', JSON.stringify({ ...payload, provisionkind: 'ProvisionNewClusterObjects' })],
    ['a kind in lower case', JSON.stringify({ ...payload, provisionkind: 'provisionconfigmapobjects' })],
    [
      'the kinds as keys',
      JSON.stringify({
        ...rest,
        provisionnewclusterobjects: provisiondata,
        credentialfromcatalog: credentialdata,
      }),
    ],
    [
      'one kind as a key, one by name',
      JSON.stringify({ ...rest, ProvisionConfigMapObjects: provisiondata, credentialkind, credentialdata }),
    ],
    ['numbers as version and uuid', JSON.stringify({ ...payload, version: 1, uuid: 3 })],
    ['blanks and a byte order mark around it', `\uFEFF\n  ${text}\n`],
    [
      'YAML',
      [
        'team: api',
        'offering: api-service',
        'description: >-\n  An api service\n  offered by the API team',
        'uuid: 3',
        "version: '1'",
        'whitelist: [client-ns]',
        `provisionkind: ${String(provisionkind)}`,
        'provisiondata: &data',
        '  namespace: api-ns',
        '  name: api-service',
        '  labelSelector: mesitis/offering=api-service',
        'credentialkind: CredentialFromCatalog',
        'credentialdata: { username: iamtheuser, password: iamthepassword }',
      ].join('\n'),
    ],
  ])('does not matter: %s', (_, spelled) => {
    expect(entryOf({ ...entry, data: { 'wrapped-resource': spelled } })).toEqual(canonical);
  });

  it('includes the older name of the payload', () => {
    expect(entryOf({ ...entry, data: { 'embedded-resource': text } })).toEqual(canonical);
  });
});

describe('everything that is wrong', () => {
  it('is told at once, with labels and payload apart', () => {
    const given = entryConfigMap(
      { team: 'API', uuid: undefined, tagz: [], provisiondata: { url: 'nowhere' } },
      { 'mesitis/enabled': 'yes' },
    );
    expect(violationsOf(given).map(({ rule, path }) => `${rule} ${path}`)).toEqual([
      'MES002 metadata.labels["mesitis/enabled"]',
      'MES022 data.wrapped-resource: tagz',
      'MES023 data.wrapped-resource: uuid',
      'MES032 data.wrapped-resource: team',
      'MES044 data.wrapped-resource: provisiondata.url',
    ]);
  });

  it('says where in the payload it stands', () => {
    const text = '{\n  "team": "API"\n}';
    const found = violationsOf(entryConfigMap(text)).find(({ rule }) => rule === 'MES032');
    expect(found?.position).toEqual({ line: 2, column: 11 });
  });

  it('never contains the values of credentials', () => {
    const secret = 'hunter2-${broken';
    const wrong = [
      {
        credentialkind: 'CredentialFromCatalog',
        credentialdata: { password: secret, uri: secret, n: { x: secret } },
      },
      { provisiondata: { url: `https://user:${secret}@host/` } },
      { provisiondata: { url: `nowhere ${secret}` } },
      {
        credentialkind: 'CredentialFromVault',
        credentialdata: { vaulturl: `http://u:${secret}@`, vaultauth: secret },
      },
    ].map((override) => entryConfigMap(override));
    const broken = [`{ "password": "${secret}`, `password: "${secret}\n  \\q`, `a: ${secret}\n "b`].map(
      (text) => entryConfigMap(text),
    );
    for (const given of [...wrong, ...broken]) {
      const parsed = parseProviderConfigMap(given);
      expect(parsed.ok).toBe(false);
      expect(JSON.stringify(parsed)).not.toContain('hunter2');
    }
  });
});

describe('a ConfigMap that is none', () => {
  const text = JSON.stringify(ENTRY);
  it.each<unknown>([
    undefined,
    null,
    7,
    'text',
    [],
    {},
    { metadata: null, data: null },
    { metadata: [], data: [] },
    { metadata: { labels: 'mesitis/kind' }, data: 'wrapped-resource' },
    {
      metadata: { labels: { 'mesitis/kind': 7, 'mesitis/enabled': true } },
      data: { 'wrapped-resource': text },
    },
    { metadata: { name: 7, labels: { 'mesitis/kind': 'catalog-entry' } }, data: { 'wrapped-resource': {} } },
    { metadata: { labels: { 'mesitis/kind': 'service' } }, data: { 'wrapped-resource': null } },
    { metadata: { labels: { 'mesitis/kind': 'catalog-entry' } }, binaryData: { 'wrapped-resource': 'e30=' } },
    { metadata: { labels: { constructor: 'x', 'mesitis/kind': 'toString' } }, data: { constructor: 'x' } },
  ])('is refused with reasons, not with an exception: %j', (given) => {
    const parsed = parseProviderConfigMap(given as ProviderConfigMap);
    expect(parsed).toMatchObject({ ok: false });
    expect(parsed.ok ? [] : parsed.violations).not.toEqual([]);
  });
});

describe('any text as payload', () => {
  it.each([
    ...[
      '',
      ' ',
      '\n',
      '\0',
      '{',
      '}',
      '[',
      '[]',
      '{}',
      'null',
      '"',
      "'",
      '- ',
      '---',
      '...',
      '%',
      '@',
      '`',
      '!',
      '&',
      '*',
    ],
    ...[
      '{}{}',
      '{"a":}',
      '{"a" 1}',
      '{,}',
      '[1,]',
      '{"a":1,}',
      '{"a":01}',
      '{"a":1e999}',
      '{"a":"\\x"}',
      '{"__proto__":{}}',
    ],
    ...[
      '{"a":"\n"}',
      '{"\\ud800":"\\udfff"}',
      '{"toString":1,"constructor":{}}',
      '// {}',
      '{/**/}',
      '\uFEFF',
      '\uFEFF{}',
    ],
    ...[
      'a: &a [*a]',
      'a: *b',
      '<<: 1',
      '<<: *a',
      '? a',
      '? [a]: b',
      '? {}',
      '!!js/function x',
      '!!binary aGk=',
      'a: .nan',
      'a: -.inf',
    ],
    ...[
      'a: b: c',
      '\ta: 1',
      'a:\n\t- b',
      'a: "',
      "a: '",
      'a: |\n b',
      'a: >9\n b',
      '--- a\n--- b',
      '%YAML 9.9\n---\na',
      '{{ .Values }}',
    ],
  ])('is judged without an exception: %j', (text) => {
    for (const given of [entryConfigMap(text), wrappedConfigMap(text)]) {
      expect(parseProviderConfigMap(given).ok).toBe(false);
    }
  });

  it('is judged without an exception wherever a right one is damaged', () => {
    const json = JSON.stringify(ENTRY);
    const yaml = 'team: api\nwhitelist:\n  - a\n  - "b"\nprovisiondata: {url: "https://x"}\ntags: [a, b]\n';
    const texts = [json, yaml].flatMap((text) =>
      Array.from({ length: text.length / 3 }, (_, third) => third * 3).flatMap((index) =>
        ['', '"', '{', '\n', '${', '&a '].map(
          (damage) => text.slice(0, index) + damage + text.slice(index + 1),
        ),
      ),
    );
    expect(texts.map(judge)).not.toContain(undefined);
  });

  it('is judged without an exception whatever value a key has', () => {
    const values = [
      null,
      true,
      0,
      -1.5,
      1e300,
      '',
      ' ',
      '${',
      '${}',
      '${a}',
      'x'.repeat(300),
      [],
      [[]],
      [null],
      {},
      { a: {} },
    ];
    const keys = [
      ...Object.keys(ENTRY),
      ...['tags', 'free', 'serviceuuid', 'parameters', 'bindparameters', 'binding', 'readiness', 'limits'],
      ...[
        'provisionhelmchart',
        'credentialfromvault',
        'credentialfromclustersecret',
        'credentialdata',
        'imageurl',
      ],
    ];
    const entries = keys.flatMap((key) => values.map((value) => entryConfigMap({ [key]: value })));
    const objects = ['apiVersion', 'kind', 'metadata', 'spec', 'status'].flatMap((key) =>
      [...values, { name: [] }, { name: 'a', labels: [] }, { ports: [7] }].map((value) =>
        wrappedConfigMap({ [key]: value }),
      ),
    );
    expect([...entries, ...objects].map((given) => parseProviderConfigMap(given).ok)).not.toContain(
      undefined,
    );
  });
});

function judge(text: string): boolean {
  return parseProviderConfigMap(entryConfigMap(text)).ok;
}

function upperCaseKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key.toUpperCase(), upperCaseKeys(item)]),
  );
}
