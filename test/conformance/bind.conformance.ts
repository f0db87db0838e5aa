import { expect, test } from '@jest/globals';
import { PLANS, urlCredentials } from './offerings.js';
import { passwordIn } from './platform.js';
import { world } from './world.js';

const scene = world();
const accepts = { accepts: true };

test('B1 answers 201 when this request made it, and 200 with the same body when it was made before', async () => {
  const { platform, ready } = scene;
  for (const sending of [{}, accepts]) {
    const id = await ready(PLANS.url);
    const first = await platform.bind([id, 'b'], PLANS.url, {}, sending);
    expect([first.status, first.body]).toMatchObject([201, { credentials: urlCredentials(1) }]);
    const again = await platform.bind([id, 'b'], PLANS.url, {}, sending);
    expect([again.status, again.body]).toEqual([200, first.body]);
  }
});

test('B1 binds at once even where provisioning is asynchronous', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.web);
  expect((await platform.bind([id, 'b'], PLANS.web)).status).toBe(201);
  expect((await platform.bind([id, 'c'], PLANS.web, {}, accepts)).status).toBe(201);
});

test.each(['service_id', 'plan_id'])('B2 answers 400 when %s is missing, null or empty', async (field) => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  for (const value of [undefined, null, '', 1]) {
    const answer = await platform.bind([id, 'b'], PLANS.url, { [field]: value });
    expect([answer.status, answer.body]).toMatchObject([400, { error: 'MalformedRequest' }]);
  }
});

test.each([
  ['a service that is not offered', { service_id: 'other' }, 'UnknownService'],
  ['a plan that is not offered', { plan_id: 'other' }, 'UnknownPlan'],
  ['a plan of another service', { plan_id: 'web-1' }, 'UnknownPlan'],
  ['another plan than the instance has', { plan_id: 'url-2' }, 'PlanMismatch'],
  ['parameters that do not fit the schema', { parameters: { role: 'owner' } }, 'InvalidParameters'],
  ['parameters that are no object', { parameters: [] }, 'MalformedRequest'],
  ['a resource that is no object', { bind_resource: 'app' }, 'MalformedRequest'],
])('B2 answers 400 to %s', async (_what, fields, error) => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  const answer = await platform.bind([id, 'b'], PLANS.url, fields);
  expect([answer.status, answer.body]).toMatchObject([400, { error }]);
  expect((await platform.fetchBinding([id, 'b'])).status).toBe(404);
});

test.each([
  ['parameters', { parameters: { role: 'reader' } }],
  ['app', { bind_resource: { app_guid: 'app-2' } }],
  ['route', { bind_resource: { app_guid: 'app-1', route: 'r.example.com' } }],
  ['plan', { plan_id: 'url-2' }],
  ['service', { ...PLANS.settings }],
])('B2 answers 409 when the id has a binding with another %s', async (_what, fields) => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  await platform.bind([id, 'b'], PLANS.url);
  const answer = await platform.bind([id, 'b'], PLANS.url, fields);
  expect([answer.status, answer.body]).toMatchObject([409, { error: 'BindingExists' }]);
});

test('B2 keeps binding ids apart by instance', async () => {
  const { platform, ready } = scene;
  const [one, other] = [await ready(PLANS.url), await ready(PLANS.url)];
  expect((await platform.bind([one, 'b'], PLANS.url)).status).toBe(201);
  expect((await platform.bind([other, 'b'], PLANS.url, { parameters: { role: 'reader' } })).status).toBe(201);
});

test.each([
  ['none', { bind_resource: undefined }],
  ['an empty resource', { bind_resource: {} }],
  ['the old field', { bind_resource: undefined, app_guid: 'app-1' }],
  ['the key of a service', { bind_resource: { credential_client_id: 'c' } }],
])('B3 needs no app: %s', async (_what, fields) => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  expect((await platform.bind([id, 'b'], PLANS.url, fields)).status).toBe(201);
});

test('B3 lets binds on one instance wait for each other instead of refusing them', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  const answers = await Promise.all(
    Array.from({ length: 12 }, async (_, n) => platform.bind([id, `b${n}`], PLANS.url)),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 201));
});

test('B3 makes one binding of requests that arrive at once', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.url);
  const answers = await Promise.all(
    Array.from({ length: 8 }, async () => platform.bind([id, 'b'], PLANS.url)),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(1);
  expect(statuses.filter((status) => status === 200)).toHaveLength(7);
});

test('B4 puts coordinates and credentials into one flat map', async () => {
  const { platform, ready } = scene;
  const { body } = await platform.bind([await ready(PLANS.url), 'b'], PLANS.url);
  expect(body).toMatchObject({ credentials: urlCredentials(1) });
});

test('B5 gives each binding credentials of its own, and the same ones whenever it is asked', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.personal);
  const first = passwordIn(await platform.bind([id, 'b'], PLANS.personal));
  const other = passwordIn(await platform.bind([id, 'c'], PLANS.personal));
  expect(first).toMatch(/^\S{24}$/);
  expect(other).not.toBe(first);
  expect(passwordIn(await platform.bind([id, 'b'], PLANS.personal))).toBe(first);
  expect(passwordIn(await platform.fetchBinding([id, 'b']))).toBe(first);
  await platform.unbind([id, 'b'], PLANS.personal);
  expect(passwordIn(await platform.bind([id, 'b'], PLANS.personal))).not.toBe(first);
});

test('B5 B6 tells beside the credentials where to connect, with ports as strings', async () => {
  const { platform, ready } = scene;
  const { body } = await platform.bind([await ready(PLANS.url), 'b'], PLANS.url);
  expect(body).toMatchObject({ endpoints: [{ host: 'api.example.com', ports: ['443'] }] });
});

test('B6 leaves endpoints out where none are known, for an empty list would claim that there are none', async () => {
  const { platform, ready } = scene;
  const { body } = await platform.bind([await ready(PLANS.settings), 'b'], PLANS.settings);
  expect(body).not.toHaveProperty('endpoints');
});

test('B7 B8 delivers no log drain, no route service and no volume', async () => {
  const { platform, ready } = scene;
  const { body } = await platform.bind([await ready(PLANS.url), 'b'], PLANS.url);
  expect(Object.keys(body as object).toSorted()).toEqual(['credentials', 'endpoints']);
});

test('B9 sends no metadata for credentials that do not expire', async () => {
  const { platform, ready } = scene;
  const ids = [await ready(PLANS.url), 'b'] as const;
  expect((await platform.bind(ids, PLANS.url)).body).not.toHaveProperty('metadata');
  expect((await platform.fetchBinding(ids)).body).not.toHaveProperty('metadata');
});

test('B10 answers 400 to a bind of a plan that can not be bound', async () => {
  const { platform, ready } = scene;
  const id = await ready(PLANS.unbindable);
  const answer = await platform.bind([id, 'b'], PLANS.unbindable);
  expect([answer.status, answer.body]).toMatchObject([400, { error: 'NotBindable' }]);
});
