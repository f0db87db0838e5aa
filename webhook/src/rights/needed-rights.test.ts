import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '@mesitis/kube';
import { parseProviderConfigMap, type ProviderConfigMap, type Published } from '@mesitis/offering';
import { ENTRY, entryConfigMap, SERVICE, serviceConfigMap } from '../testing/provider-config-maps.js';
import { neededRights, publishesTheSame, type NeededRight } from './needed-rights.js';

function published(configMap: JsonObject, name = 'other'): Published {
  const parsed = parseProviderConfigMap(configMap as unknown as ProviderConfigMap);
  if (!parsed.ok) throw new Error(parsed.violations.map(({ message }) => message).join('; '));
  return { configMap: name, value: parsed.value };
}

const PAYLOAD = 'data.wrapped-resource';
const rightsOf = (configMap: JsonObject, ...neighbours: Published[]): NeededRight[] =>
  neededRights(published(configMap).value, { namespace: 'provider-ns', payload: PAYLOAD, neighbours });
const entryWith = (changes: object): JsonObject => entryConfigMap({ ...ENTRY, ...changes });
const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'back-end' },
  spec: {
    selector: { matchLabels: { app: 'a' } },
    template: { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'a', image: 'a' }] } },
  },
};
const DEPLOYMENT = published(
  serviceConfigMap(deployment, { 'mesitis/kind': 'wrapped-deployment' }),
  'wrapped-deployment',
);
const OBJECT = published(serviceConfigMap(), 'wrapped-service');
const secret = (namespace: string, name: string): object => ({
  path: `${PAYLOAD}: credentialdata`,
  verb: 'get',
  type: { apiVersion: 'v1', kind: 'Secret' },
  namespace,
  name,
});
const inVault = (vaultauth: object): object => ({
  provisionkind: 'ProvisionNonClusterURL',
  provisiondata: { url: 'https://a.example.com' },
  credentialkind: 'CredentialFromVault',
  credentialdata: { vaulturl: 'https://vault.example.com', vaultauth, vaultpath: 'secret/api' },
});
const existing = { provisionkind: 'ProvisionExistingClusterService' };

describe('an entry needs the rights for all that it has the broker do', () => {
  test.each<[string, object, Published[], object[]]>([
    [
      'creating each kind of object that it selects, once',
      {},
      [OBJECT, OBJECT, DEPLOYMENT],
      [
        {
          path: `${PAYLOAD}: provisiondata.labelSelector`,
          deed: 'has the broker create a Service, from ConfigMap wrapped-service',
          verb: 'create',
          type: { apiVersion: 'v1', kind: 'Service' },
          namespace: 'api-ns',
        },
        { verb: 'create', type: { apiVersion: 'apps/v1', kind: 'Deployment' }, namespace: 'api-ns' },
      ],
    ],
    [
      'none for objects that are disabled',
      {},
      [published(serviceConfigMap(SERVICE, { 'mesitis/enabled': 'false' }))],
      [],
    ],
    [
      'none for objects of another offering',
      {},
      [published(serviceConfigMap(SERVICE, { 'mesitis/offering': 'b' }))],
      [],
    ],
    [
      'looking up a shared Service',
      { ...existing, provisiondata: { namespace: 'shared', name: 'db' } },
      [],
      [{ verb: 'get', type: { apiVersion: 'v1', kind: 'Service' }, namespace: 'shared', name: 'db' }],
    ],
    [
      'everything in the namespace of a Helm chart',
      {
        provisionkind: 'ProvisionHelmChart',
        provisiondata: { namespace: 'charts', name: 'a', charturl: 'https://a.example.com/a.tgz' },
      },
      [],
      [{ path: `${PAYLOAD}: provisiondata`, verb: '*', namespace: 'charts' }],
    ],
    [
      'reading the Secret beside the broker that is delivered',
      { credentialkind: 'CredentialFromClusterSecret', credentialdata: { secretname: 'db' } },
      [],
      [secret('provider-ns', 'db')],
    ],
    [
      'reading the Secret that provisioning is said to make',
      { credentialkind: 'CredentialFromProvisionedSecret', credentialdata: { secretname: 'root' } },
      [],
      [secret('api-ns', 'root')],
    ],
    [
      'reading the Secret with which the broker logs in to Vault',
      inVault({ method: 'token', secretname: 'vault' }),
      [],
      [{ ...secret('provider-ns', 'vault'), path: `${PAYLOAD}: credentialdata.vaultauth` }],
    ],
    [
      'tokens of the ServiceAccounts with which the broker logs in to Vault',
      inVault({ method: 'kubernetes', role: 'a' }),
      [],
      [
        {
          verb: 'create',
          type: { apiVersion: 'v1', kind: 'ServiceAccount' },
          subresource: 'token',
          namespace: 'provider-ns',
        },
      ],
    ],
    [
      'none for what is outside of the cluster',
      { provisionkind: 'ProvisionNonClusterURL', provisiondata: { url: 'https://a.example.com' } },
      [],
      [],
    ],
  ])('%s', (_, changes, neighbours, expected) => {
    const rights = rightsOf(entryWith(changes), ...neighbours);
    expect(rights).toHaveLength(expected.length);
    expect(rights).toMatchObject(expected);
  });

  test('all Secrets when the name of one depends on the instance', () => {
    const [right] = rightsOf(
      entryWith({
        credentialkind: 'CredentialFromProvisionedSecret',
        credentialdata: { secretname: 'db-${instance.shortId}' },
      }),
    );
    expect(right).toMatchObject({ verb: 'get', namespace: 'api-ns' });
    expect(right).not.toHaveProperty('name');
  });

  test('none while it is disabled', () => {
    expect(rightsOf(entryConfigMap(ENTRY, { 'mesitis/enabled': 'false' }), OBJECT)).toEqual([]);
  });
});

describe('an object needs the right to be created where the entries that select it want it', () => {
  const entry = published(entryConfigMap(), 'the-entry');

  test.each<[string, JsonObject, Published[], object[]]>([
    [
      'selected by one',
      serviceConfigMap(),
      [entry, OBJECT],
      [
        {
          path: `${PAYLOAD}: kind`,
          deed: 'has the broker create a Service, as the entry in ConfigMap the-entry selects it',
          verb: 'create',
          type: { apiVersion: 'v1', kind: 'Service' },
          namespace: 'api-ns',
        },
      ],
    ],
    ['disabled', serviceConfigMap(SERVICE, { 'mesitis/enabled': 'false' }), [entry], []],
    ['selected by none', serviceConfigMap(SERVICE, { 'mesitis/offering': 'other' }), [entry], []],
    [
      'selected by a disabled one',
      serviceConfigMap(),
      [published(entryConfigMap(ENTRY, { 'mesitis/enabled': 'false' }))],
      [],
    ],
  ])('%s', (_, configMap, neighbours, expected) => {
    expect(rightsOf(configMap, ...neighbours)).toEqual(expected);
  });
});

test.each<[string, JsonObject, boolean]>([
  ['the same', serviceConfigMap(), true],
  ['another label', serviceConfigMap(SERVICE, { 'mesitis/order': '3' }), false],
  ['another payload', serviceConfigMap({ ...SERVICE, spec: {} }), false],
])('an update is compared by what it publishes: %s', (_, after, same) => {
  const before = serviceConfigMap();
  const annotated = { ...after, metadata: { ...(after['metadata'] as JsonObject), annotations: { a: 'b' } } };
  expect(publishesTheSame(before, annotated)).toBe(same);
});
