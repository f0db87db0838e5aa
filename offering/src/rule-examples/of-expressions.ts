import type { RuleName } from '../rules.js';
import { entry, object, provision, type RuleExample } from './example.js';

const URL = 'ProvisionNonClusterURL';
const EXISTING = 'ProvisionExistingClusterService';
const url = (text: string): string => `{ url: "https://api.example.com/${text}" }`;
const named = (name: string): string => `{ namespace: api-ns, name: "${name}" }`;
const withSize = (schema: string, path: string): string =>
  `parameters: ${schema}\nprovisionkind: ${URL}\nprovisiondata: ${url(path)}`;

/** Rules about expressions. */
export const OF_EXPRESSIONS = {
  'expression-syntax': provision(URL, url('${instance.name'), url('${instance.name}')),
  'expression-place': entry('description: For ${consumer.namespace}', 'description: For your namespace'),
  'expression-namespace': provision(
    EXISTING,
    '{ namespace: "${parameters.namespace}", name: api }',
    '{ namespace: "api-${consumer.namespace}", name: api }',
  ),
  'expression-cel': provision(URL, url('${instance name}'), url('${instance.name}')),
  'expression-name': provision(URL, url('${HOME}'), url('${offering}')),
  'expression-function': provision(
    URL,
    url('${instance.name.reverseAll()}'),
    url('${string(size(instance.name))}'),
  ),
  'expression-type': provision(URL, url('${instance.name + 1}'), url("${instance.name + '-1'}")),
  'expression-generate': object(
    'metadata: { name: "api-${instance.shortId}", annotations: { token: "${generate.password(4)}" } }',
    'metadata: { name: "api-${instance.shortId}" }',
  ),
  'generate-place': provision(
    EXISTING,
    named('api-${generate.password(8)}'),
    named('api-${instance.shortId}'),
  ),
  'expression-chart': provision(
    'ProvisionHelmChart',
    '{ namespace: api-ns, name: api, chart: "oci://charts.example.com/${parameters.chart}", version: 1.2.3 }',
    '{ namespace: api-ns, name: api, chart: "oci://charts.example.com/api", version: 1.2.3 }',
  ),
  'expression-parameter': entry(
    withSize(
      '{ properties: { size: {} }, required: [size], additionalProperties: false }',
      '${parameters.siez}',
    ),
    withSize(
      '{ properties: { size: {} }, required: [size], additionalProperties: false }',
      '${parameters.size}',
    ),
  ),
  'expression-optional': entry(
    withSize('{ properties: { size: {} } }', '${parameters.size}'),
    withSize('{ properties: { size: {} } }', "${has(parameters.size) ? string(parameters.size) : 'small'}"),
  ),
} as const satisfies Partial<Record<RuleName, RuleExample>>;
