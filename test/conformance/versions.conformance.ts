import { expect, test } from '@jest/globals';
import { refuseNextWrite } from './cluster.js';
import { PLANS, urlCredentials } from './offerings.js';
import { world } from './world.js';

const scene = world();
const accepts = { accepts: true };

async function planOf(
  minor: number,
): Promise<[service: Record<string, unknown>, plan: Record<string, unknown>]> {
  const { body } = await scene.platform.send('GET', '/v2/catalog', undefined, { minor });
  const { services } = body as { services: { id: string; plans: Record<string, unknown>[] }[] };
  const service = services.find(({ id }) => id === PLANS.url.service_id);
  const plan = service?.plans.find(({ id }) => id === PLANS.url.plan_id);
  return [{ ...service }, { ...plan }];
}

test('SV14 leaves out of the catalog what came with 2.15', async () => {
  const [service, plan] = await planOf(14);
  expect(service).not.toHaveProperty('allow_context_updates');
  expect(plan).not.toHaveProperty('plan_updateable');
  expect(service).toMatchObject({
    plan_updateable: true,
    instances_retrievable: true,
    bindings_retrievable: true,
  });
});

test('SV14 serves the fetches that came with 2.14 to whoever asks', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  await platform.bind([id, 'b'], PLANS.url, {}, { minor: 13 });
  for (const minor of [13, 14]) {
    expect((await platform.fetch(id, { minor })).status).toBe(200);
    expect((await platform.fetchBinding([id, 'b'], { minor })).status).toBe(200);
  }
});

test('SV15 sends endpoints from 2.15 on', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  for (const minor of [13, 14]) {
    const older = await platform.bind([id, `b${minor}`], PLANS.url, {}, { minor });
    expect(older.body).toEqual({ credentials: urlCredentials(1) });
    expect((await platform.fetchBinding([id, `b${minor}`], { minor })).body).toEqual(older.body);
  }
  for (const minor of [15, 16, 17]) {
    const newer = await platform.bind([id, `b${minor}`], PLANS.url, {}, { minor });
    expect(Object.keys(newer.body as object).toSorted()).toEqual(['credentials', 'endpoints']);
  }
});

test('SV15 publishes plan_updateable of plans and allow_context_updates from 2.15 on', async () => {
  const [service, plan] = await planOf(15);
  expect(service).toHaveProperty('allow_context_updates', true);
  expect(plan).toHaveProperty('plan_updateable', true);
});

test('SV15 sends Retry-After, in seconds, from 2.15 on', async () => {
  const { platform } = scene;
  for (const minor of [14, 15, 17]) {
    const id = platform.newId();
    const accepted = await platform.provision(id, PLANS.web, {}, { accepts: true, minor });
    const polled = await platform.poll(id, undefined, { minor });
    for (const { headers } of [accepted, polled]) {
      expect(headers.get('retry-after')).toEqual(minor < 15 ? null : expect.stringMatching(/^\d+$/));
    }
  }
});

test('SV16 sends instance_usable and update_repeatable from 2.16 on', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  refuseNextWrite(platform.broker.kube, 'Deployment');
  await platform.update(id, PLANS.web, { parameters: { size: 2 } }, accepts);
  await platform.settled(id);
  for (const minor of [14, 15]) {
    const older = await platform.poll(id, undefined, { minor });
    expect(Object.keys(older.body as object)).toEqual(['state', 'description']);
  }
  for (const minor of [16, 17]) {
    expect((await platform.poll(id, undefined, { minor })).body).toMatchObject({ instance_usable: true });
  }
});

test('SV17 publishes binding_rotatable from 2.17 on', async () => {
  for (const minor of [14, 15, 16]) expect((await planOf(minor))[1]).not.toHaveProperty('binding_rotatable');
  expect((await planOf(17))[1]).toHaveProperty('binding_rotatable', true);
});
