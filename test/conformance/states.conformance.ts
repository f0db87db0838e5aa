import { expect, test } from '@jest/globals';
import type { TestAnswer } from '@mesitis/broker/testing';
import { hold, refuseNextWrite, whenMade } from './cluster.js';
import { PLANS } from './offerings.js';
import { world } from './world.js';

const accepts = { accepts: true };
const scene = world({ times: { patienceMs: 50 } });

/** What the requests are, in the order in which they are sent unless a test says otherwise. */
type Asked = 'different' | 'get' | 'poll' | 'bind' | 'patch' | 'same' | 'delete';

/** The answers to these requests for an instance of the plan `web`, in this order. */
async function answersTo(id: string, ...asked: readonly Asked[]): Promise<Partial<Record<Asked, string>>> {
  const { platform } = scene;
  const ask: Record<Asked, () => Promise<TestAnswer>> = {
    same: async () => platform.provision(id, PLANS.web, {}, accepts),
    different: async () => platform.provision(id, PLANS.web, { space_guid: 'other' }, accepts),
    patch: async () => platform.update(id, PLANS.web, { parameters: { size: 2 } }, accepts),
    get: async () => platform.fetch(id),
    poll: async () => platform.poll(id),
    bind: async () => platform.bind([id, 'b'], PLANS.web),
    delete: async () => platform.deprovision(id, PLANS.web, accepts),
  };
  const answers: Partial<Record<Asked, string>> = {};
  for (const request of asked) answers[request] = summary(await ask[request]());
  return answers;
}

/** `202`, `422 ConcurrencyError`, `200 in progress` */
function summary({ status, body }: TestAnswer): string {
  const { error, state } = body as { error?: string; state?: string };
  return [status, error ?? state].filter((word) => word !== undefined).join(' ');
}

test('ST1 an instance that never was', async () => {
  const id = scene.platform.newId();
  expect(await answersTo(id, 'patch', 'get', 'poll', 'bind', 'delete', 'same')).toEqual({
    patch: '404 InstanceNotFound',
    get: '404 InstanceNotFound',
    poll: '404 InstanceNotFound',
    bind: '404 InstanceNotFound',
    delete: '410',
    same: '202',
  });
});

test('ST2 an instance that is provisioned', async () => {
  const { id } = await scene.provisioning();
  expect(await answersTo(id, 'same', 'different', 'patch', 'get', 'poll', 'bind', 'delete')).toEqual({
    same: '202',
    different: '409 InstanceExists',
    patch: '422 ConcurrencyError',
    get: '404 InstanceNotFound',
    poll: '200 in progress',
    bind: '422 ConcurrencyError',
    delete: '202',
  });
});

test('ST3 an instance that is ready', async () => {
  const id = await scene.ready(PLANS.web);
  expect(await answersTo(id, 'same', 'different', 'get', 'poll', 'bind', 'patch')).toEqual({
    same: '200',
    different: '409 InstanceExists',
    get: '200',
    poll: '200 succeeded',
    bind: '201',
    patch: '202',
  });
});

test('ST3 an instance that is ready can be deprovisioned', async () => {
  const id = await scene.ready(PLANS.web);
  expect(await answersTo(id, 'delete')).toEqual({ delete: '202' });
  expect((await scene.platform.settled(id)).body).toEqual({ state: 'succeeded' });
});

test('ST4 an instance that is updated', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  await platform.update(id, PLANS.web, { parameters: { size: 3 } }, accepts);
  expect(await answersTo(id, 'same', 'different', 'patch', 'get', 'poll', 'bind', 'delete')).toEqual({
    same: '422 ConcurrencyError',
    different: '409 InstanceExists',
    patch: '422 ConcurrencyError',
    get: '422 ConcurrencyError',
    poll: '200 in progress',
    bind: '422 ConcurrencyError',
    delete: '202',
  });
});

test('ST4 an instance that is updated answers the same update with the same operation', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  const first = await platform.update(id, PLANS.web, { parameters: { size: 3 } }, accepts);
  const again = await platform.update(id, PLANS.web, { parameters: { size: 3 } }, accepts);
  expect([again.status, again.body]).toEqual([202, first.body]);
});

test('ST5 an instance that is deprovisioned', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  const letGo = await hold(platform.broker.kube, id);
  await platform.deprovision(id, PLANS.web, accepts);
  expect(await answersTo(id, 'same', 'different', 'patch', 'get', 'poll', 'bind', 'delete')).toEqual({
    same: '422 ConcurrencyError',
    different: '409 InstanceExists',
    patch: '422 ConcurrencyError',
    get: '404 InstanceNotFound',
    poll: '200 in progress',
    bind: '422 ConcurrencyError',
    delete: '202',
  });
  await letGo();
});

/** An instance whose provisioning was refused by the API server. */
async function failed(): Promise<string> {
  const { platform } = scene;
  const id = platform.newId();
  refuseNextWrite(platform.broker.kube, 'Deployment');
  await platform.provision(id, PLANS.web, {}, accepts);
  expect((await platform.settled(id)).body).toMatchObject({ state: 'failed' });
  return id;
}

test('ST6 an instance that failed to provision', async () => {
  expect(await answersTo(await failed(), 'different', 'patch', 'get', 'poll', 'bind', 'delete')).toEqual({
    different: '409 InstanceExists',
    patch: '422 InstanceNotUsable',
    get: '404 InstanceNotFound',
    poll: '200 failed',
    bind: '422 InstanceNotUsable',
    delete: '202',
  });
});

test('ST6 an instance that failed to provision is tried again by the same request, as a new operation', async () => {
  const { platform } = scene;
  const id = await failed();
  expect(await answersTo(id, 'same', 'poll')).toEqual({ same: '202', poll: '200 in progress' });
  await whenMade(platform.broker.kube, id);
});

test('ST7 an instance that was deleted', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  await platform.deprovision(id, PLANS.url);
  expect(await answersTo(id, 'patch', 'get', 'poll', 'bind', 'delete', 'same')).toEqual({
    patch: '404 InstanceNotFound',
    get: '404 InstanceNotFound',
    poll: '200 succeeded',
    bind: '404 InstanceNotFound',
    delete: '410',
    same: '202',
  });
});
