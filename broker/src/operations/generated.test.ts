import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '@mesitis/kube';
import { StoreConflict } from '../store/instance-store.js';
import { MemoryInstanceStore } from '../store/memory-instance-store.js';
import { bindBody, entryConfigMap, objectsEntry, provisionBody, wrapped } from '../testing/fixtures.js';
import type { TestBroker } from '../testing/test-broker.js';
import { testBrokers } from '../testing/test-broker.js';

const INSTANCE = '/v2/service_instances/i';
const start = testBrokers();

async function bind(
  { send }: TestBroker,
  id: string,
  fields: Record<string, unknown> = {},
): Promise<JsonObject> {
  const { body } = await send('PUT', `${INSTANCE}/service_bindings/${id}`, bindBody('db', fields));
  return (body as { credentials: JsonObject }).credentials;
}

describe('generated passwords', () => {
  test('of the instance are the same in its objects and in every binding', async () => {
    const broker = await start({
      objects: [
        objectsEntry('db', {
          credentialdata: { username: 'app', password: '${generate.instancePassword(24)}' },
        }),
        wrapped({ kind: 'Pod', name: 'db', spec: { hostname: '${generate.password(24)}' } }, 'db', 1),
      ],
    });
    await broker.send('PUT', INSTANCE, provisionBody('db'));
    const pod = broker.kube.objects().find(({ kind }) => kind === 'Pod');
    const { hostname } = pod?.['spec'] as { hostname: string };
    expect(hostname).toMatch(/^[A-Za-z0-9]{24}$/);
    expect(await bind(broker, 'one')).toMatchObject({ username: 'app', password: hostname });
    expect(await bind(broker, 'two')).toMatchObject({ password: hostname });
    expect(JSON.stringify(broker.logs)).not.toContain(hostname);
  });

  test('of a binding are its own, and stay the same when it is asked for again', async () => {
    const broker = await start({
      objects: [entryConfigMap('db', { credentialdata: { password: '${generate.password(24)}' } })],
    });
    await broker.send('PUT', INSTANCE, provisionBody('db'));
    const one = await bind(broker, 'one');
    const two = await bind(broker, 'two');
    expect(one['password']).not.toEqual(two['password']);
    expect(await bind(broker, 'one')).toEqual(one);
    const fetched = await broker.send('GET', `${INSTANCE}/service_bindings/two`);
    expect(fetched.body).toMatchObject({ credentials: two });
  });
});

test('a value that is made at a fetch is recorded, though somebody else writes the record meanwhile', async () => {
  const store = new MemoryInstanceStore();
  const { send } = await start({
    store,
    objects: [entryConfigMap('db', { credentialdata: { password: '${generate.password(24)}' } })],
  });
  const binding = `${INSTANCE}/service_bindings/b`;
  await send('PUT', INSTANCE, provisionBody('db'));
  await send('PUT', binding, bindBody('db'));
  // As if the offering had begun to generate after the bind.
  const stored = await store.get('i');
  if (stored === undefined) throw new Error('the instance is there');
  const bindings = stored.record.bindings.map(({ generated, ...rest }) => rest);
  await store.put({ ...stored.record, bindings }, stored.version);
  const put = store.put.bind(store);
  store.put = async (record) => {
    store.put = put;
    return Promise.reject(new StoreConflict(record.instanceId));
  };
  const fetched = await send('GET', binding);
  expect(fetched.status).toBe(200);
  expect((await send('GET', binding)).body).toEqual(fetched.body);
});

describe('rotation', () => {
  test('makes a new binding from what its predecessor was asked for, and both are valid', async () => {
    const broker = await start({
      objects: [entryConfigMap('db', { credentialdata: { password: '${generate.password(24)}' } })],
    });
    await broker.send('PUT', INSTANCE, provisionBody('db'));
    const old = await bind(broker, 'old', { parameters: { a: 1 } });
    const { status, body } = await broker.send('PUT', `${INSTANCE}/service_bindings/new`, {
      predecessor_binding_id: 'old',
    });
    expect(status).toBe(201);
    expect((body as { credentials: JsonObject }).credentials['password']).not.toEqual(old['password']);
    expect((await broker.send('GET', `${INSTANCE}/service_bindings/new`)).body).toMatchObject({
      parameters: { a: 1 },
    });
    expect((await broker.send('GET', `${INSTANCE}/service_bindings/old`)).body).toMatchObject({
      credentials: old,
    });
  });

  test('of a binding that is not there is refused', async () => {
    const broker = await start({ objects: [entryConfigMap('db')] });
    await broker.send('PUT', INSTANCE, provisionBody('db'));
    const answer = await broker.send('PUT', `${INSTANCE}/service_bindings/new`, {
      predecessor_binding_id: 'old',
    });
    expect([answer.status, answer.body]).toMatchObject([400, { error: 'UnknownPredecessor' }]);
  });
});
