import type { RuleName } from '../rules.js';
import { object, type RuleExample } from './example.js';

/** Rules about wrapped objects. */
export const OF_OBJECTS = {
  'object-kind': object('kind: Deployment', 'kind: Service'),
  'object-api-version': object('apiVersion: apps/v1', 'apiVersion: v1'),
  'object-generate-name': object(
    'metadata: { generateName: api- }',
    'metadata: { name: "api-${instance.shortId}" }',
  ),
  'object-namespace': object(
    'metadata: { name: "api-${instance.shortId}", namespace: api-ns }',
    'metadata: { name: "api-${instance.shortId}" }',
  ),
  'object-server-field': object(
    'metadata: { name: "api-${instance.shortId}", resourceVersion: "12" }',
    'metadata: { name: "api-${instance.shortId}" }',
  ),
  'object-reserved': object(
    'metadata: { name: "api-${instance.shortId}", labels: { mesitis/instance-id: mine } }',
    'metadata: { name: "api-${instance.shortId}", labels: { app: api } }',
  ),
  'object-label': object(
    'metadata: { name: "api-${instance.shortId}", labels: { app: the api } }',
    'metadata: { name: "api-${instance.shortId}", labels: { app: the-api } }',
  ),
  'object-name-fixed': object('metadata: { name: api }', 'metadata: { name: "api-${instance.shortId}" }'),
} as const satisfies Partial<Record<RuleName, RuleExample>>;

const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: { name: "api-${instance.shortId}" }';

/** Rules about wrapped objects of other kinds than the one of the sample: with a label of their own. */
export const OF_OTHER_KINDS = {
  'object-base64': object(`${SECRET}\ndata: { user: api! }`, `${SECRET}\nstringData: { user: api! }`),
  'object-cluster-scoped': object(
    'apiVersion: v1\nkind: Namespace\nmetadata: { name: "api-${instance.shortId}" }',
    SECRET,
  ),
  'object-list': object('apiVersion: v1\nkind: List\nitems: []', SECRET),
} as const satisfies Partial<Record<RuleName, RuleExample>>;
