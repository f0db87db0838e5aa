import { describe, expect, jest, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { RecordTooLarge } from '../store/instance-store.js';
import { MemoryInstanceStore } from '../store/memory-instance-store.js';
import { apiService, bindBody, entryConfigMap, provisionBody } from '../testing/fixtures.js';
import { madeObjects, testBrokers } from '../testing/test-broker.js';

const INSTANCE = '/v2/service_instances/i';
const IDS = '?service_id=s&plan_id=p';
const start = testBrokers();

describe('deprovision', () => {
  test('removes everything in reverse order, then is 410, and last_operation remembers', async () => {
    const kube = new MemoryKube();
    const { send, store } = await start({ kube, objects: apiService() });
    await send('PUT', INSTANCE, provisionBody('api-service'));
    const removed: unknown[] = [];
    kube.failNext(
      ({ verb, kind }) => {
        if (verb === 'remove') removed.push(kind);
        return false;
      },
      new KubeError('unknown', 'never thrown'),
    );
    const answer = await send('DELETE', `${INSTANCE}${IDS}&accepts_incomplete=true`);
    expect([answer.status, answer.body]).toEqual([200, {}]);
    expect(removed[0]).toBe('Deployment');
    expect(removed.slice(1).toSorted()).toEqual(['ConfigMap', 'Service']);
    expect(madeObjects(kube)).toEqual([]);
    expect(await Array.fromAsync(store.list())).toEqual([]);
    expect(await send('DELETE', `${INSTANCE}${IDS}`)).toMatchObject({ status: 410, body: {} });
    expect(await send('GET', `${INSTANCE}/last_operation`)).toMatchObject({
      status: 200,
      body: { state: 'succeeded' },
    });
    expect((await send('GET', INSTANCE)).status).toBe(404);
  });

  test('works when the ConfigMaps are gone', async () => {
    const { send, kube } = await start({ objects: apiService() });
    await send('PUT', INSTANCE, provisionBody('api-service'));
    for (const { metadata } of apiService()) {
      await kube.remove({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: 'provider-ns',
        name: metadata.name ?? '',
      });
    }
    expect((await send('DELETE', `${INSTANCE}${IDS}`)).status).toBe(200);
    expect(kube.objects()).toEqual([]);
  });

  test('leaves alone an object that has lost the mark', async () => {
    const { send, kube } = await start({ objects: apiService() });
    await send('PUT', INSTANCE, provisionBody('api-service'));
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'api-ns', name: 'settings' };
    await kube.patch(ref, { type: 'merge', body: { metadata: { labels: { 'mesitis/instance-id': null } } } });
    expect((await send('DELETE', `${INSTANCE}${IDS}`)).status).toBe(200);
    expect(await kube.get(ref)).toBeDefined();
  });

  test('that meets a conflict twice over the same object says so instead of asking for ever', async () => {
    const { send, kube } = await start({ objects: apiService() });
    await send('PUT', INSTANCE, provisionBody('api-service'));
    const remove = jest.spyOn(kube, 'remove').mockRejectedValue(new KubeError('conflict', 'not today'));
    expect(await send('DELETE', `${INSTANCE}${IDS}`)).toMatchObject({
      status: 500,
      body: { error: 'DeprovisionIncomplete', description: expect.stringContaining('not today') },
    });
    expect(remove).toHaveBeenCalledTimes(2);
    remove.mockRestore();
    expect((await send('DELETE', `${INSTANCE}${IDS}`)).status).toBe(200);
  });

  test('waits for finalizers', async () => {
    const { send, kube } = await start({ objects: apiService() });
    await send('PUT', INSTANCE, provisionBody('api-service'));
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'api-ns', name: 'settings' };
    await kube.patch(ref, { type: 'merge', body: { metadata: { finalizers: ['example.com/hold'] } } });
    const { resourceVersion } = await kube.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'api-ns' });
    const deletion = send('DELETE', `${INSTANCE}${IDS}`);
    for await (const event of kube.watch(
      { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'api-ns' },
      resourceVersion,
    )) {
      if (event.object.metadata.deletionTimestamp !== undefined) break;
    }
    await kube.patch(ref, { type: 'merge', body: { metadata: { finalizers: [] } } });
    expect((await deletion).status).toBe(200);
    expect(await kube.get(ref)).toBeUndefined();
  });

  test('gives up in time, says what is in the way, and goes on when asked again', async () => {
    const { send, kube } = await start({ objects: apiService(), times: { removalTimeoutMs: 50 } });
    await send('PUT', INSTANCE, provisionBody('api-service'));
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'api-ns', name: 'settings' };
    await kube.patch(ref, { type: 'merge', body: { metadata: { finalizers: ['example.com/hold'] } } });
    const answer = await send('DELETE', `${INSTANCE}${IDS}`);
    expect([answer.status, answer.body]).toEqual([
      500,
      {
        error: 'DeprovisionIncomplete',
        description:
          'ConfigMap api-ns/settings is not gone yet (held by the finalizers example.com/hold); ask again',
        instance_usable: false,
      },
    ]);
    expect((await send('GET', `${INSTANCE}/last_operation`)).body).toMatchObject({
      state: 'failed',
      instance_usable: false,
    });
    expect((await send('PUT', INSTANCE, provisionBody('api-service'))).body).toMatchObject({
      error: 'ConcurrencyError',
    });
    await kube.patch(ref, { type: 'merge', body: { metadata: { finalizers: [] } } });
    expect((await send('DELETE', `${INSTANCE}${IDS}`)).status).toBe(200);
    expect(madeObjects(kube)).toEqual([]);
  });

  test('frees the id for another instance', async () => {
    const { send } = await start({ objects: [...apiService(), entryConfigMap('url')] });
    await send('PUT', INSTANCE, provisionBody('api-service'));
    await send('DELETE', `${INSTANCE}${IDS}`);
    expect((await send('PUT', INSTANCE, provisionBody('url'))).status).toBe(201);
    expect((await send('GET', INSTANCE)).body).toEqual({ service_id: 'url-id', plan_id: 'url-id' });
  });

  test('halts a provision that is under way', async () => {
    const { send, kube } = await start({ objects: apiService() });
    const answers = await Promise.all([
      send('PUT', INSTANCE, provisionBody('api-service')),
      send('DELETE', `${INSTANCE}${IDS}`),
      send('PUT', INSTANCE, provisionBody('api-service')),
    ]);
    // Whatever order the requests arrived in, the world agrees with the last answers.
    const instance = await send('GET', INSTANCE);
    expect(madeObjects(kube)).toHaveLength(instance.status === 200 ? 3 : 0);
    // 500: the provision that was halted; a platform deletes what it got that answer for.
    expect(answers.every(({ status }) => [200, 201, 410, 500].includes(status))).toBe(true);
  });
});

test('an instance whose bindings fill the store up can still be deleted', async () => {
  const store = new MemoryInstanceStore();
  const { send } = await start({ store, objects: apiService() });
  await send('PUT', INSTANCE, provisionBody('api-service'));
  for (const id of ['a', 'b', 'c'])
    await send('PUT', `${INSTANCE}/service_bindings/${id}`, bindBody('api-service'));
  const full = JSON.stringify((await store.get('i'))?.record).length;
  const put = store.put.bind(store);
  store.put = async (record, expected) => {
    if (JSON.stringify(record).length > full) throw new RecordTooLarge('too large');
    return put(record, expected);
  };
  expect((await send('PUT', `${INSTANCE}/service_bindings/d`, bindBody('api-service'))).status).toBe(400);
  expect((await send('DELETE', `${INSTANCE}${IDS}`)).status).toBe(200);
});
