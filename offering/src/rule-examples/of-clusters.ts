import type { CLUSTER_RULES, RuleName } from '../rules.js';
import { situation, type RuleExample } from './example.js';

/** Rules of one ConfigMap whose examples would be too long to read. */
export const TOO_LONG = {
  'payload-size': situation('a payload of 2 MiB', 'a payload of 1 MiB or less'),
  'payload-depth': situation('objects in objects, 100 levels deep', 'at most 64 levels'),
  'schema-size': situation(
    'parameters with a JSON Schema of 70 kB',
    'a schema of at most 64 kB and 1,500 keys and items',
  ),
  'expression-size': situation('an expression of 3,000 characters', 'one of at most 2,048'),
} as const satisfies Partial<Record<RuleName, RuleExample>>;

/** Rules that take more than one ConfigMap, or the cluster, to break. */
export const OF_CLUSTERS = {
  'author-right': situation(
    'jane, who may not create Deployments in api-ns, publishes one that an entry makes there',
    'jane has the role edit in api-ns',
  ),
  'author-unchecked': situation('the API server does not answer a SubjectAccessReview', 'publish again'),
  'entry-conflict': situation(
    'entries of two ConfigMaps have the uuid "3"',
    'each has a uuid of its own; versions of one offering share serviceuuid',
  ),
  'target-namespace': situation(
    'provisiondata.namespace is kube-system, and the platform allows team-*',
    'provisiondata.namespace is team-api',
  ),
  'selector-empty': situation(
    'labelSelector is mesitis/offering=api, and no enabled ConfigMap has that label',
    'one has it',
  ),
  'object-unselected': situation(
    'an object has mesitis/offering: api, and no enabled entry selects that',
    'an entry has labelSelector: mesitis/offering=api',
  ),
  'order-late': situation(
    'a Deployment of order 1 mounts a ConfigMap of order 2',
    'the ConfigMap has order 1, or the Deployment order 3',
  ),
  'neighbours-unchecked': situation(
    'the webhook has just started and not read ConfigMaps yet',
    'publish again',
  ),
  'id-changed': situation(
    'uuid changes from "3" to "4" while client-ns/api is an instance of "3"',
    'a new entry with uuid "4" and another version stands beside the old one',
  ),
  'in-use-removed': situation(
    'the entry is deleted while client-ns/api is an instance of it',
    'client-ns has deprovisioned it, or the entry has mesitis/allow-breaking: agreed with client-ns',
  ),
  'in-use-kind': situation(
    'provisionkind changes from ProvisionConfigMapObjects to ProvisionHelmChart under an instance',
    'the chart is another version of the offering',
  ),
  'in-use-whitelist': situation(
    'whitelist loses client-ns, which has an instance',
    'client-ns has deprovisioned it',
  ),
  'in-use-schema': situation(
    'parameters requires size, and client-ns/api has none',
    'size has a default, or is not required',
  ),
  'in-use-unchecked': situation('the API server does not list ServiceInstances in time', 'look yourself'),
  'object-refused': situation(
    'a wrapped Service has protocol: FTP, tried where webhook.dryRun.namespaces allows',
    'protocol: TCP',
  ),
  'object-untried': situation('the namespace of the entry does not exist yet', 'make the namespace first'),
  'vault-insecure': situation('vaulturl: http://vault.example.com', 'vaulturl: https://vault.example.com'),
} as const satisfies Record<keyof typeof CLUSTER_RULES, RuleExample>;
