import { describe, expect, test } from '@jest/globals';
import type { Json } from '@mesitis/kube';
import type { AdmissionRequest, Decision } from './admission.js';
import { decisionOf, judgeSubject, PROVIDER_POLICY, subjectOf, type Check } from './decide.js';
import { providerJudge } from './provider-judge.js';
import { UnderReview } from './rights/under-review.js';
import { ENTRY, entryConfigMap, SERVICE, serviceConfigMap } from './testing/provider-config-maps.js';

const request = (object: Json | undefined, changes: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  uid: 'uid-1',
  operation: 'CREATE',
  kind: { group: '', version: 'v1', kind: 'ConfigMap' },
  namespace: 'provider-ns',
  name: 'any',
  ...(object === undefined ? {} : { object }),
  ...changes,
});
/** What the webhook decides of a ConfigMap by itself. */
const judgeBy = (object: Json | undefined, checks: readonly Check[]): Decision => {
  const subject = subjectOf(request(object));
  if (subject === undefined) throw new Error('there is nothing to judge');
  return decisionOf(judgeSubject(subject, { checks }));
};
const judge = (object: Json | undefined): Decision => judgeBy(object, PROVIDER_POLICY.checks);
/** What the whole webhook decides, on a cluster that must not be asked for it. */
const decideAlone = async (
  object: Json | undefined,
  changes: Partial<AdmissionRequest> = {},
): Promise<Decision> => {
  const asked = (): never => {
    throw new Error('the cluster was asked');
  };
  const decide = providerJudge({
    policy: PROVIDER_POLICY,
    kube: { get: asked, list: asked, create: asked, resourceOf: asked },
    known: { in: asked, meaningOf: asked },
    underReview: new UnderReview(asked),
    dryRunNamespaces: ['*'],
  });
  return decide(request(object, changes), new AbortController().signal);
};
const YAML_ENTRY = `
team: api
offering: api-service
description: An api service offered by the API team
uuid: "3"
version: "1"
whitelist: [client-*]
provisionNonClusterURL:
  url: https://api.example.com
credentialNoCredential: {}
`;
const PAYLOAD = 'data.wrapped-resource';
const FIXED_NAME =
  `${PAYLOAD}: metadata.name: is the same for every instance, so a second instance in the same namespace is ` +
  'refused; write ${instance.shortId} into it, unless one is enough or provisiondata.namespace differs between instances';
const provisioned = (provisionkind: string, provisiondata: object): Json =>
  entryConfigMap({ ...ENTRY, provisionkind, provisiondata });

describe('good configuration is admitted', () => {
  test.each<[string, Json]>([
    ['a catalog entry', entryConfigMap()],
    ['an entry in YAML', entryConfigMap(YAML_ENTRY)],
    ['an entry for a URL', provisioned('ProvisionNonClusterURL', { url: 'https://api.example.com' })],
    [
      'an entry for a shared Service',
      provisioned('ProvisionExistingClusterService', { namespace: 'api-ns', name: 'shared' }),
    ],
    [
      'an entry for a Helm chart',
      provisioned('ProvisionHelmChart', { namespace: 'api-ns', name: 'api', chart: '/charts/api' }),
    ],
    [
      'an entry with an expression',
      provisioned('ProvisionConfigMapObjects', {
        ...ENTRY.provisiondata,
        namespace: '${consumer.namespace}',
      }),
    ],
    ['one that is switched off', entryConfigMap(ENTRY, { 'mesitis/enabled': 'false' })],
  ])('%s', (_, object) => {
    expect(judge(object)).toEqual({ allowed: true, warnings: [], rules: [] });
  });

  test.each<[string, Json, string, string]>([
    ['a wrapped Service with a fixed name', serviceConfigMap(), FIXED_NAME, 'MES060'],
  ])('%s, with a warning', (_, object, warning, rule) => {
    expect(judge(object)).toEqual({ allowed: true, warnings: [warning], rules: [rule] });
  });
});

describe('bad configuration is refused, with every path and what to do there', () => {
  test.each<[string, Json, string[]]>([
    [
      'an entry with several mistakes',
      entryConfigMap({
        ...ENTRY,
        team: undefined,
        whitelist: [],
        provisionkind: 'ProvisionConfigMapObject',
      }),
      [
        `${PAYLOAD}: provisionkind: is "ProvisionConfigMapObject", which is not a known kind; did you mean ProvisionConfigMapObjects`,
        `${PAYLOAD}: team: is missing; add it`,
        `${PAYLOAD}: whitelist: lets nobody in; name a namespace, or write "*" for all`,
      ],
    ],
    [
      'a selector that does not parse',
      provisioned('ProvisionConfigMapObjects', {
        ...ENTRY.provisiondata,
        labelSelector: 'mesitis/offering in api',
      }),
      [
        `${PAYLOAD}: provisiondata.labelSelector: does not parse: The label selector "mesitis/offering in api" has an unexpected "api"; write the values in parentheses, as in "a in (b,c)"`,
      ],
    ],
    [
      'a wrapped object whose labels are wrong',
      serviceConfigMap(SERVICE, { 'mesitis/order': 'second', 'mesitis/enabled': 'yes' }),
      [
        'metadata.labels["mesitis/enabled"]: is "yes"; write "true" or "false"',
        'metadata.labels["mesitis/order"]: is "second"; write a number such as "10"',
      ],
    ],
    [
      'an unknown kind',
      entryConfigMap(ENTRY, { 'mesitis/kind': 'wrapped_job' }),
      ['metadata.labels["mesitis/kind"]: is "wrapped_job", which is no kind; did you mean wrapped-job'],
    ],
    [
      'a wrapped object without a name',
      serviceConfigMap({ ...SERVICE, metadata: {} }),
      [`${PAYLOAD}: metadata.name: is missing; name the object`],
    ],
    [
      'JSON that ends early',
      entryConfigMap('{"a":'),
      [`${PAYLOAD}: is not JSON at line 1, column 6: write a value there`],
    ],
    ['a list', entryConfigMap('[]'), [`${PAYLOAD}: must be an object with keys and values`]],
    [
      'no payload',
      { ...(entryConfigMap() as object), data: {} },
      [`${PAYLOAD}: is missing; put the object there, in JSON or YAML`],
    ],
    [
      'data that is no map, and a label that is no text',
      { metadata: { name: 'a', labels: { 'mesitis/kind': 1, 'mesitis/enabled': 'true' } }, data: 5 },
      [
        `${PAYLOAD}: is missing; put the object there, in JSON or YAML`,
        'metadata.labels["mesitis/kind"]: must be a string; put it in quotes',
      ],
    ],
  ])('%s', (_, object, lines) => {
    const decision = judge(object);
    expect(decision).toMatchObject({ allowed: false, code: 422 });
    expect(decision.allowed ? [] : decision.message.split('\n')).toEqual(lines);
  });

  test('an object of another kind than its label says', () => {
    const decision = judge(serviceConfigMap(SERVICE, { 'mesitis/kind': 'wrapped-deployment' }));
    expect(decision.allowed ? '' : decision.message).toContain(
      `${PAYLOAD}: kind: is "Service", but the label mesitis/kind says Deployment; label it wrapped-service`,
    );
  });

  test('with the ids of the rules, each once and sorted', () => {
    const decision = judge(entryConfigMap({ ...ENTRY, team: undefined, uuid: undefined, whitelist: [] }));
    expect(decision.rules).toEqual(['MES023', 'MES026']);
  });

  test('never quotes a credential', () => {
    const secret = { username: 'iamtheuser', password: ['iamthepassword'] };
    const decision = judge(entryConfigMap({ ...ENTRY, credentialdata: secret }));
    expect(decision.allowed).toBe(false);
    expect(JSON.stringify(decision)).not.toContain('iamthepassword');
  });
});

describe('what is not ours to judge is admitted without a word', () => {
  const bad = entryConfigMap('not an entry');
  test.each<[string, Json | undefined, Partial<AdmissionRequest>]>([
    ['a deletion', null, { operation: 'DELETE' }],
    ['a connection', undefined, { operation: 'CONNECT' }],
    ['another kind', bad, { kind: { group: 'apps', version: 'v1', kind: 'Deployment' } }],
    [
      'a kind of the same name in another group',
      bad,
      { kind: { group: 'x.io', version: 'v1', kind: 'ConfigMap' } },
    ],
    ['a subresource', bad, { subResource: 'status' }],
    [
      'an update that takes the label off',
      entryConfigMap('not an entry', { 'mesitis/kind': undefined }),
      { operation: 'UPDATE' },
    ],
    ['an update that leaves no label', { metadata: { name: 'plain' } }, { operation: 'UPDATE' }],
    [
      'an update while it is being deleted',
      {
        ...(bad as object),
        metadata: { labels: { 'mesitis/kind': 'catalog-entry' }, deletionTimestamp: '2026-01-01T00:00:00Z' },
      },
      { operation: 'UPDATE' },
    ],
  ])('%s', async (_, object, changes) => {
    expect(await decideAlone(object, changes)).toEqual({ allowed: true, warnings: [], rules: [] });
  });
});

test.each([undefined, null, 'text', 7, []])('a create of %j is refused as a bad request', async (object) => {
  expect(await decideAlone(object)).toMatchObject({
    allowed: false,
    code: 400,
    message: 'request.object must be the ConfigMap to judge',
  });
});

describe('a policy', () => {
  const says = (severity: 'error' | 'warning', path: string): Check => ({
    name: path,
    judge: () => [{ rule: `rule-${path}`, severity, path, message: 'is no good' }],
  });
  const decideBy = (...checks: Check[]): Decision => judgeBy(entryConfigMap(), checks);

  test('without checks admits everything', () => {
    expect(decideBy()).toEqual({ allowed: true, warnings: [], rules: [] });
  });

  test('collects what all its checks say, and refuses with the warnings beside', () => {
    expect(decideBy(says('error', 'b'), says('warning', 'c'), says('error', 'a'))).toMatchObject({
      allowed: false,
      message: 'a: is no good\nb: is no good',
      warnings: ['c: is no good'],
      rules: ['rule-a', 'rule-b', 'rule-c'],
    });
  });

  test('counts warnings that nobody would read', () => {
    const checks = Array.from({ length: 23 }, (_, index) => says('warning', `w${index}`));
    const { warnings } = decideBy(...checks);
    expect(warnings).toHaveLength(21);
    expect(warnings.at(-1)).toBe('and 3 more');
  });
});
