import { expect, test } from '@jest/globals';
import { MemoryKube } from '@mesitis/kube/memory';
import { Gate } from './cluster.js';
import { PLANS } from './offerings.js';
import { operationOf } from './platform.js';
import { world } from './world.js';

// Synchronous work in a cluster that is slow: nobody waits for it in here, so the budget is nothing.
const gate = new Gate('ConfigMap');
const scene = world({ kube: new MemoryKube({ faults: gate.faults }), times: { syncBudgetMs: 0 } });
const accepts = { accepts: true };

test('X12 P3 answers 202 when synchronous work lasts and the platform accepts that', async () => {
  const { platform } = scene;
  const id = platform.newId();
  gate.close();
  const first = await platform.provision(id, PLANS.settings, {}, accepts);
  expect([first.status, first.body]).toEqual([202, { operation: expect.stringMatching(/^provision-/) }]);
  const operation = operationOf(first);
  expect((await platform.poll(id, operation)).body).toMatchObject({ state: 'in progress' });
  expect((await platform.provision(id, PLANS.settings, {}, accepts)).body).toEqual({ operation });
  gate.open();
  expect((await platform.settled(id, operation)).body).toEqual({ state: 'succeeded' });
  expect((await platform.provision(id, PLANS.settings, {}, accepts)).status).toBe(200);
});

test('X12 U3 answers 202 when a synchronous update lasts and the platform accepts that', async () => {
  const { platform } = scene;
  const id = platform.newId();
  await platform.provision(id, PLANS.settings);
  gate.close();
  const update = { parameters: { size: 2 } };
  const first = await platform.update(id, PLANS.settings, update, accepts);
  expect(first.status).toBe(202);
  expect((await platform.update(id, PLANS.settings, update, accepts)).body).toEqual(first.body);
  gate.open();
  expect((await platform.settled(id, operationOf(first))).body).toEqual({ state: 'succeeded' });
  expect((await platform.fetch(id)).body).toMatchObject({ parameters: { size: 2 } });
});

test('X12 D1 answers 202 when a synchronous deprovision lasts and the platform accepts that', async () => {
  const { platform } = scene;
  const id = platform.newId();
  await platform.provision(id, PLANS.settings);
  gate.close();
  const first = await platform.deprovision(id, PLANS.settings, accepts);
  expect(first.status).toBe(202);
  expect((await platform.deprovision(id, PLANS.settings, accepts)).body).toEqual(first.body);
  gate.open();
  expect((await platform.settled(id, operationOf(first))).status).toBe(410);
  expect(platform.made(id)).toEqual([]);
});

test('X13 waits for synchronous work when the platform does not accept 202', async () => {
  const { platform } = scene;
  const id = platform.newId();
  gate.close();
  const provisioned = platform.provision(id, PLANS.settings);
  await gate.arrival();
  gate.open();
  expect((await provisioned).status).toBe(201);

  gate.close();
  const updated = platform.update(id, PLANS.settings, { parameters: { size: 2 } });
  await gate.arrival();
  gate.open();
  expect((await updated).status).toBe(200);

  gate.close();
  const deprovisioned = platform.deprovision(id, PLANS.settings);
  await gate.arrival();
  gate.open();
  expect((await deprovisioned).status).toBe(200);
});

test('P2 makes one instance of requests that arrive at once', async () => {
  const { platform } = scene;
  const id = platform.newId();
  gate.close();
  const answers = Array.from({ length: 4 }, async () => platform.provision(id, PLANS.settings));
  await gate.arrival();
  gate.open();
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([200, 200, 200, 201]);
  expect(platform.made(id)).toHaveLength(1);
});

test('P5 makes one instance of different requests that arrive at once, and answers 409 to the others', async () => {
  const { platform } = scene;
  const id = platform.newId();
  gate.close();
  const answers = [1, 2, 3].map(async (size) =>
    platform.provision(id, PLANS.settings, { parameters: { size } }),
  );
  await gate.arrival();
  gate.open();
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses.toSorted()).toEqual([201, 409, 409]);
});

test('D2 makes one deletion of requests that arrive at once', async () => {
  const { platform } = scene;
  const id = platform.newId();
  await platform.provision(id, PLANS.settings);
  gate.close();
  const answers = [1, 2, 3].map(async () => platform.deprovision(id, PLANS.settings));
  await gate.arrival();
  gate.open();
  for (const { status, body } of await Promise.all(answers)) {
    expect([200, 410]).toContain(status);
    expect(body).toEqual({});
  }
  expect((await platform.deprovision(id, PLANS.settings)).status).toBe(410);
});

test('X14 B3 lets a bind wait for what is going on at its instance', async () => {
  const { platform } = scene;
  const id = platform.newId();
  gate.close();
  const operation = operationOf(await platform.provision(id, PLANS.settings, {}, accepts));
  const bound = platform.bind([id, 'b'], PLANS.settings);
  await gate.arrival();
  gate.open();
  expect((await bound).status).toBe(201);
  expect((await platform.poll(id, operation)).body).toEqual({ state: 'succeeded' });
});

test('N1 lets an unbind wait for what is going on at its instance', async () => {
  const { platform } = scene;
  const id = platform.newId();
  await platform.provision(id, PLANS.settings);
  await platform.bind([id, 'b'], PLANS.settings);
  gate.close();
  await platform.update(id, PLANS.settings, { parameters: { size: 2 } }, accepts);
  const unbound = platform.unbind([id, 'b'], PLANS.settings);
  await gate.arrival();
  gate.open();
  expect((await unbound).status).toBe(200);
});
