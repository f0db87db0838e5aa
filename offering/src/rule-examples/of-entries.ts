import type { RuleName } from '../rules.js';
import { credential, entry, provision, type RuleExample } from './example.js';

const EXISTING = 'ProvisionExistingClusterService';
const HELM = 'ProvisionHelmChart';
const URL = 'ProvisionNonClusterURL';
const VAULT = 'vaulturl: https://vault.example.com, vaultpath: secret/data/api';

/** Rules about catalog entries: names, ids, provisioning, credentials, schemas. */
export const OF_ENTRIES = {
  'name-part': entry('team: The A Team', 'team: a-team'),
  'plan-name-length': entry(
    'offering: a-rather-long-name-for-a-database-that-needs-no-such-thing-at-all',
    'offering: database',
  ),
  'id-format': entry('uuid: my entry', 'uuid: 0f5c1a4e-8f4b-4b52-9d8e-2f9c3a1b7d60'),
  'whitelist-entry': entry('whitelist: [Client_NS]', 'whitelist: [client-ns, team-*]'),
  'whitelist-duplicate': entry('whitelist: [client-ns, client-ns]', 'whitelist: [client-ns]'),
  'provision-kind': entry(
    'provisionkind: ProvisionURL\nprovisiondata: { url: https://api.example.com }',
    'provisionkind: ProvisionNonClusterURL\nprovisiondata: { url: https://api.example.com }',
  ),
  'credential-kind': entry('credentialkind: CredentialFromHat', 'credentialkind: CredentialNoCredential'),
  'namespace-name': provision(
    EXISTING,
    '{ namespace: api.ns, name: api }',
    '{ namespace: api-ns, name: api }',
  ),
  'service-name': provision(
    EXISTING,
    '{ namespace: api-ns, name: 1st-api }',
    '{ namespace: api-ns, name: api-1 }',
  ),
  'object-name': credential(
    'CredentialFromClusterSecret',
    '{ secretname: api_login }',
    '{ secretname: api-login }',
  ),
  'release-name': provision(
    HELM,
    '{ namespace: api-ns, name: "API", charturl: https://charts.example.com/api-1.0.0.tgz }',
    '{ namespace: api-ns, name: "api-${instance.shortId}", charturl: https://charts.example.com/api-1.0.0.tgz }',
  ),
  'port-format': provision(
    EXISTING,
    '{ namespace: api-ns, name: api, port: 80000 }',
    '{ namespace: api-ns, name: api, port: http }',
  ),
  'url-format': provision(URL, '{ url: api.example.com }', '{ url: https://api.example.com }'),
  'url-credentials': provision(
    URL,
    '{ url: https://user:password@api.example.com }',
    '{ url: https://api.example.com }',
  ),
  'label-selector': provision(
    'ProvisionConfigMapObjects',
    '{ namespace: api-ns, name: api, labelSelector: "mesitis/offering in api" }',
    '{ namespace: api-ns, name: api, labelSelector: "mesitis/offering in (api)" }',
  ),
  'chart-choice': provision(
    HELM,
    '{ namespace: api-ns, name: api }',
    '{ namespace: api-ns, name: api, charturl: https://charts.example.com/api-1.0.0.tgz }',
  ),
  'chart-name': provision(
    HELM,
    '{ namespace: api-ns, name: api, chart: --post-renderer=x }',
    '{ namespace: api-ns, name: api, chart: oci://charts.example.com/api, version: 1.2.3 }',
  ),
  'chart-version': provision(
    HELM,
    '{ namespace: api-ns, name: api, chart: oci://charts.example.com/api, version: ^1 }',
    '{ namespace: api-ns, name: api, chart: oci://charts.example.com/api, version: 1.2.3 }',
  ),
  'credential-key': credential('CredentialFromCatalog', '{ uri: https://api }', '{ login-url: https://api }'),
  'credential-none': credential('CredentialNoCredential', '{ username: me }', '{}'),
  'credential-inline': credential(
    'CredentialFromCatalog',
    '{ username: api, password: iamthepassword }',
    '{ username: api, password: "${generate.password(24)}" }',
  ),
  'vault-auth': credential(
    'CredentialFromVault',
    `{ ${VAULT}, vaultauth: { method: github } }`,
    `{ ${VAULT}, vaultauth: { method: kubernetes, role: api } }`,
  ),
  'vault-path': credential(
    'CredentialFromVault',
    '{ vaulturl: https://vault.example.com, vaultpath: /v1/secret/data/api, vaultauth: { method: kubernetes, role: api } }',
    `{ ${VAULT}, vaultauth: { method: kubernetes, role: api } }`,
  ),
  'schema-invalid': entry('parameters: { type: text }', 'parameters: { type: object }'),
  'schema-reference': entry(
    'parameters: { $ref: https://example.com/schema.json }',
    'parameters:\n  properties: { size: { $ref: "#/$defs/size" } }\n  $defs: { size: { enum: [small, big] } }',
  ),
} as const satisfies Partial<Record<RuleName, RuleExample>>;
