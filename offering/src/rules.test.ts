import { describe, expect, it } from '@jest/globals';
import type { ProviderConfigMap } from './model.js';
import { CLUSTER_RULES, RULES, type RuleName } from './rules.js';
import {
  entryConfigMap,
  SERVICE,
  violationsOf,
  wrappedConfigMap,
  type Overrides,
} from './testing/config-maps.js';

const entry = entryConfigMap;
const metadata = (fields: Overrides): ProviderConfigMap =>
  wrappedConfigMap({ metadata: { name: 'a-${instance.shortId}', ...fields } });
const provision = (kind: string, data: unknown): ProviderConfigMap =>
  entry({ provisionkind: kind, provisiondata: data });
const credential = (kind: string, data: unknown): ProviderConfigMap =>
  entry({ credentialkind: kind, credentialdata: data });
const existing = (data: Overrides): ProviderConfigMap =>
  provision('ProvisionExistingClusterService', { namespace: 'a', name: 'b', ...data });

const chart = (data: Overrides): ProviderConfigMap =>
  provision('ProvisionHelmChart', { namespace: 'a', name: 'b', ...data });
const vault = (data: Overrides): ProviderConfigMap =>
  credential('CredentialFromVault', {
    vaulturl: 'https://vault.example.com',
    vaultauth: { method: 'kubernetes', role: 'api' },
    vaultpath: 'secret/data/api',
    ...data,
  });

const annotated = (ignore: string): ProviderConfigMap => {
  const { metadata: fields, ...rest } = entry();
  return { ...rest, metadata: { ...fields, annotations: { 'mesitis/ignore': ignore } } };
};

/** For each rule, a ConfigMap that breaks it: the type asks for one when a rule is added. */
const BROKEN: Record<RuleName, ProviderConfigMap> = {
  'kind-label': entry({}, { 'mesitis/kind': 'catalog_entry' }),
  'enabled-label': entry({}, { 'mesitis/enabled': 'True' }),
  'offering-label': wrappedConfigMap({}, { 'mesitis/offering': undefined }),
  'order-label': wrappedConfigMap({}, { 'mesitis/order': 'first' }),
  'label-value': entry({}, { tier: 'not a label' }),
  'label-unknown': entry({}, { 'mesitis/enable': 'true' }),
  'config-map-metadata': { ...entry(), metadata: { ...entry().metadata, name: 'Not_A_Name' } },
  'payload-missing': { ...entry(), data: {} },
  'payload-twice': { ...entry(), data: { 'wrapped-resource': '{}', 'embedded-resource': '{}' } },
  'payload-binary': { ...entry(), binaryData: { 'wrapped-resource': 'e30=' } },
  'data-ignored': { ...entry(), data: { ...entry().data, notes: 'x' } },
  'payload-size': entry(`{"a":"${'x'.repeat(2 ** 20)}"}`),
  'payload-depth': entry('{"a":'.repeat(100)),
  'payload-syntax': entry('{'),
  'payload-documents': entry('a: 1\n---\nb: 2'),
  'payload-tag': entry('a: !x 1'),
  'payload-alias': entry('a: *b'),
  'payload-object': entry('[]'),
  'payload-number': entry('{"a":1e999}'),
  'key-duplicate': entry('{"a":1,"a":1}'),
  'key-spelled-twice': entry({ Team: 'b' }),
  'key-forbidden': entry('{"__proto__":1}'),
  'key-unknown': entry({ colour: 'red' }),
  'key-missing': entry({ team: undefined }),
  'value-null': entry({ tags: null }),
  'value-type': entry({ free: 'true' }),
  'value-empty': entry({ description: '' }),
  'value-range': entry({ limits: { total: 0 } }),
  'value-quote': entry('version: 1.10'),
  'expression-syntax': existing({ name: 'a-${' }),
  'expression-place': entry({ description: 'for ${consumer.namespace}' }),
  'expression-namespace': existing({ namespace: 'a-${parameters.x}' }),
  'name-part': entry({ team: 'A Team' }),
  'plan-name-length': entry({ team: 'a'.repeat(40), offering: 'b'.repeat(40) }),
  'id-format': entry({ uuid: 'a b' }),
  'whitelist-entry': entry({ whitelist: ['Client'] }),
  'whitelist-duplicate': entry({ whitelist: ['a', 'a'] }),
  'provision-kind': provision('ProvisionMagic', {}),
  'credential-kind': credential('CredentialFromHat', {}),
  'namespace-name': existing({ namespace: 'a.b' }),
  'service-name': existing({ name: '1a' }),
  'object-name': credential('CredentialFromClusterSecret', { secretname: 'a_b' }),
  'release-name': provision('ProvisionHelmChart', { namespace: 'a', name: 'b'.repeat(54), chart: 'c' }),
  'port-format': existing({ port: 0 }),
  'url-format': provision('ProvisionNonClusterURL', { url: 'example.com' }),
  'url-credentials': provision('ProvisionNonClusterURL', { url: 'https://a:b@example.com' }),
  'label-selector': provision('ProvisionConfigMapObjects', { namespace: 'a', name: 'b', labelSelector: '=' }),
  'chart-choice': provision('ProvisionHelmChart', { namespace: 'a', name: 'b' }),
  'credential-key': credential('CredentialFromCatalog', { uri: 'x' }),
  'credential-none': credential('CredentialNoCredential', { username: 'x' }),
  'schema-invalid': entry({ parameters: { type: 'objekt' } }),
  'schema-size': entry({ parameters: { description: 'x'.repeat(2 ** 16) } }),
  'schema-reference': entry({ parameters: { $ref: 'https://example.com/schema' } }),
  'object-kind': wrappedConfigMap({ kind: 'Deployment' }),
  'object-api-version': wrappedConfigMap({ apiVersion: 'v2' }),
  'object-generate-name': metadata({ generateName: 'a-' }),
  'object-namespace': metadata({ namespace: 'a' }),
  'object-server-field': metadata({ uid: 'a' }),
  'object-reserved': metadata({ labels: { 'mesitis/instance-id': 'a' } }),
  'object-label': metadata({ labels: { a: 'b c' } }),
  'object-name-fixed': wrappedConfigMap({ ...SERVICE, metadata: { name: 'a' } }),
  'object-base64': wrappedConfigMap({ kind: 'Secret', data: { a: '!' } }, { 'mesitis/kind': 'secret' }),
  'expression-size': existing({ name: `\${"${'x'.repeat(2_048)}"}` }),
  'expression-cel': existing({ name: '${a b}' }),
  'expression-name': existing({ name: '${HOME}' }),
  'expression-function': existing({ name: '${instance.name.upper()}' }),
  'expression-type': existing({ name: '${"a" + 1}' }),
  'expression-generate': metadata({ annotations: { a: '${generate.password(7)}' } }),
  'generate-place': existing({ name: '${generate.password(8)}' }),
  'expression-chart': chart({ chart: 'oci://example.com/${parameters.chart}' }),
  'expression-parameter': entry({
    parameters: { properties: {}, additionalProperties: false },
    provisiondata: { url: 'https://example.com/${parameters.size}' },
  }),
  'expression-optional': entry({
    parameters: { properties: { size: {} } },
    provisiondata: { url: 'https://example.com/${parameters.size}' },
  }),
  'object-cluster-scoped': wrappedConfigMap({ kind: 'Namespace' }, { 'mesitis/kind': 'namespace' }),
  'object-list': wrappedConfigMap({ kind: 'List', items: [] }, { 'mesitis/kind': 'wrapped-resource' }),
  'chart-name': chart({ chart: '--post-renderer=x' }),
  'chart-version': chart({ chart: 'oci://example.com/c' }),
  'vault-auth': vault({ vaultauth: { method: 'github' } }),
  'vault-path': vault({ vaultpath: '/secret' }),
  'credential-inline': credential('CredentialFromCatalog', { password: 'x' }),
  'ignore-annotation': annotated('MES001 because'),
};

const names = Object.keys(RULES) as RuleName[];

describe('the registry of rules', () => {
  it('numbers them from MES001 without a gap, those of the cluster among them', () => {
    const ids = [...Object.values(RULES), ...Object.values(CLUSTER_RULES)].map(({ id }) => id);
    const expected = ids.map((_, index) => `MES${String(index + 1).padStart(3, '0')}`);
    expect(ids.toSorted()).toEqual(expected);
  });

  it.each(names)('has an explanation of one sentence for %s', (name) => {
    expect(RULES[name].explanation).toMatch(/^\S.*[^.]$/);
  });

  it.each(names)('holds only rules that can be broken: %s', (name) => {
    const { id, severity } = RULES[name];
    expect(violationsOf(BROKEN[name])).toContainEqual(expect.objectContaining({ rule: id, severity }));
  });
});

describe('a message', () => {
  it.each(names)('is one sentence without a full stop: %s', (name) => {
    for (const { path, message } of violationsOf(BROKEN[name])) {
      expect(path).not.toBe('');
      expect(message).toMatch(/^\S[^\n]*[^.\s]$/);
      expect(message.length).toBeLessThan(300);
    }
  });
});
