import { expect, test } from '@jest/globals';
import { becomeAvailable, breakNextWrite, refuseNextWrite } from './cluster.js';
import type { PlanIds } from './offerings.js';
import { PLANS } from './offerings.js';
import { bindingPath, idsQuery, instancePath, operationOf } from './platform.js';
import { identity } from './requests.js';
import { world } from './world.js';

/** What the two platforms that most people have send, and what they do with the answers. */
const scene = world();
const accepts = { accepts: true };

/** Kubernetes Service Catalog 0.3 always speaks 2.14, and leaves out what is empty. */
const serviceCatalog = {
  minor: 14,
  headers: {
    'x-broker-api-originating-identity': identity('kubernetes', { username: 'system:admin', uid: '' }),
  },
};

/** Cloud Foundry always speaks 2.15 and takes 202. */
const cloudFoundry = { accepts: true, minor: 15 };

test('SC1 gives the platform that repeats every other 4xx for ever a 400 for what can not succeed', async () => {
  const { platform } = scene;
  const sending = { ...serviceCatalog, accepts: true };
  refuseNextWrite(platform.broker.kube, 'ConfigMap');
  const answers = [
    await platform.provision(platform.newId(), PLANS.settings, {}, sending),
    await platform.provision(platform.newId(), PLANS.settings, { parameters: { size: 'x' } }, sending),
    await platform.provision(
      platform.newId(),
      PLANS.guarded,
      { context: { platform: 'kubernetes' } },
      sending,
    ),
    await platform.provision(platform.newId(), { ...PLANS.url, plan_id: 'withdrawn' }, {}, sending),
  ];
  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
});

test('SC2 can be asked again with the same id after a failure and the deletion that follows it', async () => {
  const { platform } = scene;
  const id = platform.newId();
  breakNextWrite(platform.broker.kube, 'ConfigMap');
  const sending = { ...serviceCatalog, accepts: true };
  expect((await platform.provision(id, PLANS.settings, {}, sending)).status).toBeGreaterThanOrEqual(500);
  expect([200, 410]).toContain((await platform.deprovision(id, PLANS.settings, sending)).status);
  expect((await platform.provision(id, PLANS.settings, {}, sending)).status).toBe(201);
});

test('SC3 gives a bind its credentials at once, and the full ones again when the Secret could not be written', async () => {
  const { platform, ready } = scene;
  for (const plan of [PLANS.url, PLANS.web]) {
    const ids = [await ready(plan), 'b'] as const;
    const first = await platform.bind(ids, plan, {}, serviceCatalog);
    const again = await platform.bind(ids, plan, {}, serviceCatalog);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
  }
});

test('SC4 gives credentials whose names can be the keys of a Secret', async () => {
  const { platform, ready } = scene;
  const { body } = await platform.bind([await ready(PLANS.url), 'b'], PLANS.url, {}, serviceCatalog);
  const { credentials } = body as { credentials: Record<string, unknown> };
  for (const key of Object.keys(credentials)) expect(key).toMatch(/^[-._a-zA-Z0-9]+$/);
});

test('SC5 takes the plan that was attempted for the one to delete', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  expect((await platform.unbind([id, 'b'], PLANS.url2, serviceCatalog)).status).toBe(410);
  expect((await platform.deprovision(id, PLANS.url2, { ...serviceCatalog, accepts: true })).status).toBe(200);
});

test('SC6 takes an update that only counts up for one that changes nothing', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  const fields = { previous_values: { ...PLANS.web } };
  const answer = await platform.update(id, PLANS.web, fields, { ...serviceCatalog, accepts: true });
  expect([answer.status, answer.body]).toEqual([200, {}]);
});

test('SC7 sends no key named async, which would make the platform poll', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  const answers = [
    await platform.provision(id, PLANS.web, {}, accepts),
    await platform.bind([id, 'b'], PLANS.web),
    await platform.fetch(id),
    await platform.poll(id),
  ];
  for (const { body } of answers) expect(Object.keys(body as object)).not.toContain('async');
});

test('SC8 publishes names and ids of at most 63 characters, and free for every plan', async () => {
  const { body } = await scene.platform.send('GET', '/v2/catalog', undefined, { minor: 14 });
  const { services } = body as {
    services: { id: string; name: string; plans: (PlanIds & { free: unknown })[] }[];
  };
  for (const { id, name, plans } of services) {
    expect(Math.max(id.length, name.length)).toBeLessThanOrEqual(63);
    for (const { free } of plans) expect(free).toEqual(expect.any(Boolean));
  }
});

test('CF1 keeps the settings of an instance that is renamed or changes its plan with empty parameters', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web, { parameters: { size: 2 } });
  const previous_values = {
    plan_id: 'web-1',
    service_id: 'web-service',
    organization_id: 'o',
    space_id: 's',
  };
  const rename = { plan_id: 'web-1', parameters: {}, previous_values };
  expect((await platform.update(id, PLANS.web, rename, cloudFoundry)).status).toBe(200);
  const change = await platform.update(id, PLANS.web, { ...rename, plan_id: 'web-2' }, cloudFoundry);
  expect(change.status).toBe(202);
  await becomeAvailable(platform.broker.kube, id);
  await platform.settled(id, operationOf(change), cloudFoundry);
  expect((await platform.fetch(id)).body).toEqual({ ...PLANS.web2, parameters: { size: 2 } });
});

test('CF2 sends an operation that is a string, or none, and never null', async () => {
  const { platform } = scene;
  const accepted = await platform.provision(platform.newId(), PLANS.web, {}, cloudFoundry);
  expect(operationOf(accepted).length).toBeGreaterThan(0);
  const made = await platform.provision(platform.newId(), PLANS.url, {}, cloudFoundry);
  expect(made.body).toEqual({});
});

test('CF3 answers no deletion with 404, and every one with a JSON object', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  await platform.bind([id, 'b'], PLANS.url, {}, cloudFoundry);
  const query = `${idsQuery(PLANS.url)}&accepts_incomplete=true`;
  const paths = [
    bindingPath(id, 'b'),
    bindingPath(id, 'b'),
    instancePath(id),
    instancePath(id),
    bindingPath(id, 'b'),
  ];
  const statuses: number[] = [];
  for (const path of paths) {
    const { status, body } = await platform.send('DELETE', `${path}${query}`, undefined, { minor: 15 });
    statuses.push(status);
    expect(body).toEqual({});
  }
  expect(statuses).toEqual([200, 410, 200, 410, 410]);
});

test('CF4 uses 422 on provision and bind for reserved words alone, as any other makes the platform clean up', async () => {
  const { platform, ready, provisioning } = scene;
  const id = await ready(PLANS.url);
  const busy = await provisioning();
  const answers = [
    await platform.provision(
      platform.newId(),
      PLANS.url,
      { maintenance_info: { version: '1.0.0' } },
      cloudFoundry,
    ),
    await platform.provision(platform.newId(), PLANS.web),
    await platform.provision(platform.newId(), PLANS.settings, { parameters: { size: 0 } }, cloudFoundry),
    await platform.provision(busy.id, PLANS.web, { parameters: { size: 9 } }, cloudFoundry),
    await platform.bind([id, 'b'], PLANS.url, { parameters: { role: 'owner' } }, cloudFoundry),
    await platform.bind([id, 'b'], PLANS.url2, {}, cloudFoundry),
  ];
  const words = answers
    .filter(({ status }) => status === 422)
    .map(({ body }) => (body as { error: string }).error);
  expect(words).toEqual(['MaintenanceInfoConflict', 'AsyncRequired']);
});
