import { expect, test } from '@jest/globals';
import { becomeAvailable, hold, refuseNextWrite } from './cluster.js';
import { PLANS } from './offerings.js';
import { instancePath, operationOf } from './platform.js';
import { world } from './world.js';

const scene = world();
const accepts = { accepts: true };

test('L1 reports in progress, succeeded and failed, with a description that is never empty', async () => {
  const { platform, provisioning } = scene;
  const { id, operation } = await provisioning();
  const described = expect.stringMatching(/\S/) as unknown;
  const running = await platform.poll(id, operation);
  expect([running.status, running.body]).toMatchObject([200, { state: 'in progress' }]);
  expect(Object.values(running.body as object)).not.toContain('');
  await becomeAvailable(platform.broker.kube, id);
  const done = await platform.settled(id, operation);
  expect([done.status, done.body]).toMatchObject([200, { state: 'succeeded' }]);

  const failing = platform.newId();
  refuseNextWrite(platform.broker.kube, 'Deployment');
  await platform.provision(failing, PLANS.web, {}, accepts);
  const failed = await platform.settled(failing);
  expect([failed.status, failed.body]).toEqual([200, { state: 'failed', description: described }]);
});

test('L1 tells what is awaited while it waits', async () => {
  const { platform, provisioning } = scene;
  const { id } = await provisioning();
  let body: unknown;
  do ({ body } = await platform.poll(id));
  while (!('description' in (body as object)));
  expect(body).toEqual({ state: 'in progress', description: expect.stringContaining('Deployment') });
});

test('L2 says nothing of usability or repetition where a provisioning failed, nor on bindings', async () => {
  const { platform, ready } = scene;
  const id = platform.newId();
  refuseNextWrite(platform.broker.kube, 'Deployment');
  await platform.provision(id, PLANS.web, {}, accepts);
  expect(Object.keys((await platform.settled(id)).body as object)).toEqual(['state', 'description']);
  const url = await ready(PLANS.url);
  await platform.bind([url, 'b'], PLANS.url);
  expect((await platform.pollBinding([url, 'b'])).body).toEqual({ state: 'succeeded' });
});

test('L2 tells of a failed deprovision, from 2.16 on, whether the instance can still be used', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  refuseNextWrite(platform.broker.kube, 'Deployment');
  const operation = operationOf(await platform.deprovision(id, PLANS.web, accepts));
  expect((await platform.settled(id, operation)).body).toMatchObject({
    state: 'failed',
    description: expect.any(String),
    instance_usable: false,
  });
  const older = await platform.poll(id, operation, { minor: 15 });
  expect(older.body).not.toHaveProperty('instance_usable');
});

test('L3 answers 404 to an instance or a binding that never was', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  expect(await platform.poll('nobody')).toMatchObject({ status: 404, body: { error: 'InstanceNotFound' } });
  expect(await platform.poll('nobody', 'provision-1')).toMatchObject({ status: 404 });
  expect(await platform.pollBinding([id, 'none'])).toMatchObject({
    status: 404,
    body: { error: 'BindingNotFound' },
  });
});

test('L3 answers 410 to the operation of a deletion that is finished, and 200 to whoever sends another or none', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  const operation = operationOf(await platform.deprovision(id, PLANS.web, accepts));
  const gone = await platform.settled(id, operation);
  expect([gone.status, gone.body]).toEqual([410, {}]);
  for (const other of [undefined, 'deprovision', 'provision', 'x', '']) {
    const answer = await platform.poll(id, other);
    expect([answer.status, answer.body]).toEqual([200, { state: 'succeeded' }]);
  }
});

test('L3 knows its own deletions by their operation even when nothing else is left of them', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  const operation = operationOf(await platform.deprovision(id, PLANS.web, accepts));
  await platform.settled(id, operation);
  const forgetful = platform.newId();
  expect((await platform.poll(forgetful, operation)).status).toBe(410);
});

test('L3 tells of a deletion that it is finished even when the id is in use again', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  const operation = operationOf(await platform.deprovision(id, PLANS.web, accepts));
  await platform.settled(id, operation);
  await platform.provision(id, PLANS.url);
  expect((await platform.poll(id, operation)).status).toBe(410);
  expect((await platform.poll(id)).body).toEqual({ state: 'succeeded' });
});

test('L4 says in whole seconds when to poll, and nothing once there is nothing to poll', async () => {
  const { platform, provisioning } = scene;
  const { id } = await provisioning();
  expect((await platform.poll(id)).headers.get('retry-after')).toMatch(/^\d+$/);
  await becomeAvailable(platform.broker.kube, id);
  expect((await platform.settled(id)).headers.has('retry-after')).toBe(false);
});

test('L5 repeats a final state as often as it is asked', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  const operation = operationOf(await platform.deprovision(id, PLANS.web, accepts));
  for (const poll of [1, 2, 3]) {
    expect((await platform.settled(id, operation)).status).toBe(410);
    expect([poll, (await platform.settled(id)).body]).toEqual([poll, { state: 'succeeded' }]);
  }
  const failing = platform.newId();
  refuseNextWrite(platform.broker.kube, 'Deployment');
  await platform.provision(failing, PLANS.web, {}, accepts);
  const failed = await platform.settled(failing);
  expect((await platform.poll(failing)).body).toEqual(failed.body);
});

test.each([
  ['none', ''],
  ['those from before a change of plan', '&service_id=web-service&plan_id=web-1'],
  ['those from after it', '&service_id=web-service&plan_id=web-2'],
  ['unknown ones', '&service_id=x&plan_id=y'],
  ['empty ones', '&service_id=&plan_id'],
])('L6 takes service and plan for hints: %s', async (_what, hints) => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  const operation = operationOf(await platform.update(id, PLANS.web, { plan_id: 'web-2' }, accepts));
  const path = `${instancePath(id)}/last_operation?operation=${operation}${hints}`;
  expect(await platform.send('GET', path)).toMatchObject({ status: 200, body: { state: 'in progress' } });
});

test('L7 answers polls on bindings without an operation, made or just deleted', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  await platform.bind([id, 'b'], PLANS.url);
  expect(await platform.pollBinding([id, 'b'])).toMatchObject({ status: 200, body: { state: 'succeeded' } });
  await platform.unbind([id, 'b'], PLANS.url);
  expect(await platform.pollBinding([id, 'b'])).toMatchObject({ status: 200, body: { state: 'succeeded' } });
});

test('L8 sets no limit of its own to polling', async () => {
  const { body } = await scene.platform.send('GET', '/v2/catalog');
  expect(JSON.stringify(body)).not.toContain('maximum_polling_duration');
});

test('L9 answers 200 to every poll of an operation that runs', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  const letGo = await hold(platform.broker.kube, id);
  const operation = operationOf(await platform.deprovision(id, PLANS.web, accepts));
  for (const sent of [operation, 'deprovision', 'another', undefined]) {
    expect(await platform.poll(id, sent)).toMatchObject({ status: 200, body: { state: 'in progress' } });
  }
  await letGo();
  expect((await platform.settled(id, operation)).status).toBe(410);
});
