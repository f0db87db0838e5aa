import { beforeEach, expect, test } from '@jest/globals';
import { KubeError, type JsonObject, type KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import type { AdmissionRequest, Decision, Judge } from './admission.js';
import { PROVIDER_POLICY } from './decide.js';
import { providerJudge } from './provider-judge.js';
import { ENTRY, entryConfigMap, SERVICE, serviceConfigMap } from './testing/provider-config-maps.js';

const never = new AbortController().signal;
const NAMED = { ...SERVICE, metadata: { name: 'back-end-${instance.shortId}' } };
const ALLOWED = { allowed: true, warnings: [], rules: [] };
const REFUSED = { allowed: false, code: 403, rules: ['MES078'] };

let kube: MemoryKube;
/** The users who may create Services. */
let mayCreate: Set<string>;
let judge: Judge;
let clock: number;

beforeEach(() => {
  kube = new MemoryKube();
  mayCreate = new Set(['admin']);
  clock = 0;
  judge = providerJudge({
    policy: PROVIDER_POLICY,
    monotonic: () => clock,
    kube: {
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
const stored = (object: JsonObject): unknown => kube.seed(object as unknown as KubeObject);

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
  expect(await decide(serviceConfigMap(NAMED), 'jane')).toEqual(ALLOWED);
  await decide(entryConfigMap(), 'admin');
  expect(await decide(serviceConfigMap(NAMED), 'jane')).toMatchObject(REFUSED);
  clock += 60_001;
  expect(await decide(serviceConfigMap(NAMED), 'jane')).toEqual(ALLOWED);
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
