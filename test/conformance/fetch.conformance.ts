import { expect, test } from '@jest/globals';
import { becomeAvailable, hold, whenSized } from './cluster.js';
import { PLANS, urlCredentials } from './offerings.js';
import { world } from './world.js';

const scene = world();
const accepts = { accepts: true };

test('G1 serves an instance as soon as its provisioning is reported as succeeded', async () => {
  const { platform, provisioning } = scene;
  const { id, operation } = await provisioning();
  expect((await platform.fetch(id)).status).toBe(404);
  await becomeAvailable(platform.broker.kube, id);
  expect((await platform.settled(id, operation)).body).toMatchObject({ state: 'succeeded' });
  expect((await platform.fetch(id)).status).toBe(200);
});

test('G1 serves instances of every plan, and says so in the catalog', async () => {
  const { platform, ready } = scene;
  for (const plan of [PLANS.url, PLANS.settings, PLANS.web, PLANS.unbindable]) {
    expect((await platform.fetch(await ready(plan))).body).toMatchObject(plan);
  }
});

test('G2 tells service, plan and parameters, and leaves out parameters that nobody gave', async () => {
  const { platform, ready } = scene;
  const plain = await platform.fetch(await ready(PLANS.url));
  expect([plain.status, plain.body]).toEqual([200, PLANS.url]);
  const parameters = { size: 2 };
  const sized = await platform.fetch(await ready(PLANS.settings, { parameters }));
  expect(sized.body).toEqual({ ...PLANS.settings, parameters });
});

test('G2 takes service and plan in the query for hints', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  const path = `/v2/service_instances/${id}?service_id=other&plan_id=other`;
  expect((await platform.send('GET', path)).status).toBe(200);
});

test('G3 answers 404 to an instance that is not there, not there yet, or not there any more', async () => {
  const { platform, ready, provisioning } = scene;
  const { id } = await provisioning();
  const gone = await ready(PLANS.url);
  await platform.deprovision(gone, PLANS.url);
  for (const missing of ['nobody', id, gone]) {
    const answer = await platform.fetch(missing);
    expect([answer.status, answer.body]).toMatchObject([404, { error: 'InstanceNotFound' }]);
  }
});

test('G3 answers 404 to an instance that is being deprovisioned', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  const letGo = await hold(platform.broker.kube, id);
  await platform.deprovision(id, PLANS.web, accepts);
  expect((await platform.fetch(id)).status).toBe(404);
  await letGo();
});

test('G4 answers ConcurrencyError while the instance is updated', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  await platform.update(id, PLANS.web, { parameters: { size: 2 } }, accepts);
  const answer = await platform.fetch(id);
  expect([answer.status, answer.body]).toMatchObject([422, { error: 'ConcurrencyError' }]);
  await whenSized(platform.broker.kube, id, 2);
  await becomeAvailable(platform.broker.kube, id);
  await platform.settled(id);
  expect((await platform.fetch(id)).body).toMatchObject({ parameters: { size: 2 } });
});

test('F1 serves a binding as soon as it is made, and says so in the catalog', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  await platform.bind([id, 'b'], PLANS.url);
  expect((await platform.fetchBinding([id, 'b'])).status).toBe(200);
});

test('F2 tells what the bind told, and the parameters when there were any', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  const bound = await platform.bind([id, 'b'], PLANS.url);
  expect((await platform.fetchBinding([id, 'b'])).body).toEqual(bound.body);
  const parameters = { role: 'reader' };
  const other = await platform.bind([id, 'c'], PLANS.url, { parameters });
  expect((await platform.fetchBinding([id, 'c'])).body).toEqual({ ...(other.body as object), parameters });
  expect(other.body).toMatchObject({ credentials: urlCredentials(1) });
});

test('F3 answers 404 to a binding that is not there, of whichever instance', async () => {
  const { platform, ready, provisioning } = scene;
  const id = await ready(PLANS.url);
  const other = await ready(PLANS.url);
  const busy = await provisioning();
  await platform.bind([other, 'b'], PLANS.url);
  await platform.bind([id, 'gone'], PLANS.url);
  await platform.unbind([id, 'gone'], PLANS.url);
  for (const ids of [
    [id, 'b'],
    ['nobody', 'b'],
    [busy.id, 'b'],
    [id, 'gone'],
  ] as const) {
    const answer = await platform.fetchBinding(ids);
    expect([answer.status, answer.body]).toMatchObject([404, { error: 'BindingNotFound' }]);
  }
});
