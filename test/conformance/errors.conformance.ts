import { expect, test } from '@jest/globals';
import type { TestAnswer } from '@mesitis/broker/testing';
import { becomeAvailable, breakNextWrite, hold, refuseNextWrite, whenSized } from './cluster.js';
import { PLANS } from './offerings.js';
import { bindingPath, idsQuery, instancePath } from './platform.js';
import { ENDPOINTS } from './requests.js';
import { world } from './world.js';

const scene = world();

test('X7 names every failure in one CamelCase word and a sentence, and nothing that belongs elsewhere', async () => {
  const { platform, provisioning } = scene;
  const busy = await provisioning();
  const failures: TestAnswer[] = [
    await platform.send('GET', '/v2/nowhere'),
    await platform.send('POST', '/v2/catalog'),
    await platform.provision(busy.id, PLANS.web, { organization_guid: 'other' }, { accepts: true }),
    await platform.provision(platform.newId(), PLANS.web),
    await platform.bind(['nobody', 'b'], PLANS.url),
    await platform.fetch(busy.id),
  ];
  for (const [method, path] of ENDPOINTS) {
    if (path === '/v2/catalog' || method === 'DELETE') continue;
    failures.push(await platform.send(method, path));
  }
  for (const { status, body } of failures) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body).toEqual({
      error: expect.stringMatching(/^([A-Z][a-z]+)+$/),
      description: expect.stringMatching(/\S{2,} \S/),
    });
  }
});

test('X7 tells from 2.16 on whether a failed deprovision leaves an instance that can be used', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.settings);
  refuseNextWrite(platform.broker.kube, 'ConfigMap', 2);
  const older = await platform.deprovision(id, PLANS.settings, { minor: 15 });
  expect(older.status).toBeGreaterThanOrEqual(400);
  expect(older.body).not.toHaveProperty('instance_usable');
  expect((await platform.deprovision(id, PLANS.settings)).body).toMatchObject({ instance_usable: false });
  expect((await platform.deprovision(id, PLANS.settings)).status).toBe(200);
});

test('X7 tells from 2.16 on whether a failed update leaves an instance that can be used', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.settings);
  refuseNextWrite(platform.broker.kube, 'ConfigMap');
  const answer = await platform.update(id, PLANS.settings, { parameters: { size: 2 } });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.body).toMatchObject({ instance_usable: true });
});

test('X8 keeps AsyncRequired, ConcurrencyError and MaintenanceInfoConflict for their cases, with 422', async () => {
  const { platform, provisioning } = scene;
  const busy = await provisioning();
  const id = platform.newId();
  expect(await platform.provision(id, PLANS.web)).toMatchObject({
    status: 422,
    body: {
      error: 'AsyncRequired',
      description: 'This Service Plan requires client support for asynchronous service operations.',
    },
  });
  expect(await platform.update(busy.id, PLANS.web, { plan_id: 'web-2' }, { accepts: true })).toMatchObject({
    status: 422,
    body: {
      error: 'ConcurrencyError',
      description: 'The Service Broker does not support concurrent requests that mutate the same resource.',
    },
  });
  const maintenance_info = { version: '2.1.1+abc' };
  expect(await platform.provision(id, PLANS.url, { maintenance_info })).toMatchObject({
    status: 422,
    body: { error: 'MaintenanceInfoConflict' },
  });
});

test('X8 never asks for an app, so there is no RequiresApp', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  const answer = await platform.bind([id, 'b'], PLANS.url, { bind_resource: undefined, app_guid: undefined });
  expect(answer.status).toBe(201);
});

test('X9 leaves nothing behind when it refuses to provision', async () => {
  const { platform } = scene;
  const id = platform.newId();
  const { kube } = platform.broker;
  expect((await platform.provision(id, PLANS.settings, { parameters: { size: 0 } })).status).toBe(400);
  refuseNextWrite(kube, 'ConfigMap');
  expect((await platform.provision(id, PLANS.settings)).status).toBe(400);
  expect(platform.made(id)).toEqual([]);
  expect((await platform.fetch(id)).status).toBe(404);
  expect((await platform.deprovision(id, PLANS.settings)).status).toBe(410);
});

test.each([
  ['refused', refuseNextWrite],
  ['broken off', breakNextWrite],
])('X9 U6 leaves an instance as it was when an update is %s', async (_what, spoil) => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.settings, { parameters: { size: 3 } });
  const before = platform.made(id).map(({ metadata }) => metadata.annotations);
  spoil(platform.broker.kube, 'ConfigMap');
  const answer = await platform.update(id, PLANS.settings, { parameters: { size: 4 } });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(platform.made(id).map(({ metadata }) => metadata.annotations)).toEqual(before);
  expect((await platform.fetch(id)).body).toMatchObject({ parameters: { size: 3 } });
});

test.each([
  ['refused', refuseNextWrite],
  ['broken off', breakNextWrite],
])('X9 U6 takes back the part of an update that was applied before the rest was %s', async (_what, spoil) => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.pair, { parameters: { size: 3 } });
  const sizes = (): unknown[] => platform.made(id).map(({ metadata }) => metadata.annotations?.['size']);
  expect(sizes()).toEqual(['3', '3']);
  spoil(platform.broker.kube, 'Secret');
  const answer = await platform.update(id, PLANS.pair, { parameters: { size: 4 } });
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.body).toMatchObject({ instance_usable: true });
  expect(sizes()).toEqual(['3', '3']);
});

test('X9 takes back the part of a provisioning that was done before the rest was refused', async () => {
  const { platform } = scene;
  const id = platform.newId();
  refuseNextWrite(platform.broker.kube, 'Secret');
  expect((await platform.provision(id, PLANS.pair)).status).toBe(400);
  expect(platform.made(id)).toEqual([]);
});

test('X12 answers at once what it can finish at once, plan by plan', async () => {
  const { platform } = scene;
  const [url, settings, web] = [platform.newId(), platform.newId(), platform.newId()];
  const accepts = { accepts: true };
  expect((await platform.provision(url, PLANS.url, {}, accepts)).status).toBe(201);
  expect((await platform.provision(settings, PLANS.settings, {}, accepts)).status).toBe(201);
  expect((await platform.provision(web, PLANS.web, {}, accepts)).status).toBe(202);
  expect((await platform.deprovision(url, PLANS.url, accepts)).status).toBe(200);
  expect((await platform.deprovision(settings, PLANS.settings, accepts)).status).toBe(200);
});

test.each([
  ['absent', ''],
  ['false', 'accepts_incomplete=false'],
  ['empty', 'accepts_incomplete='],
  ['not a boolean', 'accepts_incomplete=1'],
])('X13 does nothing asynchronous when accepts_incomplete is %s', async (_what, flag) => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  const refusal = { status: 422, body: { error: 'AsyncRequired' } };
  const fresh = instancePath(platform.newId());
  const provisioned = await platform.send('PUT', `${fresh}?${flag}`, {
    ...PLANS.web,
    organization_guid: 'o',
    space_guid: 's',
  });
  expect(provisioned).toMatchObject(refusal);
  const update = { service_id: PLANS.web.service_id, parameters: { size: 2 } };
  expect(await platform.send('PATCH', `${instancePath(id)}?${flag}`, update)).toMatchObject(refusal);
  const path = `${instancePath(id)}${idsQuery(PLANS.web)}&${flag}`;
  expect(await platform.send('DELETE', path)).toMatchObject(refusal);
  expect((await platform.fetch(id)).status).toBe(200);
});

test('X13 takes the flag for a permission: what is synchronous stays so', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  const accepts = { accepts: true };
  expect((await platform.update(id, PLANS.url, { plan_id: 'url-2' }, accepts)).status).toBe(200);
  expect((await platform.bind([id, 'b'], PLANS.url2, {}, accepts)).status).toBe(201);
  expect(
    (await platform.send('DELETE', `${bindingPath(id, 'b')}${idsQuery(PLANS.url2)}`, undefined, accepts))
      .status,
  ).toBe(200);
});

test('X13 asks for the flag of a repetition too', async () => {
  const { platform, ready, provisioning } = scene;
  const refusal = { status: 422, body: { error: 'AsyncRequired' } };
  const busy = await provisioning();
  expect(await platform.provision(busy.id, PLANS.web)).toMatchObject(refusal);
  const id = await ready(PLANS.web);
  const update = { parameters: { size: 2 } };
  await platform.update(id, PLANS.web, update, { accepts: true });
  expect(await platform.update(id, PLANS.web, update)).toMatchObject(refusal);
});

test('X14 answers ConcurrencyError to what would change an instance that is being changed', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  const update = { parameters: { size: 2 } };
  expect((await platform.update(id, PLANS.web, update, { accepts: true })).status).toBe(202);
  const other = await platform.update(id, PLANS.web, { parameters: { size: 3 } }, { accepts: true });
  expect(other).toMatchObject({ status: 422, body: { error: 'ConcurrencyError' } });
  await whenSized(platform.broker.kube, id, 2);
  await becomeAvailable(platform.broker.kube, id);
  expect((await platform.settled(id)).body).toMatchObject({ state: 'succeeded' });
});

test('X15 answers a repetition with 202 and the same operation as long as it runs', async () => {
  const { platform, ready, provisioning } = scene;
  const accepts = { accepts: true };
  const busy = await provisioning({ parameters: { size: 1 } });
  const again = await platform.provision(busy.id, PLANS.web, { parameters: { size: 1 } }, accepts);
  expect([again.status, again.body]).toEqual([202, { operation: busy.operation }]);

  const id = await ready(PLANS.web);
  const update = { parameters: { size: 2 } };
  const first = await platform.update(id, PLANS.web, update, accepts);
  const second = await platform.update(id, PLANS.web, update, accepts);
  expect([second.status, second.body]).toEqual([202, first.body]);
  await whenSized(platform.broker.kube, id, 2);
  await becomeAvailable(platform.broker.kube, id);
  await platform.settled(id);

  const letGo = await hold(platform.broker.kube, id);
  const leaving = await platform.deprovision(id, PLANS.web, accepts);
  const leavingStill = await platform.deprovision(id, PLANS.web, accepts);
  expect(leaving.status).toBe(202);
  expect([leavingStill.status, leavingStill.body]).toEqual([202, leaving.body]);
  await letGo();
});
