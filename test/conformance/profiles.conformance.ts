import { expect, test } from '@jest/globals';
import { breakNextWrite, refuseNextWrite } from './cluster.js';
import { PLANS } from './offerings.js';
import { identity } from './requests.js';
import { world } from './world.js';

const scene = world();
const accepts = { accepts: true };

test.each([
  ['Kubernetes', { platform: 'kubernetes', namespace: 'client-ns', clusterid: 'c', instance_name: 'i' }],
  [
    'Kubernetes, with annotations',
    {
      platform: 'kubernetes',
      namespace: 'client-ns',
      namespace_annotations: {},
      instance_annotations: { a: 'b' },
    },
  ],
])('PF1 reads the consumer from a context of %s', async (_what, context) => {
  const { platform } = scene;
  const id = platform.newId();
  expect((await platform.provision(id, PLANS.guarded, { context })).status).toBe(201);
  const refused = await platform.provision(platform.newId(), PLANS.guarded, {
    context: { ...context, namespace: 'other-ns' },
  });
  expect([refused.status, refused.body]).toMatchObject([400, { error: 'NotWhitelisted' }]);
});

test('PF1 binds with a context of Kubernetes, which names no instance', async () => {
  const { platform } = scene;
  const id = platform.newId();
  await platform.provision(id, PLANS.guarded);
  const answer = await platform.bind([id, 'b'], PLANS.guarded, {
    context: { platform: 'kubernetes', namespace: 'client-ns', clusterid: 'c' },
  });
  expect(answer.status).toBe(201);
});

test.each([
  ['PF2', 'kubernetes', { username: 'jane', uid: '7', groups: ['dev'] }, { user: 'jane', uid: '7' }],
  ['PF4', 'cloudfoundry', { user_id: 'u-1' }, { user: 'u-1' }],
])('PF2 PF4 records who asked (%s)', async (_rule, name, value, requester) => {
  const { platform } = scene;
  const id = platform.newId();
  const headers = { 'x-broker-api-originating-identity': identity(name, value) };
  expect((await platform.provision(id, PLANS.url, {}, { headers })).status).toBe(201);
  const stored = await platform.broker.store.get(id);
  expect(stored?.record.requestedBy).toEqual({ platform: name, ...requester });
});

test('PF3 serves Cloud Foundry: its context, its parameters that are always there, its keys without an app', async () => {
  const { platform } = scene;
  const id = platform.newId();
  const context = {
    platform: 'cloudfoundry',
    organization_guid: 'o',
    organization_name: 'org',
    space_guid: 's',
    space_name: 'space',
    instance_name: 'i',
    organization_annotations: {},
    space_annotations: {},
    instance_annotations: {},
  };
  const guids = { organization_guid: 'o', space_guid: 's' };
  expect((await platform.provision(id, PLANS.guarded, { context, ...guids }, accepts)).status).toBe(201);
  const elsewhere = { context: { ...context, space_name: 'other' }, ...guids };
  expect((await platform.provision(platform.newId(), PLANS.guarded, elsewhere, accepts)).status).toBe(400);
  const renamed = {
    plan_id: 'guarded-id',
    parameters: {},
    context: { ...context, instance_name: 'renamed' },
  };
  expect((await platform.update(id, PLANS.guarded, renamed, accepts)).status).toBe(200);
  const bindContext = { ...context, instance_name: undefined };
  const bound = async (binding: string, fields: object): Promise<number> =>
    (await platform.bind([id, binding], PLANS.guarded, { context: bindContext, ...fields }, accepts)).status;
  expect(await bound('key', { bind_resource: { credential_client_id: 'c' } })).toBe(201);
  const app = { app_guid: 'a', space_guid: 's', app_annotations: {} };
  expect(await bound('app', { app_guid: 'a', bind_resource: app })).toBe(201);
});

test('OM1 answers no mistake of a user with 5xx, which would make the platform delete', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  const { kube } = platform.broker;
  refuseNextWrite(kube, 'ConfigMap');
  const answers = [
    await platform.provision(platform.newId(), PLANS.settings),
    await platform.provision(platform.newId(), PLANS.settings, { parameters: { size: 0 } }),
    await platform.provision(platform.newId(), PLANS.guarded, { context: {} }),
    await platform.bind([id, 'b'], PLANS.url, { parameters: { role: 'owner' } }),
    await platform.bind([id, 'b'], PLANS.url2),
    await platform.update(id, PLANS.url, { plan_id: 'other' }),
  ];
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 400));
});

test('OM1 answers 5xx when something broke, and the DELETE that follows cleans up', async () => {
  const { platform } = scene;
  const id = platform.newId();
  breakNextWrite(platform.broker.kube, 'ConfigMap');
  expect((await platform.provision(id, PLANS.settings)).status).toBeGreaterThanOrEqual(500);
  expect([200, 410]).toContain((await platform.deprovision(id, PLANS.settings)).status);
  expect(platform.made(id)).toEqual([]);
  expect((await platform.deprovision(id, PLANS.settings)).status).toBe(410);
  expect((await platform.provision(id, PLANS.settings)).status).toBe(201);
});
