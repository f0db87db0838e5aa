import { describe, expect, jest, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { apiService, objectsEntry, provisionBody, wrapped } from '../testing/fixtures.js';
import { madeObjects, testBrokers } from '../testing/test-broker.js';

const INSTANCE = '/v2/service_instances/i';
const IDS = '?service_id=s&plan_id=p';
const start = testBrokers();

describe('a provision that fails', () => {
  test.each([0, 1, 2])('after %d creations leaves nothing', async (n) => {
    const kube = new MemoryKube();
    const { send, store } = await start({ kube, objects: apiService() });
    let creations = 0;
    kube.failNext(
      ({ verb }) => {
        if (verb !== 'create') return false;
        creations += 1;
        return creations === n + 1;
      },
      new KubeError('invalid', 'spec.ports: Required value'),
    );
    const answer = await send('PUT', INSTANCE, provisionBody('api-service'));
    expect([answer.status, answer.body]).toEqual([
      400,
      {
        error: 'ClusterRefused',
        description: expect.stringMatching(
          /^creating .* was refused: spec.ports: Required value; ask the provider/,
        ),
      },
    ]);
    expect(madeObjects(kube)).toEqual([]);
    expect(await Array.fromAsync(store.list())).toEqual([]);
    expect((await send('PUT', INSTANCE, provisionBody('api-service'))).status).toBe(201);
  });

  test('where the broker has no rights at all is a refusal, and leaves nothing that a delete would stumble over', async () => {
    const kube = new MemoryKube();
    const { send, store } = await start({ kube, objects: apiService() });
    for (const verb of ['create', 'create', 'get', 'get', 'get'] as const) {
      kube.failNext(verb, new KubeError('forbidden', 'may not'));
    }
    const answer = await send('PUT', INSTANCE, provisionBody('api-service'));
    expect([answer.status, answer.body]).toMatchObject([400, { error: 'ClusterRefused' }]);
    expect(await Array.fromAsync(store.list())).toEqual([]);
    expect((await send('DELETE', `${INSTANCE}${IDS}`)).status).toBe(410);
  });

  test('without a certain answer removes what may have been made all the same', async () => {
    const kube = new MemoryKube();
    const create = kube.create.bind(kube);
    jest.spyOn(kube, 'create').mockImplementation(async (object, options) => {
      await create(object, options);
      if (object.kind === 'Deployment') throw new KubeError('timeout', 'no answer');
      return object;
    });
    const { send } = await start({ kube, objects: apiService() });
    expect((await send('PUT', INSTANCE, provisionBody('api-service'))).status).toBe(503);
    expect(madeObjects(kube)).toEqual([]);
  });

  test('undoes in reverse order', async () => {
    const kube = new MemoryKube();
    const { send } = await start({
      kube,
      objects: [
        objectsEntry('chain'),
        ...['one', 'two', 'three'].map((name, index) => wrapped({ kind: 'ConfigMap', name }, 'chain', index)),
      ],
    });
    kube.failNext(
      ({ verb, name }) => verb === 'create' && name === 'three',
      new KubeError('forbidden', 'no'),
    );
    const removed: unknown[] = [];
    kube.failNext(
      ({ verb, name }) => {
        if (verb === 'remove') removed.push(name);
        return false;
      },
      new KubeError('unknown', 'never thrown'),
    );
    await send('PUT', INSTANCE, provisionBody('chain'));
    expect(removed).toEqual(['two', 'one']);
  });

  test.each([
    ['forbidden', 400, 'ClusterRefused'],
    ['not-found', 400, 'ClusterRefused'],
    ['timeout', 503, 'ClusterUnavailable'],
    ['unavailable', 503, 'ClusterUnavailable'],
    ['too-many-requests', 503, 'ClusterUnavailable'],
    ['unauthorized', 500, 'InternalError'],
    ['unknown', 500, 'InternalError'],
  ] as const)('because of %s is %d', async (kind, status, error) => {
    const kube = new MemoryKube();
    const { send } = await start({ kube, objects: apiService() });
    kube.failNext('create', new KubeError(kind, 'the server said so'));
    const answer = await send('PUT', INSTANCE, provisionBody('api-service'));
    expect([answer.status, answer.body]).toMatchObject([status, { error }]);
    expect(madeObjects(kube)).toEqual([]);
  });

  test('does not fail because of a conflict over a quota that passes', async () => {
    const kube = new MemoryKube();
    const { send } = await start({ kube, objects: apiService() });
    kube.failNext('create', new KubeError('conflict', 'the quota has been modified'));
    expect((await send('PUT', INSTANCE, provisionBody('api-service'))).status).toBe(201);
  });

  test('because of a conflict that does not pass is 503, so that the platform comes again', async () => {
    const kube = new MemoryKube({
      faults: ({ verb, kind }) =>
        verb === 'create' && kind === 'Deployment'
          ? new KubeError('conflict', 'the quota has been modified')
          : undefined,
    });
    const { send } = await start({ kube, objects: apiService() });
    const answer = await send('PUT', INSTANCE, provisionBody('api-service'));
    expect([answer.status, answer.body]).toMatchObject([503, { error: 'ClusterUnavailable' }]);
    expect(madeObjects(kube)).toEqual([]);
  });

  test('says in an internal error nothing but the request to look for', async () => {
    const kube = new MemoryKube();
    const { send } = await start({ kube, objects: apiService() });
    kube.failNext('create', new KubeError('unknown', 'inner workings'));
    expect((await send('PUT', INSTANCE, provisionBody('api-service'))).body).toEqual({
      error: 'InternalError',
      description: expect.stringMatching(/^internal error, request [0-9a-f-]{36}$/),
    });
  });

  test('for now is remembered as failed: polled, not fetched, repeated or deleted', async () => {
    const kube = new MemoryKube();
    const { send } = await start({ kube, objects: apiService() });
    kube.failNext('create', new KubeError('unavailable', 'no connection'));
    await send('PUT', INSTANCE, provisionBody('api-service'));
    expect(await send('GET', `${INSTANCE}/last_operation`)).toMatchObject({
      status: 200,
      body: { state: 'failed', description: expect.stringContaining('no connection') },
    });
    expect((await send('GET', INSTANCE)).status).toBe(404);
    expect((await send('PUT', INSTANCE, provisionBody('api-service', { space_guid: 'other' }))).status).toBe(
      409,
    );
    expect((await send('PUT', INSTANCE, provisionBody('api-service'))).status).toBe(201);
    expect((await send('DELETE', `${INSTANCE}${IDS}`)).status).toBe(200);
  });

  test('and can not be undone is 500, and the DELETE that follows cleans up', async () => {
    const kube = new MemoryKube();
    const { send } = await start({ kube, objects: apiService() });
    kube.failNext(
      ({ verb, kind }) => verb === 'create' && kind === 'Deployment',
      new KubeError('invalid', 'bad image'),
    );
    kube.failNext(
      ({ verb, kind }) => verb === 'remove' && kind === 'Service',
      new KubeError('timeout', 'slow'),
    );
    const answer = await send('PUT', INSTANCE, provisionBody('api-service'));
    expect([answer.status, answer.body]).toEqual([
      500,
      {
        error: 'ProvisionIncomplete',
        description: expect.stringMatching(/bad image.*not everything could be undone.*slow/),
      },
    ]);
    expect(madeObjects(kube)).toEqual(['Service api-ns/back-end-service']);
    expect((await send('DELETE', `${INSTANCE}${IDS}`)).status).toBe(200);
    expect(madeObjects(kube)).toEqual([]);
  });
});
