import { describe, expect, test } from '@jest/globals';
import type { TestAnswer } from '@mesitis/broker/testing';
import { becomeAvailable, hold, whenSized } from './cluster.js';
import type { PlanIds } from './offerings.js';
import { PLANS } from './offerings.js';
import { bindingPath, instancePath } from './platform.js';
import { world } from './world.js';

/**
 * What openservicebrokerapi/osb-checker expects, request by request as it puts them on the wire: version 2.14, empty
 * structures always written out, an empty string for whatever is missing, and polls that name the kind of the operation
 * instead of the operation. `isAsync` is the flag of its configuration; bindings of this broker are configured as
 * synchronous for every plan.
 */
const scene = world();

const RUNS: readonly (readonly [name: string, plan: PlanIds, isAsync: boolean])[] = [
  ['a synchronous plan', PLANS.url, false],
  ['a synchronous plan that makes objects', PLANS.settings, false],
  ['an asynchronous plan', PLANS.web, true],
];

/** Fields of a request, as its client writes them when nothing was set. */
const EMPTY_PROVISION = {
  service_id: '',
  plan_id: '',
  organization_guid: '',
  space_guid: '',
  maintenance_info: {},
};
const EMPTY_UPDATE = { service_id: '', previous_values: { maintenance_info: {} }, maintenance_info: {} };
const EMPTY_BIND = { service_id: '', plan_id: '', bind_resource: {} };
const UNKNOWN = 'xxxx-xxxx-xxxx-xxxx';

const provisionOf = (plan: PlanIds): object => ({
  ...EMPTY_PROVISION,
  ...plan,
  organization_guid: 'org-guid-here',
  space_guid: 'space-guid-here',
});

async function send(method: string, path: string, body?: object, headers = {}): Promise<TestAnswer> {
  return scene.platform.send(method, path, body, { minor: 14, headers });
}

/** What is checked of every endpoint first. */
async function expectGuarded(method: string, path: string, body?: object): Promise<void> {
  expect((await send(method, path, body, { 'x-broker-api-version': '' })).status).toBe(412);
  expect((await send(method, path, body, { authorization: undefined })).status).toBe(401);
}

async function statusOf(method: string, path: string, body?: object): Promise<number> {
  const answer = await send(method, path, body);
  if (answer.status < 300) {
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.body).toEqual(expect.any(Object));
  }
  return answer.status;
}

/** Its polls name the kind of the operation, run to the end, and are repeated; deletions too must end in 200. */
async function expectPolled(path: string, kind: string): Promise<void> {
  await expectGuarded('GET', `${path}/last_operation`);
  expect(await statusOf('GET', `${path}/last_operation`)).toBe(200);
  for (const run of [1, 2, 3]) {
    let answer: TestAnswer;
    do {
      answer = await send('GET', `${path}/last_operation?operation=${kind}`);
      expect(answer.status).toBe(200);
    } while ((answer.body as { state: string }).state === 'in progress');
    expect([run, answer.body]).toEqual([run, { state: 'succeeded' }]);
  }
}

test('GO1 reads the catalog', async () => {
  await expectGuarded('GET', '/v2/catalog');
  expect(await statusOf('GET', '/v2/catalog')).toBe(200);
});

describe.each(RUNS)('with %s', (_name, plan, isAsync) => {
  const flag = `accepts_incomplete=${isAsync}`;
  const ids = `service_id=${plan.service_id}&plan_id=${plan.plan_id}`;

  test('GO2 provisions', async () => {
    const { platform } = scene;
    const id = platform.newId();
    const path = `${instancePath(id)}?${flag}`;
    await expectGuarded('PUT', path, EMPTY_PROVISION);
    const valid = provisionOf(plan);
    if (isAsync) {
      expect(await statusOf('PUT', `${instancePath(id)}?accepts_incomplete=false`, valid)).toBe(422);
    }
    for (const field of ['service_id', 'plan_id', 'organization_guid', 'space_guid']) {
      expect(await statusOf('PUT', path, { ...valid, [field]: '' })).toBe(400);
    }
    for (const field of ['service_id', 'plan_id']) {
      expect(await statusOf('PUT', path, { ...valid, [field]: UNKNOWN })).toBe(400);
    }
    expect(await statusOf('PUT', path, valid)).toBe(isAsync ? 202 : 201);
    if (isAsync) {
      await becomeAvailable(platform.broker.kube, id);
      await expectPolled(instancePath(id), 'provision');
    }
    expect(await statusOf('PUT', path, valid)).toBe(200);
  });

  test('GO3 fetches an instance', async () => {
    const path = instancePath(await scene.ready(plan));
    await expectGuarded('GET', path);
    expect(await statusOf('GET', path)).toBe(200);
  });

  test('GO4 updates', async () => {
    const { platform, ready } = scene;
    const id = await ready(plan);
    const path = `${instancePath(id)}?${flag}`;
    await expectGuarded('PATCH', path, EMPTY_UPDATE);
    const change =
      plan === PLANS.url ? { plan_id: 'url-2' } : { plan_id: plan.plan_id, parameters: { size: 2 } };
    const valid = { ...EMPTY_UPDATE, service_id: plan.service_id, ...change };
    if (isAsync) {
      expect(await statusOf('PATCH', `${instancePath(id)}?accepts_incomplete=false`, valid)).toBe(422);
    }
    expect(await statusOf('PATCH', path, { ...valid, service_id: '' })).toBe(400);
    expect(await statusOf('PATCH', path, { ...valid, service_id: UNKNOWN })).toBe(400);
    expect(await statusOf('PATCH', path, valid)).toBe(isAsync ? 202 : 200);
    if (isAsync) {
      await whenSized(platform.broker.kube, id, 2);
      await becomeAvailable(platform.broker.kube, id);
      await expectPolled(instancePath(id), 'update');
    }
  });

  test('GO5 binds, fetches the binding and unbinds', async () => {
    const path = bindingPath(await scene.ready(plan), 'b');
    await expectGuarded('PUT', `${path}?accepts_incomplete=false`, EMPTY_BIND);
    const valid = { ...EMPTY_BIND, ...plan };
    for (const field of ['service_id', 'plan_id']) {
      for (const value of ['', UNKNOWN]) {
        expect(await statusOf('PUT', `${path}?accepts_incomplete=false`, { ...valid, [field]: value })).toBe(
          400,
        );
      }
    }
    expect(await statusOf('PUT', `${path}?accepts_incomplete=false`, valid)).toBe(201);
    expect(await statusOf('PUT', `${path}?accepts_incomplete=false`, valid)).toBe(200);

    await expectGuarded('GET', path);
    expect(await statusOf('GET', path)).toBe(200);

    await expectGuarded('DELETE', `${path}?accepts_incomplete=false&service_id=&plan_id=`);
    for (const missing of [`service_id=&plan_id=${plan.plan_id}`, `service_id=${plan.service_id}&plan_id=`]) {
      expect(await statusOf('DELETE', `${path}?accepts_incomplete=false&${missing}`)).toBe(400);
    }
    expect(await statusOf('DELETE', `${path}?accepts_incomplete=false&${ids}`)).toBe(200);
  });

  test('GO6 deprovisions, and polls to 200', async () => {
    const { platform, ready } = scene;
    const id = await ready(plan);
    const path = `${instancePath(id)}?${flag}`;
    await expectGuarded('DELETE', `${path}&service_id=&plan_id=`);
    if (isAsync) {
      expect(await statusOf('DELETE', `${instancePath(id)}?accepts_incomplete=false&${ids}`)).toBe(422);
    }
    for (const missing of [`service_id=&plan_id=${plan.plan_id}`, `service_id=${plan.service_id}&plan_id=`]) {
      expect(await statusOf('DELETE', `${path}&${missing}`)).toBe(400);
    }
    if (!isAsync) {
      expect(await statusOf('DELETE', `${path}&${ids}`)).toBe(200);
      return;
    }
    const letGo = await hold(platform.broker.kube, id);
    expect(await statusOf('DELETE', `${path}&${ids}`)).toBe(202);
    expect(
      (await send('GET', `${instancePath(id)}/last_operation?operation=deprovision`)).body,
    ).toMatchObject({
      state: 'in progress',
    });
    await letGo();
    await expectPolled(instancePath(id), 'deprovision');
  });
});
