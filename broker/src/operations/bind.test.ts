import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import type { KubeObject } from '@mesitis/kube';
import { apiService, bindBody, CLIENT, entryConfigMap, provisionBody } from '../testing/fixtures.js';
import type { TestAnswer, TestBroker } from '../testing/test-broker.js';
import { testBrokers } from '../testing/test-broker.js';
import { KeyQueue } from '../key-queue.js';
import { bind } from './bind.js';
import type { OperationContext } from './context.js';

const INSTANCE = '/v2/service_instances/i';
const BINDING = `${INSTANCE}/service_bindings/b`;
const IDS = '?service_id=s&plan_id=p';
const start = testBrokers();

/** A broker with one instance of the offering. */
async function startProvisioned(offering: string, ...objects: KubeObject[]): Promise<TestBroker> {
  const broker = await start({ objects });
  const { status, body } = await broker.send('PUT', INSTANCE, provisionBody(offering));
  expect([status, body]).toEqual([201, {}]);
  return broker;
}

const URL_CREDENTIALS = {
  uri: 'https://api.example.com/v1',
  host: 'api.example.com',
  port: 443,
  username: 'iamtheuser',
  password: 'iamthepassword',
};

describe('bind', () => {
  test('delivers coordinates and credentials in one flat map, and endpoints', async () => {
    const { send } = await startProvisioned('api-service', ...apiService());
    const host = 'back-end-service.api-ns.svc.cluster.local';
    const answer = await send('PUT', BINDING, bindBody('api-service'));
    expect([answer.status, answer.body]).toEqual([
      201,
      {
        credentials: {
          uri: `http://${host}:80`,
          host,
          port: 80,
          username: 'iamtheuser',
          password: 'iamthepassword',
        },
        endpoints: [{ host, ports: ['80'] }],
      },
    ]);
  });

  test('leaves endpoints out before 2.15', async () => {
    const { send } = await startProvisioned('url', entryConfigMap('url'));
    const headers = { 'x-broker-api-version': '2.14' };
    expect((await send('PUT', BINDING, bindBody('url'), headers)).body).toEqual({
      credentials: URL_CREDENTIALS,
    });
    expect((await send('GET', BINDING, undefined, headers)).body).toEqual({ credentials: URL_CREDENTIALS });
  });

  test('repeated identically is 200 with the same body; fetched, too', async () => {
    const { send } = await startProvisioned('url', entryConfigMap('url'));
    const body = bindBody('url', { parameters: { a: 1 } });
    const first = await send('PUT', BINDING, body);
    const second = await send('PUT', BINDING, body);
    expect([second.status, second.body]).toEqual([200, first.body]);
    const fetched = await send('GET', BINDING);
    expect([fetched.status, fetched.body]).toEqual([
      200,
      { ...(first.body as object), parameters: { a: 1 } },
    ]);
  });

  test.each([
    ['parameters', { parameters: { a: 2 } }],
    ['app', { bind_resource: { app_guid: 'other' } }],
    ['route', { bind_resource: { app_guid: 'space', route: 'r' } }],
    [
      'plan, before that is found not to be the plan of the instance',
      { service_id: 'second-id', plan_id: 'second-id' },
    ],
  ])('repeated with another %s is 409', async (_what, fields) => {
    const { send } = await startProvisioned('url', entryConfigMap('url'), entryConfigMap('second'));
    await send('PUT', BINDING, bindBody('url'));
    const answer = await send('PUT', BINDING, bindBody('url', fields));
    expect([answer.status, answer.body]).toMatchObject([409, { error: 'BindingExists' }]);
  });

  test('many at once on one instance all succeed', async () => {
    const { send } = await startProvisioned('url', entryConfigMap('url'));
    const answers = await Promise.all(
      Array.from({ length: 10 }, async (_, n) =>
        send('PUT', `${INSTANCE}/service_bindings/${n}`, bindBody('url')),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
  });

  test.each([
    ['the plan is not bindable', { bindable: false }, {}, 'NotBindable'],
    ['a predecessor is named', {}, { predecessor_binding_id: 'a' }, 'UnknownPredecessor'],
    [
      'the plan is another than the instance has',
      {},
      { service_id: 'second-id', plan_id: 'second-id' },
      'PlanMismatch',
    ],
    [
      'its namespace is not whitelisted',
      {},
      { context: { platform: 'kubernetes', namespace: 'b' } },
      'NotWhitelisted',
    ],
  ])('is refused when %s', async (_what, entry, fields, error) => {
    const { send } = await startProvisioned('url', entryConfigMap('url', entry), entryConfigMap('second'));
    const answer = await send('PUT', BINDING, bindBody('url', fields));
    expect([answer.status, answer.body]).toMatchObject([400, { error }]);
  });

  test('without a context is judged by the one of the instance', async () => {
    const { send } = await startProvisioned('url', entryConfigMap('url'));
    expect((await send('PUT', BINDING, bindBody('url', { context: undefined }))).status).toBe(201);
  });

  test('is refused when the whitelist has shrunk since', async () => {
    const { send, kube, broker } = await startProvisioned('url', entryConfigMap('url'));
    await kube.apply(entryConfigMap('url', { whitelist: ['elsewhere'] }), { force: true });
    let answer: TestAnswer;
    do answer = await send('PUT', `${INSTANCE}/service_bindings/${broker.status().plans}`, bindBody('url'));
    while (answer.status < 400);
    expect(answer.body).toEqual({
      error: 'NotWhitelisted',
      description: `offering url version 1 is not open to namespace ${CLIENT}; ask team api to add it to the whitelist`,
    });
  });

  test('to an unknown instance is 404', async () => {
    const { send } = await start({ objects: [entryConfigMap('url')] });
    expect(await send('PUT', BINDING, bindBody('url'))).toMatchObject({
      status: 404,
      body: { error: 'InstanceNotFound' },
    });
  });

  test('to a failed instance is 422', async () => {
    const { send, kube } = await start({ objects: apiService() });
    kube.failNext('create', new KubeError('unavailable', 'no connection'));
    await send('PUT', INSTANCE, provisionBody('api-service'));
    const answer = await send('PUT', BINDING, bindBody('api-service'));
    expect([answer.status, answer.body]).toMatchObject([422, { error: 'InstanceNotUsable' }]);
  });
});

describe('unbind', () => {
  test('is 200, then 410, and last_operation remembers; the id can be used again', async () => {
    const { send } = await startProvisioned('url', entryConfigMap('url'));
    expect((await send('GET', `${BINDING}/last_operation`)).status).toBe(404);
    await send('PUT', BINDING, bindBody('url'));
    expect((await send('GET', `${BINDING}/last_operation`)).body).toEqual({ state: 'succeeded' });
    expect(await send('DELETE', `${BINDING}${IDS}`)).toMatchObject({ status: 200, body: {} });
    expect(await send('DELETE', `${BINDING}${IDS}`)).toMatchObject({ status: 410, body: {} });
    expect((await send('GET', `${BINDING}/last_operation`)).body).toEqual({ state: 'succeeded' });
    expect((await send('GET', BINDING)).status).toBe(404);
    expect((await send('PUT', BINDING, bindBody('url', { parameters: { a: 1 } }))).status).toBe(201);
  });

  test('happens with the deprovision at the latest', async () => {
    const { send } = await startProvisioned('url', entryConfigMap('url'));
    await send('PUT', BINDING, bindBody('url'));
    await send('DELETE', `${INSTANCE}${IDS}`);
    expect((await send('DELETE', `${BINDING}${IDS}`)).status).toBe(410);
  });
});

test('a bind that waited for its turn until its platform gave up does nothing', async () => {
  const queue = new KeyQueue();
  let open: () => void = () => undefined;
  const before = queue.run('i', async () => new Promise<void>((resolve) => (open = resolve)));
  // Nothing else is there: whatever else it did would fail.
  const context = { queue, patienceMs: 0 } as unknown as OperationContext;
  const waiting = bind(context, {
    instanceId: 'i',
    bindingId: 'b',
    predecessorId: 'p',
    attributes: { context: {} },
  });
  await once(AbortSignal.timeout(0), 'abort');
  open();
  await before;
  await expect(waiting).rejects.toMatchObject({ code: 'ConcurrencyError' });
});
