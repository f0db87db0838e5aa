import { expect, test } from '@jest/globals';
import { becomeAvailable, hold, refuseNextWrite, whenMade } from './cluster.js';
import { PLANS } from './offerings.js';
import { bindingPath, idsQuery, instancePath, operationOf } from './platform.js';
import { world } from './world.js';

const scene = world();
const accepts = { accepts: true };

const INCOMPLETE = [
  '',
  '?service_id=s',
  '?plan_id=p',
  '?service_id=&plan_id=p',
  '?service_id=s&plan_id=',
  '?service_id&plan_id=p',
  '?service_id=s&plan_id',
];

test('N1 takes the binding away, and nothing else', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  await platform.bind([id, 'b'], PLANS.url);
  await platform.bind([id, 'c'], PLANS.url);
  const answer = await platform.unbind([id, 'b'], PLANS.url, accepts);
  expect([answer.status, answer.body]).toEqual([200, {}]);
  expect((await platform.fetchBinding([id, 'b'])).status).toBe(404);
  expect((await platform.fetchBinding([id, 'c'])).status).toBe(200);
  expect((await platform.fetch(id)).status).toBe(200);
});

test('N2 answers 410 with {} when there is no such binding, whichever ids are missing', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  for (const query of [...INCOMPLETE, idsQuery(PLANS.url)]) {
    for (const path of [bindingPath(id, 'none'), bindingPath('nobody', 'none')]) {
      const answer = await platform.send('DELETE', `${path}${query}`);
      expect([answer.status, answer.body]).toEqual([410, {}]);
    }
  }
});

test('N2 answers 400 when an id is missing or empty and the binding is there', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  await platform.bind([id, 'b'], PLANS.url);
  for (const query of INCOMPLETE) {
    const answer = await platform.send('DELETE', `${bindingPath(id, 'b')}${query}`);
    expect([answer.status, answer.body]).toMatchObject([400, { error: 'MalformedRequest' }]);
  }
  expect((await platform.fetchBinding([id, 'b'])).status).toBe(200);
});

test('N2 takes the ids of an unbind for what the platform believes, not for conditions', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  await platform.bind([id, 'b'], PLANS.url);
  const query = '?service_id=other&plan_id=other';
  expect((await platform.send('DELETE', `${bindingPath(id, 'b')}${query}`)).status).toBe(200);
});

test('N3 has nothing to halt, because binds are synchronous: an unbind finds the binding made or not', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  const [bound, unbound] = await Promise.all([
    platform.bind([id, 'b'], PLANS.url),
    platform.unbind([id, 'b'], PLANS.url),
  ]);
  expect(bound.status).toBe(201);
  expect([200, 410]).toContain(unbound.status);
  expect((await platform.fetchBinding([id, 'b'])).status).toBe(unbound.status === 200 ? 404 : 200);
});

test.each([PLANS.url, PLANS.settings])(
  'D1 answers 200 when everything of it is gone: $plan_id',
  async (plan) => {
    const { platform, ready } = scene;
    const id = await ready(plan);
    const answer = await platform.deprovision(id, plan);
    expect([answer.status, answer.body]).toEqual([200, {}]);
    expect(platform.made(id)).toEqual([]);
  },
);

test('D1 answers 202 with an operation while it is taken away, again with the same one, then it is gone', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  const letGo = await hold(platform.broker.kube, id);
  const first = await platform.deprovision(id, PLANS.web, accepts);
  expect([first.status, first.body]).toEqual([
    202,
    { operation: expect.stringMatching(/^deprovision-[\w-]+$/) },
  ]);
  const again = await platform.deprovision(id, PLANS.web, accepts);
  expect([again.status, again.body]).toEqual([202, first.body]);
  await letGo();
  const operation = operationOf(first);
  expect((await platform.settled(id, operation)).status).toBe(410);
  expect(platform.made(id)).toEqual([]);
});

test('D2 answers 410 with {} when there is no such instance', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  await platform.deprovision(id, PLANS.url);
  for (const gone of [id, 'nobody']) {
    const answer = await platform.deprovision(gone, PLANS.url);
    expect([answer.status, answer.body]).toEqual([410, {}]);
  }
});

test('D2 answers 400 when an id is missing or empty, whether or not the instance is there', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  for (const query of INCOMPLETE) {
    for (const target of [id, 'nobody']) {
      const answer = await platform.send('DELETE', `${instancePath(target)}${query}`);
      expect([answer.status, answer.body]).toMatchObject([400, { error: 'MalformedRequest' }]);
    }
  }
  expect((await platform.fetch(id)).status).toBe(200);
});

test('D2 answers AsyncRequired before it looks whether the instance is there', async () => {
  const { platform } = scene;
  const answer = await platform.deprovision('nobody', PLANS.web);
  expect([answer.status, answer.body]).toMatchObject([422, { error: 'AsyncRequired' }]);
  expect((await platform.deprovision('nobody', PLANS.web, accepts)).status).toBe(410);
});

test('D2 takes the ids of a deprovision for what the platform believes, not for conditions', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  const path = `${instancePath(id)}?service_id=url-service&plan_id=url-2`;
  expect((await platform.send('DELETE', path)).status).toBe(200);
});

test('D3 halts a provisioning that runs, and takes away what it made', async () => {
  const { platform, provisioning } = scene;
  const { id, operation } = await provisioning();
  await whenMade(platform.broker.kube, id);
  const answer = await platform.deprovision(id, PLANS.web, accepts);
  expect(answer.status).toBe(202);
  const deprovisioning = operationOf(answer);
  expect(deprovisioning).not.toBe(operation);
  expect((await platform.settled(id, deprovisioning)).status).toBe(410);
  expect(platform.made(id)).toEqual([]);
  expect((await platform.deprovision(id, PLANS.web, accepts)).status).toBe(410);
});

test('D3 reports the provisioning that it halted as failed to whoever still polls for it', async () => {
  const { platform, provisioning } = scene;
  const { id, operation } = await provisioning();
  await platform.deprovision(id, PLANS.web, accepts);
  await platform.settled(id);
  expect(await platform.poll(id, operation)).toMatchObject({ status: 200, body: { state: 'failed' } });
});

test('D3 is not undone by a provisioning that it halted', async () => {
  const { platform, provisioning } = scene;
  const { id } = await provisioning();
  const letGo = await hold(platform.broker.kube, id);
  await platform.deprovision(id, PLANS.web, accepts);
  const again = await platform.provision(id, PLANS.web, {}, accepts);
  expect([again.status, again.body]).toMatchObject([422, { error: 'ConcurrencyError' }]);
  await letGo();
  await platform.settled(id);
  expect((await platform.provision(id, PLANS.web, {}, accepts)).status).toBe(202);
  await becomeAvailable(platform.broker.kube, id);
  expect((await platform.settled(id)).body).toMatchObject({ state: 'succeeded' });
});

test('D4 takes the bindings away with the instance', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  await platform.bind([id, 'b'], PLANS.url);
  expect((await platform.deprovision(id, PLANS.url)).status).toBe(200);
  expect((await platform.unbind([id, 'b'], PLANS.url)).status).toBe(410);
});

test('OM2 can be asked to deprovision until it has succeeded', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.settings);
  refuseNextWrite(platform.broker.kube, 'ConfigMap', 2);
  expect((await platform.deprovision(id, PLANS.settings)).status).toBeGreaterThanOrEqual(400);
  expect((await platform.deprovision(id, PLANS.settings)).status).toBeGreaterThanOrEqual(400);
  expect((await platform.deprovision(id, PLANS.settings)).status).toBe(200);
  expect((await platform.deprovision(id, PLANS.settings)).status).toBe(410);
});
