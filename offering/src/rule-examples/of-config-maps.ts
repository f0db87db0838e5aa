import type { RuleName } from '../rules.js';
import { entry, payload, type RuleExample } from './example.js';

const GOOD_ENTRY = `team: api
offering: api-service
description: An api service
uuid: "3"
version: "1"
whitelist: [client-ns]
provisionkind: ProvisionNonClusterURL
provisiondata: { url: https://api.example.com }
credentialkind: CredentialNoCredential`;

/** Rules about ConfigMaps, the syntax of payloads, and keys. */
export const OF_CONFIG_MAPS = {
  'kind-label': { of: 'labels', bad: 'mesitis/kind: catalog_entry', good: 'mesitis/kind: catalog-entry' },
  'enabled-label': { of: 'labels', bad: 'mesitis/enabled: "True"', good: 'mesitis/enabled: "true"' },
  'offering-label': {
    of: 'object labels',
    bad: 'mesitis/offering: ""',
    good: 'mesitis/offering: api-service',
  },
  'order-label': { of: 'object labels', bad: 'mesitis/order: first', good: 'mesitis/order: "1"' },
  'label-value': { of: 'labels', bad: 'tier: not a label', good: 'tier: back-end' },
  'label-unknown': { of: 'labels', bad: 'mesitis/enable: "true"', good: 'mesitis/enabled: "true"' },
  'config-map-metadata': {
    of: 'configmap',
    bad: 'metadata: { name: 5, labels: { mesitis/kind: catalog-entry, mesitis/enabled: "true" } }',
    good: 'metadata: { name: "5", labels: { mesitis/kind: catalog-entry, mesitis/enabled: "true" } }',
  },
  'payload-missing': {
    of: 'configmap',
    bad: 'data: { entry.json: "{}" }',
    good: `data:\n  wrapped-resource: |\n${indented(GOOD_ENTRY)}`,
  },
  'payload-twice': {
    of: 'configmap',
    bad: 'data: { wrapped-resource: "{}", embedded-resource: "{}" }',
    good: `data:\n  embedded-resource: |\n${indented(GOOD_ENTRY)}`,
  },
  'payload-binary': {
    of: 'configmap',
    bad: 'binaryData: { wrapped-resource: e30= }',
    good: 'binaryData: {}',
  },
  'data-ignored': {
    of: 'configmap',
    bad: `data:\n  notes: to be reviewed\n  wrapped-resource: |\n${indented(GOOD_ENTRY)}`,
    good: `data:\n  wrapped-resource: |\n${indented(GOOD_ENTRY)}`,
  },
  'payload-syntax': payload('{ "team": "api", ', GOOD_ENTRY),
  'payload-documents': payload(`${GOOD_ENTRY}\n---\n${GOOD_ENTRY}`, GOOD_ENTRY),
  'payload-tag': payload('team: !secret api', GOOD_ENTRY),
  'payload-alias': payload('team: *team', GOOD_ENTRY),
  'payload-object': payload('[{ "team": "api" }]', GOOD_ENTRY),
  'payload-number': payload('{ "limits": { "total": 1e999 } }', GOOD_ENTRY),
  'key-duplicate': payload('{ "team": "api", "team": "web" }', '{ "team": "api" }'),
  'key-spelled-twice': payload('team: api\nTeam: web', 'team: api'),
  'key-forbidden': payload('{ "__proto__": {} }', GOOD_ENTRY),
  'key-unknown': entry('descripton: An api service', 'description: An api service'),
  'key-missing': payload('team: api', GOOD_ENTRY),
  'value-null': entry('tags:', 'tags: [http]'),
  'value-type': entry('free: "yes"', 'free: true'),
  'value-empty': entry('description: ""', 'description: An api service'),
  'value-range': entry('limits: { total: 0 }', 'limits: { total: 10 }'),
  'value-quote': entry('version: 1.10', 'version: "1.10"'),
  'ignore-annotation': {
    of: 'annotations',
    bad: 'mesitis/ignore: MES060',
    good: 'mesitis/ignore: MES060 one instance is enough',
  },
} as const satisfies Partial<Record<RuleName, RuleExample>>;

function indented(text: string): string {
  return text.replaceAll(/^/gm, '    ');
}
