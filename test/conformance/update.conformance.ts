import { expect, test } from '@jest/globals';
import { asRecord } from '@mesitis/kube/memory';
import { becomeAvailable, refuseNextWrite, whenSized } from './cluster.js';
import { PLANS, urlCredentials } from './offerings.js';
import { operationOf } from './platform.js';
import { world } from './world.js';

const scene = world();
const accepts = { accepts: true };

test('U1 leaves the plan alone when no plan is named', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.settings);
  expect((await platform.update(id, PLANS.settings, { parameters: { size: 2 } })).status).toBe(200);
  expect((await platform.fetch(id)).body).toEqual({ ...PLANS.settings, parameters: { size: 2 } });
});

test.each([
  ['absent', undefined],
  ['empty', {}],
])('U1 leaves the parameters alone when they are %s', async (_what, parameters) => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web, { parameters: { size: 2 } });
  const changed = await platform.update(id, PLANS.web, { plan_id: 'web-2', parameters }, accepts);
  expect(changed.status).toBe(202);
  await becomeAvailable(platform.broker.kube, id);
  await platform.settled(id);
  expect((await platform.fetch(id)).body).toEqual({ ...PLANS.web2, parameters: { size: 2 } });
});

test('U1 merges parameters, field by field', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.settings, { parameters: { size: 2, note: 'kept' } });
  expect((await platform.update(id, PLANS.settings, { parameters: { size: 3 } })).status).toBe(200);
  expect((await platform.fetch(id)).body).toMatchObject({ parameters: { size: 3, note: 'kept' } });
  expect(platform.made(id)).toMatchObject([{ metadata: { annotations: { size: '3' } } }]);
});

test('U2 answers 200 when it is done: the plan is changed, and bindings see it', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  const answer = await platform.update(id, PLANS.url, { plan_id: 'url-2' });
  expect([answer.status, answer.body]).toEqual([200, {}]);
  expect((await platform.fetch(id)).body).toEqual(PLANS.url2);
  const bound = await platform.bind([id, 'b'], PLANS.url2);
  expect(bound).toMatchObject({ status: 201, body: { credentials: urlCredentials(2) } });
});

test.each([
  ['nothing', {}],
  ['the plan that it has', { plan_id: 'url-1' }],
  [
    'a new name in the context',
    { context: { platform: 'kubernetes', namespace: 'client-ns', instance_name: 'x' } },
  ],
  ['previous values', { previous_values: { plan_id: 'url-2', maintenance_info: {} } }],
])('U2 answers 200 to an update that names %s', async (_what, fields) => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  const answer = await platform.update(id, PLANS.url, fields);
  expect([answer.status, answer.body]).toEqual([200, {}]);
  expect((await platform.fetch(id)).body).toEqual(PLANS.url);
});

test('U3 answers 202 with an operation, again with the same one while it runs, and then the new state', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  const change = { plan_id: 'web-2', parameters: { size: 2 } };
  const first = await platform.update(id, PLANS.web, change, accepts);
  expect([first.status, first.body]).toEqual([202, { operation: expect.stringMatching(/^update-[\w-]+$/) }]);
  const again = await platform.update(id, PLANS.web, change, accepts);
  expect([again.status, again.body]).toEqual([202, first.body]);
  const operation = operationOf(first);
  expect((await platform.poll(id, operation)).body).toMatchObject({ state: 'in progress' });
  await whenSized(platform.broker.kube, id, 2);
  await becomeAvailable(platform.broker.kube, id);
  expect((await platform.settled(id, operation)).body).toMatchObject({ state: 'succeeded' });
  const [made] = platform.made(id);
  expect(asRecord(made?.['spec'])).toMatchObject({
    replicas: 2,
    template: { spec: { containers: [{ image: 'web:2' }] } },
  });
});

test.each([undefined, null, '', 7])('U4 answers 400 when service_id is %j', async (service_id) => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  const answer = await platform.update(id, PLANS.url, { service_id });
  expect([answer.status, answer.body]).toMatchObject([400, { error: 'MalformedRequest' }]);
});

test.each([
  ['a service that is not offered', { service_id: 'other' }],
  ['a plan that is not offered', { plan_id: 'other' }],
  ['a plan of another service', { plan_id: 'web-1' }],
  ['parameters that are no object', { parameters: 'size=2' }],
])('U4 answers 400 to %s', async (_what, fields) => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  expect((await platform.update(id, PLANS.url, fields)).status).toBe(400);
});

test('U4 answers 400 to parameters that do not fit the schema once they are merged', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.settings, { parameters: { size: 2 } });
  const answer = await platform.update(id, PLANS.settings, { parameters: { colour: 'red' } });
  expect([answer.status, answer.body]).toMatchObject([400, { error: 'InvalidParameters' }]);
  expect((await platform.fetch(id)).body).toMatchObject({ parameters: { size: 2 } });
});

test('U5 answers AsyncRequired when the change has to be waited for', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  const answer = await platform.update(id, PLANS.web, { parameters: { size: 2 } });
  expect([answer.status, answer.body]).toMatchObject([422, { error: 'AsyncRequired' }]);
});

test('U5 answers MaintenanceInfoConflict to any version, as no plan has one', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  const answer = await platform.update(id, PLANS.url, { maintenance_info: { version: '1.0.0' } });
  expect([answer.status, answer.body]).toMatchObject([422, { error: 'MaintenanceInfoConflict' }]);
  expect((await platform.update(id, PLANS.url, { maintenance_info: {} })).status).toBe(200);
});

test('U5 refuses to move an instance to another service, with 4xx and a reason', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  const answer = await platform.update(
    id,
    PLANS.url,
    { service_id: 'web-service', plan_id: 'web-1' },
    accepts,
  );
  expect([400, 422]).toContain(answer.status);
  expect((await platform.fetch(id)).body).toEqual(PLANS.url);
});

test.each([
  [17, { instance_usable: undefined, update_repeatable: false }],
  [15, { instance_usable: undefined, update_repeatable: undefined }],
])(
  'U5 U7 refuses a plan that is provisioned in another way, and tells 2.%d whether to ask again',
  async (minor, hints) => {
    const { platform, ready } = scene;
    const id = await ready(PLANS.url);
    const answer = await platform.update(id, PLANS.url, { plan_id: 'url-objects' }, { minor });
    expect([answer.status, answer.body]).toEqual([
      422,
      {
        error: 'UpdateNotSupported',
        description: expect.stringContaining('provision a new instance'),
        ...hints,
      },
    ]);
    expect((await platform.fetch(id)).body).toEqual(PLANS.url);
  },
);

test('U7 tells of a failed update whether the instance can be used and the update repeated', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  refuseNextWrite(platform.broker.kube, 'Deployment');
  const answer = await platform.update(id, PLANS.web, { parameters: { size: 2 } }, accepts);
  expect(answer.status).toBe(202);
  await platform.settled(id);
  const { body } = await platform.poll(id);
  expect(body).toMatchObject({ state: 'failed', description: expect.any(String), instance_usable: true });
  const older = await platform.poll(id, undefined, { minor: 15 });
  expect(Object.keys(older.body as object)).toEqual(['state', 'description']);
  expect((await platform.fetch(id)).body).toEqual(PLANS.web);
});

test('U8 takes changes of plan, parameters and context alone, as the catalog promises', async () => {
  const { platform, ready } = scene;
  const url = await ready(PLANS.url);
  const context = { platform: 'kubernetes', namespace: 'client-ns', instance_name: 'renamed' };
  expect((await platform.update(url, PLANS.url, { plan_id: 'url-2' })).status).toBe(200);
  expect((await platform.update(url, PLANS.url2, { context })).status).toBe(200);
  const settings = await ready(PLANS.settings);
  const parameters = { note: 'new' };
  expect((await platform.update(settings, PLANS.settings, { parameters })).status).toBe(200);
});
