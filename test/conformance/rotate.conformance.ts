import { expect, test } from '@jest/globals';
import { PLANS } from './offerings.js';
import { bindBody, bindingPath, passwordIn } from './platform.js';
import { world } from './world.js';

const scene = world();

test('R1 refuses a predecessor that is not there, or is of another instance, with 400', async () => {
  const { platform, ready } = scene;
  const [id, other] = [await ready(PLANS.url), await ready(PLANS.url)];
  await platform.bind([other, 'b'], PLANS.url);
  for (const predecessor of ['nobody', 'b']) {
    const answer = await platform.bind([id, 'c'], PLANS.url, { predecessor_binding_id: predecessor });
    expect(answer.status).toBe(400);
    expect((await platform.fetchBinding([id, 'c'])).status).toBe(404);
  }
});

test('R1 marks every plan that can be bound as one whose bindings can be rotated', async () => {
  const { body } = await scene.platform.send('GET', '/v2/catalog');
  const { services } = body as {
    services: { plans: { bindable: boolean; binding_rotatable?: boolean }[] }[];
  };
  for (const plan of services.flatMap(({ plans }) => plans)) {
    expect(plan.binding_rotatable ?? false).toBe(plan.bindable);
  }
});

test('R2 takes everything that a rotation leaves out from the predecessor', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  const parameters = { role: 'writer' };
  const first = await platform.bind([id, 'b'], PLANS.url, { parameters });
  const rotated = await platform.send('PUT', bindingPath(id, 'c'), { predecessor_binding_id: 'b' });
  expect([rotated.status, rotated.body]).toEqual([201, first.body]);
  expect((await platform.fetchBinding([id, 'c'])).body).toMatchObject({ parameters });
});

test('R3 keeps both bindings until one is deleted, and answers like a bind', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  await platform.bind([id, 'b'], PLANS.url);
  const body = bindBody(PLANS.url, { predecessor_binding_id: 'b' });
  expect((await platform.send('PUT', bindingPath(id, 'c'), body)).status).toBe(201);
  expect((await platform.send('PUT', bindingPath(id, 'c'), body)).status).toBe(200);
  expect((await platform.fetchBinding([id, 'b'])).status).toBe(200);
  expect((await platform.unbind([id, 'b'], PLANS.url)).status).toBe(200);
  expect((await platform.send('PUT', bindingPath(id, 'c'), body)).status).toBe(200);
  expect((await platform.fetchBinding([id, 'c'])).status).toBe(200);
});

test('R3 gives the new binding credentials of its own, and leaves the old ones in force', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.personal);
  const before = passwordIn(await platform.bind([id, 'b'], PLANS.personal));
  const rotated = await platform.send('PUT', bindingPath(id, 'c'), { predecessor_binding_id: 'b' });
  expect(passwordIn(rotated)).not.toBe(before);
  expect(passwordIn(await platform.fetchBinding([id, 'b']))).toBe(before);
});

test('R3 validates what a rotation names anew', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  await platform.bind([id, 'b'], PLANS.url);
  const fields = { predecessor_binding_id: 'b', parameters: { role: 'none of these' } };
  const answer = await platform.bind([id, 'c'], PLANS.url, fields);
  expect([answer.status, answer.body]).toMatchObject([400, { error: 'InvalidParameters' }]);
});
