import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { apiService, bindBody, entryConfigMap, provisionBody } from '../testing/fixtures.js';
import type { TestBroker, TestHeaders } from '../testing/test-broker.js';
import { startTestBroker } from '../testing/test-broker.js';

const INSTANCE = '/v2/service_instances/i';
const BINDING = `${INSTANCE}/service_bindings/b`;
const WRONG = `Basic ${Buffer.from('platform:wrong').toString('base64')}`;

let broker: TestBroker;

beforeAll(async () => {
  broker = await startTestBroker({
    objects: [...apiService(), entryConfigMap('url'), entryConfigMap('other')],
  });
});

afterAll(async () => {
  await broker.stop();
});

describe('authentication and version', () => {
  const endpoints: [string, string][] = [
    ['GET', '/v2/catalog'],
    ['GET', INSTANCE],
    ['PUT', INSTANCE],
    ['PATCH', INSTANCE],
    ['DELETE', INSTANCE],
    ['GET', `${INSTANCE}/last_operation`],
    ['GET', BINDING],
    ['PUT', BINDING],
    ['DELETE', BINDING],
    ['GET', `${BINDING}/last_operation`],
  ];

  test.each(endpoints)(
    '%s %s is 401 before anything else, without a version and a body too',
    async (method, path) => {
      for (const authorization of [undefined, WRONG, 'Bearer token', 'Basic', 'Basic !!!']) {
        const answer = await broker.send(method, path, undefined, {
          authorization,
          'x-broker-api-version': undefined,
        });
        expect(answer.status).toBe(401);
        expect(answer.body).toEqual({ error: 'Unauthorized', description: expect.any(String) });
        expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
      }
    },
  );

  test.each(endpoints)('%s %s is 412 next, with a broken body too', async (method, path) => {
    for (const version of [undefined, '', '2', 'two', '3.0', '1.17', '2.x']) {
      const body = method === 'PUT' || method === 'PATCH' ? '{' : undefined;
      const answer = await broker.send(method, path, body, { 'x-broker-api-version': version });
      expect(answer.status).toBe(412);
      expect(answer.body).toMatchObject({ error: 'UnsupportedApiVersion' });
    }
  });

  test('412 comes before 404 and 405', async () => {
    const headers = { 'x-broker-api-version': undefined };
    expect((await broker.send('GET', '/nowhere', undefined, headers)).status).toBe(412);
    expect((await broker.send('POST', INSTANCE, undefined, headers)).status).toBe(412);
  });

  test.each([
    ['GET', '/'],
    ['GET', '/v2/nowhere'],
    ['PUT', '/v2/service_instances/'],
    ['GET', `${BINDING}/more`],
  ])('%s %s is 404 as JSON', async (method, path) => {
    const answer = await broker.send(method, path);
    expect([answer.status, answer.body]).toEqual([
      404,
      { error: 'RouteNotFound', description: expect.any(String) },
    ]);
  });

  test.each([
    ['POST', '/v2/catalog', 'GET'],
    ['POST', INSTANCE, 'GET, PUT, PATCH, DELETE'],
    ['PATCH', BINDING, 'GET, PUT, DELETE'],
    ['DELETE', `${INSTANCE}/last_operation`, 'GET'],
  ])('%s %s is 405 and allows %s', async (method, path, allow) => {
    const answer = await broker.send(method, path);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    expect(answer.body).toMatchObject({ error: 'MethodNotAllowed' });
  });
});

describe('request identity', () => {
  const identity = { 'x-broker-api-request-identity': 'e26cee84-6b38-4456-b34e-d1a9f002c956' };

  test.each<[string, string, TestHeaders]>([
    ['200', '/v2/catalog', {}],
    ['401', '/v2/catalog', { authorization: undefined }],
    ['412', '/v2/catalog', { 'x-broker-api-version': undefined }],
    ['404', '/v2/nowhere', {}],
  ])('is echoed on %s', async (status, path, headers) => {
    const answer = await broker.send('GET', path, undefined, { ...headers, ...identity });
    expect(String(answer.status)).toBe(status);
    expect(answer.headers.get('x-broker-api-request-identity')).toBe(
      identity['x-broker-api-request-identity'],
    );
  });

  test('is absent when none was sent', async () => {
    expect((await broker.send('GET', '/v2/catalog')).headers.has('x-broker-api-request-identity')).toBe(
      false,
    );
  });
});

describe('ids', () => {
  test.each([
    ['of blanks', '%20'],
    ['over-long', 'x'.repeat(256)],
    ['with a control character', 'a%0Ab'],
    ['with a NUL', 'a%00'],
    ['with a line separator', 'a%E2%80%A8b'],
  ])('%s are 400', async (_what, id) => {
    for (const path of [`/v2/service_instances/${id}`, `${INSTANCE}/service_bindings/${id}`]) {
      const answer = await broker.send('PUT', path, provisionBody('url'));
      expect([answer.status, answer.body]).toEqual([
        400,
        { error: 'InvalidId', description: expect.any(String) },
      ]);
    }
  });

  test('that are not percent-encoded properly are 400', async () => {
    const answer = await broker.send('GET', '/v2/service_instances/%zz');
    expect([answer.status, answer.body]).toEqual([
      400,
      { error: 'MalformedRequest', description: expect.any(String) },
    ]);
  });

  test('may hold whatever else can be encoded', async () => {
    const path = `/v2/service_instances/${encodeURIComponent("a/b?c#d ü'x")}`;
    expect((await broker.send('PUT', path, provisionBody('url'))).status).toBe(201);
    expect((await broker.send('GET', path)).status).toBe(200);
  });
});

describe('bodies', () => {
  test.each<[string, string, TestHeaders, string]>([
    ['broken JSON', '{"a":', {}, 'the body is not valid JSON'],
    ['no object', '[1]', {}, 'the body must be a JSON object'],
    [
      'too deep',
      `{"a":${'['.repeat(200_000)}1${']'.repeat(200_000)}}`,
      {},
      'the body is nested more than 100 levels deep',
    ],
    ['too large', `{"a":"${'x'.repeat(1024 * 1024)}"}`, {}, 'the body is larger than 1 MiB'],
    ['another type', '{}', { 'content-type': 'text/plain' }, 'the content type must be application/json'],
    [
      'an odd charset',
      '{}',
      { 'content-type': 'application/json; charset=latin1' },
      'the body must be UTF-8',
    ],
    [
      'an odd encoding',
      '{}',
      { 'content-encoding': 'zstd9' },
      'the content encoding is not supported; send the body as it is',
    ],
  ])('%s: 400 as JSON', async (_what, body, headers, description) => {
    const answer = await broker.send('PUT', INSTANCE, body, headers);
    expect([answer.status, answer.body]).toEqual([400, { error: 'MalformedRequest', description }]);
  });

  test('none at all: 400', async () => {
    expect(await broker.send('PUT', INSTANCE)).toMatchObject({
      status: 400,
      body: { error: 'MalformedRequest' },
    });
  });

  test('without a content type are taken for JSON, and unknown fields are ignored', async () => {
    const answer = await broker.send(
      'PUT',
      '/v2/service_instances/typeless',
      provisionBody('url', { news: { a: 1 } }),
      {
        'content-type': '',
      },
    );
    expect(answer.status).toBe(201);
  });
});

describe('required and well-formed fields', () => {
  const missing = [undefined, null, ''];

  test.each(['service_id', 'plan_id', 'organization_guid', 'space_guid'])(
    'provision needs %s',
    async (field) => {
      for (const value of missing) {
        const answer = await broker.send('PUT', INSTANCE, provisionBody('url', { [field]: value }));
        expect([answer.status, answer.body]).toEqual([
          400,
          { error: 'MalformedRequest', description: `${field}: is required; send a non-empty string` },
        ]);
      }
    },
  );

  test.each(['service_id', 'plan_id'])('bind needs %s', async (field) => {
    for (const value of missing) {
      const answer = await broker.send('PUT', BINDING, bindBody('url', { [field]: value }));
      expect([answer.status, answer.body]).toMatchObject([400, { error: 'MalformedRequest' }]);
    }
  });

  test.each([
    ['service_id', 1, 'service_id: must be a string'],
    ['parameters', [], 'parameters: must be a JSON object'],
    ['context', 'x', 'context: must be a JSON object'],
    ['maintenance_info', 1, 'maintenance_info: must be a JSON object'],
  ])('a wrong type of %s is 400', async (field, value, description) => {
    const answer = await broker.send('PUT', INSTANCE, provisionBody('url', { [field]: value }));
    expect([answer.status, answer.body]).toEqual([400, { error: 'MalformedRequest', description }]);
  });

  test.each([
    ['an unknown service', { service_id: 'nope' }, 'UnknownService'],
    ['an unknown plan', { plan_id: 'nope' }, 'UnknownPlan'],
    ['the plan of another service', { plan_id: 'other-id' }, 'UnknownPlan'],
  ])('%s is 400', async (_what, fields, error) => {
    for (const [path, body] of [
      [INSTANCE, provisionBody('url', fields)],
      [BINDING, bindBody('url', fields)],
    ] as const) {
      const answer = await broker.send('PUT', path, body);
      expect([answer.status, answer.body]).toMatchObject([400, { error }]);
    }
  });

  test('delete of an instance: 400 without ids, before 410', async () => {
    for (const query of [
      '',
      '?service_id=s',
      '?plan_id=p',
      '?service_id&plan_id=p',
      '?service_id=a&service_id=b&plan_id=p',
    ]) {
      expect((await broker.send('DELETE', `${INSTANCE}${query}`)).status).toBe(400);
    }
    const gone = await broker.send('DELETE', `${INSTANCE}?service_id=s&plan_id=p`);
    expect([gone.status, gone.body]).toEqual([410, {}]);
  });

  test('delete of a binding: 410 before 400, then 400 while it exists', async () => {
    const gone = await broker.send('DELETE', BINDING);
    expect([gone.status, gone.body]).toEqual([410, {}]);
    const instance = '/v2/service_instances/kept';
    await broker.send('PUT', instance, provisionBody('url'));
    await broker.send('PUT', `${instance}/service_bindings/b`, bindBody('url'));
    for (const query of ['', '?service_id=&plan_id=p', '?service_id=s&plan_id=']) {
      expect((await broker.send('DELETE', `${instance}/service_bindings/b${query}`)).status).toBe(400);
    }
    expect((await broker.send('GET', `${instance}/service_bindings/b`)).status).toBe(200);
  });
});

test('the log has one line for each request and neither parameters nor credentials', async () => {
  const before = broker.logs.length;
  await broker.send(
    'PUT',
    '/v2/service_instances/logged',
    provisionBody('url', { parameters: { pin: 'pin-9421' } }),
    {
      'x-broker-api-request-identity': 'identity-1',
    },
  );
  await broker.send('PUT', '/v2/service_instances/logged/service_bindings/b', bindBody('url'));
  const lines = broker.logs.slice(before).filter(({ msg }) => msg === 'request');
  expect(lines).toMatchObject([
    {
      method: 'PUT',
      route: '/v2/service_instances/:instance_id',
      instance: 'logged',
      status: 201,
      ms: expect.any(Number),
      requestId: 'identity-1',
    },
    {
      route: '/v2/service_instances/:instance_id/service_bindings/:binding_id',
      instance: 'logged',
      binding: 'b',
    },
  ]);
  const text = JSON.stringify(broker.logs);
  for (const secret of ['pin-9421', 'iamthepassword', 'secret', 'Basic']) expect(text).not.toContain(secret);
});
