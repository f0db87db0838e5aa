import { beforeEach, describe, expect, test } from '@jest/globals';
import { KubeError, type JsonObject, type KubeObject } from '@mesitis/kube';
import { PublishedIndex, type Published } from '@mesitis/offering';
import { MemoryKube } from '@mesitis/kube/memory';
import type { AdmissionRequest, Decision, Judge } from './admission.js';
import { PROVIDER_POLICY } from './decide.js';
import { publishedAs } from './neighbours/published-config-maps.js';
import { providerJudge } from './provider-judge.js';
import { UnderReview } from './rights/under-review.js';
import { planInUse } from './testing/plan-in-use.js';
import { ENTRY, entryConfigMap, SERVICE, serviceConfigMap } from './testing/provider-config-maps.js';

const never = new AbortController().signal;
const NAMED = { ...SERVICE, metadata: { name: 'back-end-${instance.shortId}' } };
const ALLOWED = { allowed: true, warnings: [], rules: [] };
const UNSELECTED = {
  allowed: true,
  rules: ['MES084'],
  warnings: [expect.stringMatching(/^metadata.labels: are selected by no enabled entry/)],
};
const REFUSED = { allowed: false, code: 403, rules: expect.arrayContaining(['MES078']) };

let kube: MemoryKube;
/** The users who may create Services. */
let mayCreate: Set<string>;
let judge: Judge;
let clock: number;
let underReview: UnderReview;
/** What the cache has seen of provider-ns. */
let known: Published[] | undefined;

beforeEach(() => {
  kube = new MemoryKube();
  mayCreate = new Set(['admin']);
  clock = 0;
  underReview = new UnderReview(() => clock);
  known = [];
  judge = providerJudge({
    policy: PROVIDER_POLICY,
    known: { in: () => known && new PublishedIndex(known), meaningOf: publishedAs },
    underReview,
    dryRunNamespaces: [],
    kube: {
      get: (ref, options) => kube.get(ref, options),
      list: (query, options) => kube.list(query, options),
      resourceOf: (type, options) => kube.resourceOf(type, options),
      create: (object) => {
        const { user } = object['spec'] as { user: string };
        return Promise.resolve({ ...object, status: { allowed: mayCreate.has(user) } });
      },
    },
  });
});

const asked = (object: JsonObject, username: string, changes: object = {}): AdmissionRequest => ({
  uid: 'u',
  operation: 'CREATE',
  kind: { group: '', version: 'v1', kind: 'ConfigMap' },
  namespace: 'provider-ns',
  name: (object as unknown as KubeObject).metadata.name ?? '',
  userInfo: { username },
  object,
  ...changes,
});
const decide = async (object: JsonObject, username: string, changes?: object): Promise<Decision> =>
  judge(asked(object, username, changes), never);
/** Puts a ConfigMap into the cluster, and tells the cache. */
const stored = (object: JsonObject): void => {
  for (const configMap of kube.seed(object as unknown as KubeObject)) {
    const published = publishedAs(configMap);
    if (published === undefined) continue;
    known?.push(published);
    underReview.stored('provider-ns', published);
  }
};

test('refuses an entry whose author may not create what it selects', async () => {
  stored(serviceConfigMap(NAMED));
  expect(await decide(entryConfigMap(), 'jane')).toMatchObject({
    ...REFUSED,
    message:
      'data.wrapped-resource: provisiondata.labelSelector: has the broker create a Service, from ConfigMap wrapped-api-service, and jane may not create services in namespace api-ns; get that right, or have it published by somebody who has it',
  });
  expect(await decide(entryConfigMap(), 'admin')).toEqual(ALLOWED);
});

test('refuses an object whose author may not create it where an entry wants it', async () => {
  stored(entryConfigMap());
  expect(await decide(serviceConfigMap(NAMED), 'jane')).toMatchObject(REFUSED);
  expect(await decide(serviceConfigMap(NAMED), 'admin')).toEqual(ALLOWED);
});

test('refuses one of two that are written at once and only together do what their author may not', async () => {
  const decisions = await Promise.all([
    decide(entryConfigMap(), 'jane'),
    decide(serviceConfigMap(NAMED), 'jane'),
  ]);
  expect(decisions).toMatchObject([{ allowed: true }, REFUSED]);
});

test('and so with two whose names the API server makes up', async () => {
  const decisions = await Promise.all(
    [entryConfigMap(), serviceConfigMap(NAMED)].map((object) => decide(object, 'jane', { name: '' })),
  );
  expect(decisions).toMatchObject([{ allowed: true }, REFUSED]);
});

test('forgets what it refused, and after a minute what was never stored', async () => {
  stored(serviceConfigMap(NAMED));
  expect(await decide(entryConfigMap(), 'jane')).toMatchObject(REFUSED);
  expect(await decide(serviceConfigMap(NAMED), 'jane')).toEqual(UNSELECTED);
  await decide(entryConfigMap(), 'admin');
  expect(await decide(serviceConfigMap(NAMED), 'jane')).toMatchObject(REFUSED);
  clock += 60_001;
  expect(await decide(serviceConfigMap(NAMED), 'jane')).toEqual(UNSELECTED);
});

test('does not take a dry run for something that will be stored, but judges it by what may be', async () => {
  expect(await decide(serviceConfigMap(NAMED), 'admin')).toEqual(UNSELECTED);
  const dryRun = { dryRun: true };
  expect(await decide(entryConfigMap(), 'jane', dryRun)).toMatchObject(REFUSED);
  expect(await decide(entryConfigMap(), 'admin', dryRun)).toEqual(ALLOWED);
  expect(await decide(serviceConfigMap(NAMED), 'jane')).toEqual(UNSELECTED);
});

test('refuses an entry whose uuid another one has, and lets it in when that one is gone', async () => {
  stored(serviceConfigMap(NAMED));
  const other = entryConfigMap({ ...ENTRY, offering: 'other' });
  (other['metadata'] as JsonObject)['name'] = 'other';
  expect(await decide(other, 'admin')).toEqual(ALLOWED);
  expect(await decide(entryConfigMap(), 'admin')).toMatchObject({
    allowed: false,
    code: 422,
    rules: ['MES080'],
  });
  stored(other);
  expect(await decide(entryConfigMap(), 'admin')).toMatchObject({
    allowed: false,
    code: 422,
    rules: ['MES080'],
  });
  await kube.remove({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'provider-ns', name: 'other' });
  expect(await decide(entryConfigMap(), 'admin')).toEqual(ALLOWED);
});

test('tells of a missing right and of a conflict at once', async () => {
  stored(serviceConfigMap(NAMED));
  const other = entryConfigMap({ ...ENTRY, offering: 'other' });
  (other['metadata'] as JsonObject)['name'] = 'other';
  stored(other);
  expect(await decide(entryConfigMap(), 'jane')).toMatchObject({
    allowed: false,
    code: 422,
    rules: ['MES078', 'MES080'],
  });
});

test('an annotation silences what is only doubtful', async () => {
  const silent = serviceConfigMap(NAMED);
  (silent['metadata'] as JsonObject)['annotations'] = { 'mesitis/ignore': 'MES084 the entry comes later' };
  expect(await decide(silent, 'admin')).toEqual(ALLOWED);
});

test('says that it could not look around as long as nothing is known', async () => {
  known = undefined;
  expect(await decide(serviceConfigMap(NAMED), 'admin')).toEqual({
    allowed: true,
    rules: ['MES086'],
    warnings: [
      'data.wrapped-resource: could not be checked against the other ConfigMaps of the namespace (they were not read yet); kubectl mesitis lint does it on files',
    ],
  });
});

test('lets an update pass that publishes nothing else than before, whoever asks', async () => {
  stored(serviceConfigMap(NAMED));
  const oldObject = entryConfigMap();
  const update = { operation: 'UPDATE', oldObject };
  expect(await decide(entryConfigMap(), 'jane', update)).toEqual(ALLOWED);
  const changed = entryConfigMap({ ...ENTRY, description: 'Another one' });
  expect(await decide(changed, 'jane', update)).toMatchObject(REFUSED);
  const enabled = { operation: 'UPDATE', oldObject: entryConfigMap(ENTRY, { 'mesitis/enabled': 'false' }) };
  expect(await decide(entryConfigMap(), 'jane', enabled)).toMatchObject(REFUSED);
});

test('tells of a broken rule alone as long as there is one', async () => {
  stored(entryConfigMap());
  const broken = serviceConfigMap(NAMED, { 'mesitis/order': 'first' });
  expect(await decide(broken, 'jane')).toMatchObject({ allowed: false, code: 422, rules: ['MES004'] });
});

test('looks at no neighbours of what none can change', async () => {
  kube.failNext('list', new KubeError('unavailable', 'no route to host'));
  const url = {
    ...ENTRY,
    provisionkind: 'ProvisionNonClusterURL',
    provisiondata: { url: 'https://a.example.com' },
  };
  expect(await decide(entryConfigMap(url), 'jane')).toEqual(ALLOWED);
});

test('does not admit what it can not look at the neighbours of', async () => {
  kube.failNext('list', new KubeError('unavailable', 'no route to host'));
  await expect(decide(entryConfigMap(), 'admin')).rejects.toThrow('no route to host');
});

describe('what instances use', () => {
  const breaks = {
    allowed: false,
    code: 422,
    rules: ['MES089'],
    message: expect.stringContaining('client-ns/db'),
  };
  const withoutKind = {
    ...entryConfigMap(),
    metadata: { name: 'wrapped-entry-api-api-service', labels: {} },
  };
  const entry = entryConfigMap();
  const deletion = { operation: 'DELETE', object: null, oldObject: entry };

  beforeEach(() => {
    kube.seed(...planInUse('3', 'client-ns/db'));
    stored(entry);
    stored(serviceConfigMap(NAMED));
  });

  test.each<[string, JsonObject, object]>([
    ['is not deleted', entry, deletion],
    ['is not disabled', entryConfigMap(ENTRY, { 'mesitis/enabled': 'false' }), {}],
    ['does not lose its label', withoutKind, {}],
  ])('%s', async (_, object, changes) => {
    const update = { operation: 'UPDATE', oldObject: entry };
    expect(await decide(object, 'admin', { ...update, ...changes })).toMatchObject(breaks);
  });

  test('goes when the annotation of what is deleted says why', async () => {
    const annotated = entryConfigMap();
    (annotated['metadata'] as JsonObject)['annotations'] = {
      'mesitis/allow-breaking': 'agreed with client-ns',
    };
    expect(await decide(annotated, 'admin', { ...deletion, oldObject: annotated })).toMatchObject({
      allowed: true,
      rules: ['MES089'],
      warnings: [expect.stringContaining('client-ns/db; it passes because of the annotation')],
    });
  });

  test('says nothing of entries that nobody uses, of objects, and of what was never usable', async () => {
    const unused = entryConfigMap({ ...ENTRY, uuid: '4' });
    for (const oldObject of [unused, serviceConfigMap(NAMED), entryConfigMap('{')]) {
      expect(await decide(entry, 'admin', { ...deletion, oldObject })).toEqual(ALLOWED);
    }
  });

  test('can always let go of a finalizer', async () => {
    const going = entryConfigMap();
    (going['metadata'] as JsonObject)['deletionTimestamp'] = '2026-01-01T00:00:00Z';
    expect(await decide(going, 'admin', { operation: 'UPDATE', oldObject: going })).toEqual(ALLOWED);
  });
});
