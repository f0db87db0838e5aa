import { describe, expect, test } from '@jest/globals';
import type { TestAnswer } from '@mesitis/broker/testing';
import { becomeAvailable, hold } from './cluster.js';
import { PLANS } from './offerings.js';
import { bindingPath, idsQuery, instancePath, operationOf } from './platform.js';
import { basic } from './requests.js';
import { world } from './world.js';

/**
 * What evoila/osb-checker-kotlin expects, request by request as it puts them on the wire, for every kind of plan and at
 * each version that it can be configured for. Requests without a body carry a content type too, and no request names a
 * context.
 */
const scene = world();

const PLAN_LIST = [PLANS.url, PLANS.settings, PLANS.web];

/** No id of anything: what its requests without the right headers are sent to. */
const NOT_AN_ID = 'Invalid';

const NAME = /^[a-z0-9-]+$/;
const PLAN_KEYS = [
  'bindable',
  'description',
  'free',
  'id',
  'maintenance_info',
  'maximum_polling_duration',
  'metadata',
  'name',
  'plan_updateable',
  'schemas',
];

describe.each([13, 14, 15])('at version 2.%d', (minor) => {
  const send = async (method: string, path: string, body?: object, headers = {}): Promise<TestAnswer> =>
    scene.platform.send(method, path, body, {
      minor,
      headers: { 'content-type': 'application/json; charset=UTF-8', ...headers },
    });
  const provisionOf = (plan: object, fields: object = {}): object => ({
    ...plan,
    organization_guid: 'a7bb96a3-0c5d-4b3e-9f43-5f4f6b0a6f0d',
    space_guid: '2dd2b8a5-2e0d-4fd3-9a6e-6b6fcb3a2a1f',
    ...fields,
  });
  const bindingFlag = `accepts_incomplete=${minor > 13}`;

  test('KT1 reads a catalog of the fields that it knows', async () => {
    const { status, body } = await send('GET', '/v2/catalog');
    expect(status).toBe(200);
    expect(Object.keys(body as object)).toEqual(['services']);
    const { services } = body as { services: { name: string; plans: Record<string, unknown>[] }[] };
    for (const { name, plans } of services) {
      expect(name).toMatch(NAME);
      for (const plan of plans) {
        expect(plan['name']).toMatch(NAME);
        expect(PLAN_KEYS).toEqual(expect.arrayContaining(Object.keys(plan)));
        const { service_instance = {}, service_binding = {} } = (plan['schemas'] ?? {}) as Record<
          string,
          object
        >;
        expect(['create', 'update']).toEqual(expect.arrayContaining(Object.keys(service_instance)));
        expect(['create']).toEqual(expect.arrayContaining(Object.keys(service_binding)));
      }
    }
  });

  const guarded: [string, string][] = [
    ['GET', '/v2/catalog'],
    ['PUT', `${instancePath(NOT_AN_ID)}?accepts_incomplete=true`],
    ['DELETE', `${instancePath(NOT_AN_ID)}?accepts_incomplete=true&service_id=Invalid&plan_id=Invalid`],
    ['GET', `${instancePath(NOT_AN_ID)}/last_operation`],
    ['PUT', bindingPath(NOT_AN_ID, NOT_AN_ID)],
    ['DELETE', bindingPath(NOT_AN_ID, NOT_AN_ID)],
  ];

  test.each(guarded)('KT2 is refused by %s %s without the right credentials', async (method, path) => {
    for (const authorization of [undefined, basic('wrong', 'secret'), basic('platform', 'wrong')]) {
      expect((await send(method, path, undefined, { authorization })).status).toBe(401);
    }
    // Its template sends an object's name instead of the version, once.
    const headers = {
      authorization: basic('wrong', 'secret'),
      'x-broker-api-version': 'de.evoila.osb.checker.config.Configuration@5c1a8622.apiVersion',
    };
    expect((await send(method, path, undefined, headers)).status).toBe(401);
  });

  test.each(guarded)('KT3 is refused by %s %s without a version', async (method, path) => {
    const headers = { 'content-type': undefined, 'x-broker-api-version': undefined };
    expect((await send(method, path, undefined, headers)).status).toBe(412);
  });

  test.each(PLAN_LIST)('KT4 tries $plan_id synchronously first', async (plan) => {
    const id = scene.platform.newId();
    const missing = await send('GET', instancePath(id));
    expect(Math.floor(missing.status / 100)).toBe(4);
    const made = await send('PUT', instancePath(id), provisionOf(plan));
    const removed = await send('DELETE', `${instancePath(id)}${idsQuery(plan)}`);
    if (plan === PLANS.web) {
      // Refused although there is no such instance.
      for (const answer of [made, removed]) {
        expect([answer.status, answer.body]).toMatchObject([422, { error: 'AsyncRequired' }]);
      }
    } else {
      expect([made.status, removed.status]).toEqual([201, 200]);
      expect(made.body).toEqual({});
    }
  });

  test.each(PLAN_LIST)('KT5 has incomplete requests for $plan_id refused', async (plan) => {
    const path = `${instancePath(scene.platform.newId())}?accepts_incomplete=true`;
    const refused = [
      { service_id: undefined },
      { plan_id: undefined },
      { space_guid: undefined },
      { organization_guid: undefined },
      { service_id: 'Invalid' },
      { plan_id: 'Invalid' },
    ];
    for (const fields of refused) {
      const answer = await send('PUT', path, provisionOf(plan, fields));
      expect([answer.status, answer.body]).toEqual([400, expect.any(Object)]);
    }
    if (minor < 15) return;
    const maintenance_info = { version: 'Invalid', description: 'Should return 422' };
    const answer = await send('PUT', path, provisionOf(plan, { maintenance_info }));
    expect([answer.status, answer.body]).toMatchObject([422, { error: 'MaintenanceInfoConflict' }]);
    expect((await send('DELETE', `${path}&${idsQuery(plan).slice(1)}`)).status).toBe(410);
  });

  test.each(PLAN_LIST)('KT6 has a deletion of no instance of $plan_id refused', async (plan) => {
    const path = `${instancePath(scene.platform.newId())}?accepts_incomplete=true`;
    const { service_id, plan_id } = plan;
    expect((await send('DELETE', `${path}&plan_id=${plan_id}`)).status).toBe(400);
    expect((await send('DELETE', `${path}&service_id=${service_id}`)).status).toBe(400);
    expect((await send('DELETE', `${path}&service_id=${service_id}&plan_id=${plan_id}`)).status).toBe(410);
  });

  test.each(PLAN_LIST)(
    'KT7 provisions $plan_id, repeats that, and is refused another organization',
    async (plan) => {
      const { platform } = scene;
      const id = platform.newId();
      const path = `${instancePath(id)}?accepts_incomplete=true`;
      const made = await send('PUT', path, provisionOf(plan));
      expect(['operation', 'dashboard_url']).toEqual(
        expect.arrayContaining(Object.keys(made.body as object)),
      );
      if (plan === PLANS.web) {
        expect(made.status).toBe(202);
        await becomeAvailable(platform.broker.kube, id);
        const operation = operationOf(made);
        const done = await platform.settled(id, operation, { minor });
        expect([done.status, done.body]).toEqual([200, { state: 'succeeded' }]);
      } else {
        expect(made.status).toBe(201);
      }
      const again = await send('PUT', path, provisionOf(plan));
      expect([again.status, again.body]).toEqual([200, {}]);
      const other = provisionOf(plan, { organization_guid: 'other', space_guid: 'other' });
      expect((await send('PUT', path, other)).status).toBe(409);
      expect((await send('GET', instancePath(id))).body).toMatchObject(plan);
    },
  );

  test.each(PLAN_LIST)('KT8 binds to $plan_id', async (plan) => {
    const id = await scene.ready(plan);
    const path = bindingPath(id, 'b');
    const valid = { ...plan, app_guid: 'app', bind_resource: { app_guid: 'app' } };
    expect(Math.floor((await send('GET', path)).status / 100)).toBe(4);
    expect((await send('PUT', path, valid)).status).toBe(201);
    expect((await send('DELETE', `${path}${idsQuery(plan)}`)).status).toBe(200);

    const withoutService = { ...valid, service_id: undefined };
    expect((await send('PUT', `${path}?${bindingFlag}`, withoutService)).status).toBe(400);
    expect((await send('PUT', `${path}?${bindingFlag}`, { ...valid, plan_id: null })).status).toBe(400);
    for (const query of [`service_id&plan_id=${plan.plan_id}`, `service_id=${plan.service_id}&plan_id`]) {
      expect((await send('DELETE', `${path}?${query}&${bindingFlag}`)).status).toBe(410);
    }

    const bound = await send('PUT', `${path}?${bindingFlag}`, valid);
    expect(bound.status).toBe(201);
    // The field is legal from 2.15 on, but at 2.14 it has to be absent for this suite to pass.
    const known = minor < 15 ? ['credentials'] : ['credentials', 'endpoints'];
    expect(known).toEqual(expect.arrayContaining(Object.keys(bound.body as object)));
    expect((await send('PUT', `${path}?${bindingFlag}`, valid)).status).toBe(200);
    const swapped = plan === PLANS.url ? PLANS.settings : PLANS.url;
    expect((await send('PUT', `${path}?${bindingFlag}`, { ...valid, ...swapped })).status).toBe(409);
    const fetched = await send('GET', path);
    expect([fetched.status, fetched.body]).toEqual([200, bound.body]);
    const unbound = await send('DELETE', `${path}${idsQuery(plan)}&${bindingFlag}`);
    expect([unbound.status, unbound.body]).toEqual([200, {}]);
  });

  test.each(PLAN_LIST)('KT9 deprovisions $plan_id, polls to 410, and is told 410 again', async (plan) => {
    const { platform, ready } = scene;
    const id = await ready(plan);
    const path = `${instancePath(id)}${idsQuery(plan)}&accepts_incomplete=true`;
    if (plan === PLANS.web) {
      const letGo = await hold(platform.broker.kube, id);
      const leaving = await send('DELETE', path);
      expect(leaving.status).toBe(202);
      await letGo();
      const operation = operationOf(leaving);
      expect((await platform.settled(id, operation, { minor })).status).toBe(410);
    } else {
      expect((await send('DELETE', path)).status).toBe(200);
    }
    expect((await send('DELETE', path)).status).toBe(410);
  });

  test('KT10 finds its request identity on answers', async () => {
    const id = scene.platform.newId();
    const identity = `OSB-Checker-PUT-instance-${id}`;
    const headers = { 'x-broker-api-request-identity': identity };
    for (const [method, path] of [
      ['GET', instancePath(id)],
      ['DELETE', `${instancePath(id)}${idsQuery(PLANS.url)}`],
      ['GET', `${instancePath(id)}/last_operation`],
    ] as const) {
      const answer = await send(method, path, undefined, headers);
      expect(answer.headers.get('x-broker-api-request-identity')).toBe(identity);
    }
  });
});
