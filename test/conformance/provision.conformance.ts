import { expect, test } from '@jest/globals';
import { becomeAvailable, refuseNextWrite } from './cluster.js';
import { PLANS } from './offerings.js';
import { operationOf, provisionBody } from './platform.js';
import { world } from './world.js';

const scene = world();
const accepts = { accepts: true };

test.each([PLANS.url, PLANS.settings])('P1 answers 201 when this request made it: $plan_id', async (plan) => {
  const { status, body } = await scene.platform.provision(scene.platform.newId(), plan);
  expect([status, body]).toEqual([201, {}]);
});

test('P2 answers 200 to the same request once it is made, however it was made', async () => {
  const { platform, ready } = scene;
  for (const plan of [PLANS.url, PLANS.settings, PLANS.web]) {
    const id = await ready(plan);
    const again = await platform.provision(id, plan, {}, accepts);
    expect([again.status, again.body]).toEqual([200, {}]);
  }
});

test('P2 takes no notice of what may change between a request and its repetition', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.settings, { parameters: { size: 2, note: 'n' } });
  const again = await platform.provision(id, PLANS.settings, {
    parameters: { note: 'n', size: 2 },
    context: {
      platform: 'kubernetes',
      namespace: 'client-ns',
      clusterid: 'cluster-2',
      instance_name: 'renamed',
      instance_annotations: { a: 'b' },
    },
  });
  expect(again.status).toBe(200);
});

test('P2 takes absent parameters and none for the same', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  expect((await platform.provision(id, PLANS.url, { parameters: {} })).status).toBe(200);
});

test('P3 answers 202 with an operation, and again with the same one while provisioning runs', async () => {
  const { platform } = scene;
  const id = platform.newId();
  const first = await platform.provision(id, PLANS.web, {}, accepts);
  expect([first.status, first.body]).toEqual([202, { operation: expect.stringMatching(/^provision-/) }]);
  const again = await platform.provision(id, PLANS.web, {}, accepts);
  expect([again.status, again.body]).toEqual([202, first.body]);
  await becomeAvailable(platform.broker.kube, id);
  await platform.settled(id);
  expect((await platform.provision(id, PLANS.web, {}, accepts)).status).toBe(200);
});

test.each(['service_id', 'plan_id', 'organization_guid', 'space_guid'])(
  'P4 answers 400 when %s is missing, null, empty or no string',
  async (field) => {
    for (const value of [undefined, null, '', 1, {}]) {
      const answer = await scene.platform.provision(scene.platform.newId(), PLANS.url, { [field]: value });
      expect([answer.status, answer.body]).toMatchObject([400, { error: 'MalformedRequest' }]);
    }
  },
);

test.each([
  ['a service that is not offered', { service_id: 'other' }, 'UnknownService'],
  ['a plan that is not offered', { plan_id: 'other' }, 'UnknownPlan'],
  ['a plan of another service', { plan_id: 'web-1' }, 'UnknownPlan'],
])('P4 answers 400 to %s', async (_what, fields, error) => {
  const answer = await scene.platform.provision(scene.platform.newId(), PLANS.url, fields);
  expect([answer.status, answer.body]).toMatchObject([400, { error }]);
});

test.each([
  ['parameters', 'size=1'],
  ['parameters', ['size']],
  ['context', 'kubernetes'],
  ['maintenance_info', '1.0.0'],
])('P4 answers 400 when %s is %j and not an object', async (field, value) => {
  const answer = await scene.platform.provision(scene.platform.newId(), PLANS.url, { [field]: value });
  expect([answer.status, answer.body]).toMatchObject([400, { error: 'MalformedRequest' }]);
});

test.each([
  ['blank', '%20'],
  ['longer than 255 characters', 'x'.repeat(256)],
  ['with a control character', 'a%0Ab'],
])('P4 answers 400 to an instance id that is %s', async (_what, id) => {
  const path = `/v2/service_instances/${id}`;
  const answer = await scene.platform.send('PUT', path, provisionBody(PLANS.url));
  expect([answer.status, answer.body]).toMatchObject([400, { error: 'InvalidId' }]);
});

const DIFFERENT: [string, Record<string, unknown>][] = [
  ['plan', { plan_id: 'web-2' }],
  ['organization', { organization_guid: 'other' }],
  ['space', { space_guid: 'other' }],
  ['namespace', { context: { platform: 'kubernetes', namespace: 'other-ns' } }],
  ['parameters', { parameters: { size: 7 } }],
];

test.each(DIFFERENT)('P5 answers 409 when the id has an instance with another %s', async (_what, fields) => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  const answer = await platform.provision(id, PLANS.web, fields, accepts);
  expect([answer.status, answer.body]).toMatchObject([409, { error: 'InstanceExists' }]);
});

test.each(DIFFERENT)(
  'P5 answers 409 while an instance with another %s is provisioned',
  async (_what, fields) => {
    const { platform, provisioning } = scene;
    const { id } = await provisioning();
    expect((await platform.provision(id, PLANS.web, fields, accepts)).status).toBe(409);
  },
);

test('P6 answers AsyncRequired before it looks whether the instance could be made', async () => {
  const { platform } = scene;
  const answer = await platform.provision(platform.newId(), PLANS.web, { parameters: { size: 'large' } });
  expect([answer.status, answer.body]).toMatchObject([422, { error: 'AsyncRequired' }]);
});

test.each([PLANS.url, PLANS.web])(
  'P6 answers MaintenanceInfoConflict to any version, as the plan $plan_id has none',
  async (plan) => {
    const fields = { maintenance_info: { version: '1.0.0', description: 'ignored' } };
    const answer = await scene.platform.provision(scene.platform.newId(), plan, fields, accepts);
    expect([answer.status, answer.body]).toMatchObject([422, { error: 'MaintenanceInfoConflict' }]);
  },
);

test('P6 ignores maintenance_info without a version', async () => {
  const maintenance_info = { description: 'ignored' };
  const { platform } = scene;
  expect((await platform.provision(platform.newId(), PLANS.url, { maintenance_info })).status).toBe(201);
  expect((await platform.provision(platform.newId(), PLANS.url, { maintenance_info: {} })).status).toBe(201);
});

test('P6 answers a repetition before it looks at maintenance_info, so that a retry can not fail by it', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  const again = await platform.provision(id, PLANS.url, { maintenance_info: { version: '1.0.0' } });
  expect(again.status).toBe(200);
});

test('P7 P10 promises neither a dashboard nor metadata', async () => {
  const { platform } = scene;
  const made = await platform.provision(platform.newId(), PLANS.url);
  const accepted = await platform.provision(platform.newId(), PLANS.web, {}, accepts);
  expect(Object.keys(made.body as object)).toEqual([]);
  expect(Object.keys(accepted.body as object)).toEqual(['operation']);
});

test('P8 gives an operation that is a short string, and none where nothing runs', async () => {
  const { platform } = scene;
  const operation = operationOf(await platform.provision(platform.newId(), PLANS.web, {}, accepts));
  expect(operation).toMatch(/^[\w-]{1,100}$/);
  expect((await platform.provision(platform.newId(), PLANS.url, {}, accepts)).body).toEqual({});
});

test.each([
  [{ size: 0 }, 'size'],
  [{ size: 'large' }, 'size'],
  [{ note: 'x'.repeat(21) }, 'note'],
  [{ colour: 'red' }, 'colour'],
])('P9 answers 400 to the parameters %j and names the field', async (parameters, field) => {
  for (const plan of [PLANS.settings, PLANS.web]) {
    const answer = await scene.platform.provision(scene.platform.newId(), plan, { parameters }, accepts);
    expect([answer.status, answer.body]).toMatchObject([
      400,
      { error: 'InvalidParameters', description: expect.stringContaining(field) },
    ]);
  }
});

test('P9 tells no value of a parameter in its refusal', async () => {
  const parameters = { note: 'note-5531-that-is-too-long' };
  const answer = await scene.platform.provision(scene.platform.newId(), PLANS.settings, { parameters });
  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body)).not.toContain('note-5531');
});

test('P9 applies the defaults of the schema', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.settings);
  expect(platform.made(id)).toMatchObject([{ metadata: { annotations: { size: '1' } } }]);
});

test('P11 lets an id be used again once its instance is gone', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.settings);
  await platform.deprovision(id, PLANS.settings);
  expect((await platform.provision(id, PLANS.url)).status).toBe(201);
  expect((await platform.fetch(id)).body).toMatchObject({ plan_id: 'url-1' });
});

test('P11 lets an id be used again after a provisioning that was refused', async () => {
  const { platform } = scene;
  const id = platform.newId();
  refuseNextWrite(platform.broker.kube, 'ConfigMap');
  expect((await platform.provision(id, PLANS.settings)).status).toBe(400);
  expect((await platform.provision(id, PLANS.settings)).status).toBe(201);
  expect((await platform.fetch(id)).status).toBe(200);
});
