import { expect, test } from '@jest/globals';
import { PLANS } from './offerings.js';
import { bindingPath, idsQuery, instancePath, provisionBody } from './platform.js';
import { basic, ENDPOINTS, identity } from './requests.js';
import { world } from './world.js';

const scene = world();

test.each(ENDPOINTS)('X1 answers 401 to %s %s without the right credentials', async (method, path) => {
  const wrong = [undefined, '', 'Basic', 'Basic !', basic('platform', 'wrong'), basic('wrong', 'secret')];
  for (const authorization of wrong) {
    const answer = await scene.platform.send(method, path, undefined, { headers: { authorization } });
    expect([answer.status, answer.body]).toMatchObject([401, { error: 'Unauthorized' }]);
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
  }
});

test.each(ENDPOINTS)(
  'X2 answers 412 to %s %s without a version of 2.x, and says which it needs',
  async (method, path) => {
    for (const version of [undefined, '', '2', '2.x', '1.17', '3.0', 'two', 'Configuration@3f2.apiVersion']) {
      const answer = await scene.platform.send(method, path, undefined, {
        headers: { 'x-broker-api-version': version },
      });
      expect([answer.status, answer.body]).toMatchObject([
        412,
        { error: 'UnsupportedApiVersion', description: expect.stringContaining('2.17') },
      ]);
    }
  },
);

test.each([0, 11, 13, 17, 18, 99])('X2 serves version 2.%d', async (minor) => {
  expect((await scene.platform.send('GET', '/v2/catalog', undefined, { minor })).status).toBe(200);
});

test.each([
  [200, 'GET', '/v2/catalog', {}],
  [400, 'PUT', instancePath('nobody'), {}],
  [401, 'GET', '/v2/catalog', { authorization: undefined }],
  [404, 'GET', instancePath('nobody'), {}],
  [410, 'DELETE', `${instancePath('nobody')}${idsQuery(PLANS.url)}`, {}],
  [412, 'GET', '/v2/catalog', { 'x-broker-api-version': undefined }],
])('X3 echoes the request identity on %d', async (status, method, path, headers) => {
  const id = 'f3b7a1c0-2c47-4e58-9a52-6d4e2a1d9b11';
  const answer = await scene.platform.send(method, path, undefined, {
    headers: { ...headers, 'x-broker-api-request-identity': id },
  });
  expect([answer.status, answer.headers.get('x-broker-api-request-identity')]).toEqual([status, id]);
});

test('X3 invents no request identity', async () => {
  const answer = await scene.platform.send('GET', '/v2/catalog');
  expect(answer.headers.has('x-broker-api-request-identity')).toBe(false);
});

test.each([
  ['none', undefined],
  ['one of Kubernetes', identity('kubernetes', { username: 'jane', uid: '1', groups: [], extra: {} })],
  ['one without groups and extra', identity('kubernetes', { username: 'jane', uid: '1' })],
  ['one of Cloud Foundry', identity('cloudfoundry', { user_id: '683ea748' })],
  ['one of another platform than the context names', identity('elsewhere', { user: 1 })],
  ['no JSON', 'kubernetes bm90IGpzb24='],
  ['no base64', 'kubernetes !'],
  ['no value', 'kubernetes'],
])('X4 takes an originating identity for information only: %s', async (_what, value) => {
  const headers = { 'x-broker-api-originating-identity': value };
  const answer = await scene.platform.provision(scene.platform.newId(), PLANS.url, {}, { headers });
  expect(answer.status).toBe(201);
});

test('X5 ignores fields that it does not know, at every depth', async () => {
  const { platform } = scene;
  const id = platform.newId();
  const unknown = { 'vendor.example/field': { deep: [1, null] }, async: true };
  const context = { platform: 'kubernetes', namespace: 'client-ns', ...unknown };
  expect((await platform.provision(id, PLANS.url, { ...unknown, context })).status).toBe(201);
  expect((await platform.provision(id, PLANS.url, { context })).status).toBe(200);
  expect((await platform.update(id, PLANS.url, unknown)).status).toBe(200);
  const bind_resource = { app_guid: 'app-1', ...unknown };
  expect((await platform.bind([id, 'b'], PLANS.url, { ...unknown, bind_resource })).status).toBe(201);
  const path = `${bindingPath(id, 'b')}${idsQuery(PLANS.url)}&unknown=1`;
  expect((await platform.send('DELETE', path)).status).toBe(200);
});

test('X6 answers each failure with the status that is defined for it', async () => {
  const { platform, ready, provisioning } = scene;
  const id = await ready(PLANS.url);
  const busy = await provisioning();
  const statuses = {
    malformed: await platform.send('PUT', instancePath('x'), '{'),
    different: await platform.provision(id, PLANS.url2),
    asyncRequired: await platform.provision(platform.newId(), PLANS.web),
    concurrent: await platform.update(busy.id, PLANS.web, { parameters: { size: 2 } }, { accepts: true }),
    maintenance: await platform.provision(platform.newId(), PLANS.url, {
      maintenance_info: { version: '1.0.0' },
    }),
    gone: await platform.deprovision('nobody', PLANS.url),
    unbound: await platform.unbind([id, 'none'], PLANS.url),
    unknown: await platform.fetch('nobody'),
    unknownBinding: await platform.fetchBinding([id, 'none']),
  };
  expect(Object.fromEntries(Object.entries(statuses).map(([what, { status }]) => [what, status]))).toEqual({
    malformed: 400,
    different: 409,
    asyncRequired: 422,
    concurrent: 422,
    maintenance: 422,
    gone: 410,
    unbound: 410,
    unknown: 404,
    unknownBinding: 404,
  });
});

test('X10 sends JSON with its content type on every answer', async () => {
  for (const [method, path] of [...ENDPOINTS, ['GET', '/nowhere'], ['POST', '/v2/catalog']] as const) {
    for (const authorization of [undefined, basic('platform', 'secret')]) {
      const answer = await scene.platform.send(method, path, undefined, { headers: { authorization } });
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(answer.body).toEqual(expect.any(Object));
    }
  }
});

test('X10 takes a body without a content type for JSON', async () => {
  const headers = { 'content-type': '' };
  const answer = await scene.platform.provision(scene.platform.newId(), PLANS.url, {}, { headers });
  expect(answer.status).toBe(201);
});

test.each([
  ['of another content type', JSON.stringify(provisionBody(PLANS.url)), 'text/plain'],
  ['that is a form', 'service_id=a', 'application/x-www-form-urlencoded'],
  ['that is cut off', '{"service_id":', 'application/json'],
  ['that is no object', '[]', 'application/json'],
  ['that is empty', '', 'application/json'],
])('X10 answers 400 to a body %s', async (_what, body, type) => {
  const headers = { 'content-type': type };
  for (const [method, path] of ENDPOINTS.filter(([verb]) => verb === 'PUT' || verb === 'PATCH')) {
    const answer = await scene.platform.send(method, path, body, { headers });
    expect([answer.status, answer.body]).toMatchObject([400, { error: 'MalformedRequest' }]);
  }
});

test.each(['a b', 'ü/ö', 'q?x=1&y', '100%', 'a#b', "o'clock", '..;/'])(
  'X11 takes the id %j when it is percent-encoded',
  async (id) => {
    const { platform } = scene;
    expect((await platform.provision(id, PLANS.url)).status).toBe(201);
    expect((await platform.bind([id, id], PLANS.url)).status).toBe(201);
    expect((await platform.fetchBinding([id, id])).status).toBe(200);
    expect((await platform.unbind([id, id], PLANS.url)).status).toBe(200);
    expect((await platform.poll(id, `${id}&x`)).status).toBe(200);
    expect((await platform.deprovision(id, PLANS.url)).status).toBe(200);
  },
);
