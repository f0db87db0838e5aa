import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { apiService, entryConfigMap, wrapped } from '../testing/fixtures.js';
import type { Catalog } from './build-catalog.js';
import { buildCatalog } from './build-catalog.js';
import type { Capabilities } from './capabilities.js';

/** The catalog of a broker that can do everything, unless the test takes something away. */
function build(configMaps: readonly KubeObject[], less: Partial<Capabilities> = {}): Catalog {
  return buildCatalog(configMaps, { runsHelm: true, keepsSecrets: true, ...less });
}

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
    const { services, plans } = build(versions);
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
    const { services } = build([
      entryConfigMap('url', {
        parameters: { type: 'object', required: ['size'] },
        bindparameters: { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' },
      }),
    ]);
    expect(services[0]?.plans[0]?.schemas).toEqual({
      service_instance: {
        create: {
          parameters: {
            $schema: 'http://json-schema.org/draft-04/schema#',
            type: 'object',
            required: ['size'],
          },
        },
        // An update names what it changes, and no more.
        update: { parameters: { $schema: 'http://json-schema.org/draft-04/schema#', type: 'object' } },
      },
      service_binding: {
        create: { parameters: { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' } },
      },
    });
  });

  test('publishes what the entry says about itself', () => {
    const { services } = build([
      entryConfigMap('url', {
        displayname: 'The URL',
        documentationurl: 'https://example.com/docs',
        supporturl: 'https://example.com/help',
        imageurl: 'https://example.com/logo.png',
        free: false,
        bindable: false,
        binding: { type: 'postgresql', provider: 'rds', format: 'servicebinding' },
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
        plans: [
          {
            free: false,
            bindable: false,
            metadata: {
              displayName: 'The URL',
              mesitis: { binding: { type: 'postgresql', provider: 'rds', format: 'servicebinding' } },
            },
          },
        ],
      },
    ]);
  });

  test('keeps the enabled wrapped resources', () => {
    const [entry, first, ...rest] = apiService();
    const configMaps = [entry, first, ...rest].filter((configMap) => configMap !== undefined);
    expect(build(configMaps).resources).toHaveLength(3);
    configMaps.push(entryConfigMap('broken', { version: undefined }));
    expect(build(configMaps.map(disabled))).toMatchObject({
      services: [],
      resources: [],
      rejected: [],
    });
  });

  test.each([
    ['what does not parse', [entryConfigMap('broken', { version: undefined })], ['broken']],
    [
      'entries that can not stand together',
      [entryConfigMap('one', { uuid: 'same' }), entryConfigMap('two', { uuid: 'same' })],
      ['one', 'two'],
    ],
  ])('leaves out %s and publishes the rest', (_what, configMaps, names) => {
    const { services, rejected } = build([...configMaps, entryConfigMap('good')]);
    expect(services.some(({ name }) => name === 'api-good')).toBe(true);
    expect(rejected.map(({ configMap }) => configMap)).toEqual(names);
    expect(rejected.every(({ reason }) => reason !== '')).toBe(true);
  });

  test.each([
    [
      'a chart without helm',
      { runsHelm: false },
      {
        provisionkind: 'ProvisionHelmChart',
        provisiondata: {
          namespace: 'api-ns',
          name: 'redis',
          chart: 'oci://registry.example.com/redis',
          version: '1.2.3',
        },
      },
      /HELM/,
    ],
    [
      'leases of Vault in a store that keeps no secrets',
      { keepsSecrets: false },
      {
        credentialkind: 'CredentialFromVault',
        credentialdata: {
          vaulturl: 'https://vault.example.com',
          vaultauth: { method: 'kubernetes', role: 'r' },
          vaultpath: 'database/creds/x',
        },
      },
      /STORE_ENCRYPTION_KEY/,
    ],
    [
      'generated passwords in a store that keeps no secrets',
      { keepsSecrets: false },
      { credentialdata: { password: '${generate.password(32)}' } },
      /STORE_ENCRYPTION_KEY/,
    ],
  ])('leaves out %s', (_what, less, fields, reason) => {
    const entries = [entryConfigMap('special', fields), entryConfigMap('plain')];
    const { services, rejected } = build(entries, less);
    expect(services.map(({ name }) => name)).toEqual(['api-plain']);
    expect(rejected).toEqual([{ configMap: 'special', reason: expect.stringMatching(reason) }]);
    expect(build(entries).services).toHaveLength(2);
  });

  test('remembers the labels of enabled wrapped resources that it leaves out', () => {
    const broken = { ...wrapped({ kind: 'Pod', name: 'p' }, 'o', 1), data: {} };
    expect(build([broken]).rejectedResources).toMatchObject([{ labels: { 'mesitis/offering': 'o' } }]);
    expect(build([disabled(broken)]).rejectedResources).toEqual([]);
  });
});
