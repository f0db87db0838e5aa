import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { apiService, entryConfigMap, objectsEntry, wrapped } from '../testing/fixtures.js';
import { buildCatalog } from './build-catalog.js';

function disabled(configMap: KubeObject): KubeObject {
  const labels = { ...configMap.metadata.labels, 'mesitis/enabled': 'false' };
  return { ...configMap, metadata: { ...configMap.metadata, labels } };
}

describe('building the catalog', () => {
  test('publishes versions with a common serviceuuid as plans of one service, newest first', () => {
    const versions = ['9', '10', '2'].map((version) =>
      entryConfigMap(`v${version}`, {
        offering: 'api-service',
        version,
        uuid: `plan-${version}`,
        serviceuuid: 'service',
        description: `version ${version}`,
        tags: [`t${version}`],
      }),
    );
    const { services, plans } = buildCatalog(versions);
    expect(services).toMatchObject([
      {
        id: 'service',
        name: 'api-api-service',
        description: 'version 10',
        tags: ['t10', 't9', 't2'],
        plans: [{ id: 'plan-10', name: 'api-api-service-10' }, { id: 'plan-9' }, { id: 'plan-2' }],
      },
    ]);
    expect([...plans.keys()].toSorted()).toEqual(['plan-10', 'plan-2', 'plan-9']);
  });

  test('publishes parameter schemas, with a dialect when they name none', () => {
    const { services } = buildCatalog([
      entryConfigMap('url', {
        parameters: { type: 'object' },
        bindparameters: { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' },
      }),
    ]);
    expect(services[0]?.plans[0]?.schemas).toEqual({
      service_instance: {
        create: { parameters: { $schema: 'http://json-schema.org/draft-04/schema#', type: 'object' } },
      },
      service_binding: {
        create: { parameters: { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' } },
      },
    });
  });

  test('publishes what the entry says about itself', () => {
    const { services } = buildCatalog([
      entryConfigMap('url', {
        displayname: 'The URL',
        documentationurl: 'https://example.com/docs',
        supporturl: 'https://example.com/help',
        imageurl: 'https://example.com/logo.png',
        free: false,
        bindable: false,
      }),
    ]);
    expect(services).toMatchObject([
      {
        bindable: false,
        metadata: {
          displayName: 'The URL',
          documentationUrl: 'https://example.com/docs',
          supportUrl: 'https://example.com/help',
          imageUrl: 'https://example.com/logo.png',
        },
        plans: [{ free: false, bindable: false, metadata: { displayName: 'The URL' } }],
      },
    ]);
  });

  test('keeps the enabled wrapped resources', () => {
    const [entry, first, ...rest] = apiService();
    const configMaps = [entry, first, ...rest].filter((configMap) => configMap !== undefined);
    expect(buildCatalog(configMaps).resources).toHaveLength(3);
    configMaps.push(entryConfigMap('broken', { version: undefined }));
    expect(buildCatalog(configMaps.map(disabled))).toMatchObject({
      services: [],
      resources: [],
      rejected: [],
    });
  });

  test.each([
    ['what does not parse', [entryConfigMap('broken', { version: undefined })], ['broken']],
    [
      'what this release does not run',
      [
        entryConfigMap('vault', {
          credentialkind: 'CredentialFromVault',
          credentialdata: {
            vaulturl: 'https://vault.example.com',
            vaultauth: { method: 'kubernetes', role: 'r' },
            vaultpath: 'kv/data/x',
          },
        }),
      ],
      ['vault'],
    ],
    [
      'entries that can not stand together',
      [entryConfigMap('one', { uuid: 'same' }), entryConfigMap('two', { uuid: 'same' })],
      ['one', 'two'],
    ],
    [
      'wrapped objects with expressions',
      [
        objectsEntry('e'),
        wrapped(
          { kind: 'Pod', name: 'p', spec: { containers: [{ name: 'c', image: '${parameters.image}' }] } },
          'e',
          1,
        ),
      ],
      ['wrapped-pod-p'],
    ],
  ])('leaves out %s and publishes the rest', (_what, configMaps, names) => {
    const { services, rejected } = buildCatalog([...configMaps, entryConfigMap('good')]);
    expect(services.some(({ name }) => name === 'api-good')).toBe(true);
    expect(rejected.map(({ configMap }) => configMap)).toEqual(names);
    expect(rejected.every(({ reason }) => reason !== '')).toBe(true);
  });

  test('remembers the labels of enabled wrapped resources that it leaves out', () => {
    const broken = { ...wrapped({ kind: 'Pod', name: 'p' }, 'o', 1), data: {} };
    expect(buildCatalog([broken]).rejectedResources).toMatchObject([{ labels: { 'mesitis/offering': 'o' } }]);
    expect(buildCatalog([disabled(broken)]).rejectedResources).toEqual([]);
  });
});
