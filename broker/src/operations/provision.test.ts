import { describe, expect, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import type { KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { instanceLabel } from '../provision/ownership.js';
import {
  apiService,
  CLIENT,
  entryConfigMap,
  objectsEntry,
  provisionBody,
  wrapped,
} from '../testing/fixtures.js';
import { madeObjects, testBrokers } from '../testing/test-broker.js';

const INSTANCE = '/v2/service_instances/i';
const start = testBrokers();

describe('provision', () => {
  test('makes the objects in their order, marked, in the namespace of provisiondata', async () => {
    const { send, kube, store } = await start({ objects: apiService() });
    const answer = await send('PUT', INSTANCE, provisionBody('api-service'));
    expect([answer.status, answer.body]).toEqual([201, {}]);
    // Order 2 comes before order 10, though not as text; within one order there is no sequence.
    const made = madeObjects(kube);
    expect(made.slice(0, 2).toSorted()).toEqual([
      'ConfigMap api-ns/settings',
      'Service api-ns/back-end-service',
    ]);
    expect(made.slice(2)).toEqual(['Deployment api-ns/back-end']);
    const stored = await kube.get({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'api-ns',
      name: 'settings',
    });
    expect(stored?.metadata).toMatchObject({
      labels: { 'app.kubernetes.io/managed-by': 'mesitis', 'mesitis/instance-id': instanceLabel('i') },
      annotations: { 'mesitis/instance': 'i' },
    });
    expect((await store.get('i'))?.record).toMatchObject({
      state: 'ready',
      provisionKind: 'ProvisionConfigMapObjects',
    });
  });

  test('writes the record with the intended objects before it makes the first', async () => {
    const kube = new MemoryKube();
    const { send, store } = await start({ kube, objects: apiService() });
    let seen: unknown;
    kube.failNext(
      ({ verb }) => {
        if (verb === 'create') seen ??= store.get('i');
        return false;
      },
      new KubeError('unknown', 'never thrown'),
    );
    await send('PUT', INSTANCE, provisionBody('api-service'));
    expect(await seen).toMatchObject({
      record: {
        state: 'provisioning',
        resources: {
          objects: [
            [
              { kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'api-ns' } },
              { kind: 'Service', metadata: { name: 'back-end-service', namespace: 'api-ns' } },
            ],
            [{ kind: 'Deployment', metadata: { name: 'back-end', namespace: 'api-ns' } }],
          ],
        },
      },
    });
  });

  test('keeps in the record who asked', async () => {
    const { send, store } = await start({ objects: [entryConfigMap('url')] });
    const identity = Buffer.from('{"username":"jane","uid":"7","groups":["a"]}').toString('base64');
    await send('PUT', INSTANCE, provisionBody('url'), {
      'x-broker-api-originating-identity': `kubernetes ${identity}`,
    });
    expect((await store.get('i'))?.record.requestedBy).toEqual({
      platform: 'kubernetes',
      user: 'jane',
      uid: '7',
    });
  });

  test('repeated identically is 200 with the same body and makes nothing again', async () => {
    const { send, kube } = await start({ objects: apiService() });
    await send('PUT', INSTANCE, provisionBody('api-service', { parameters: { a: 1, b: 2 } }));
    const before = kube.objects();
    const context = { platform: 'kubernetes', namespace: CLIENT, instance_name: 'renamed' };
    const answer = await send(
      'PUT',
      `${INSTANCE}?accepts_incomplete=true`,
      provisionBody('api-service', {
        parameters: { b: 2, a: 1 },
        context,
        maintenance_info: { version: '9.9.9' },
      }),
    );
    expect([answer.status, answer.body]).toEqual([200, {}]);
    expect(kube.objects()).toEqual(before);
  });

  test.each([
    ['organization', { organization_guid: 'other' }],
    ['space', { space_guid: 'other' }],
    ['namespace', { context: { platform: 'kubernetes', namespace: 'other' } }],
    ['parameters', { parameters: { a: 2 } }],
    ['plan', { service_id: 'second-id', plan_id: 'second-id' }],
  ])('repeated with another %s is 409', async (_what, fields) => {
    const { send } = await start({ objects: [entryConfigMap('url'), entryConfigMap('second')] });
    await send('PUT', INSTANCE, provisionBody('url', { parameters: { a: 1 } }));
    const answer = await send('PUT', INSTANCE, provisionBody('url', { parameters: { a: 1 }, ...fields }));
    expect([answer.status, answer.body]).toMatchObject([409, { error: 'InstanceExists' }]);
  });

  test('raced by its repetition makes one instance: 201 and 200', async () => {
    const { send, kube } = await start({ objects: apiService() });
    const put = async (): Promise<number> =>
      (await send('PUT', INSTANCE, provisionBody('api-service'))).status;
    expect((await Promise.all([put(), put(), put()])).toSorted()).toEqual([200, 200, 201]);
    expect(madeObjects(kube)).toHaveLength(3);
  });

  test.each([
    [
      'a version, though no plan has one',
      { maintenance_info: { version: 'Invalid' } },
      422,
      'MaintenanceInfoConflict',
    ],
    [
      'a namespace that is not whitelisted',
      { context: { platform: 'kubernetes', namespace: 'b' } },
      400,
      'NotWhitelisted',
    ],
    ['no context', { context: undefined }, 400, 'NotWhitelisted'],
  ])('with %s is refused and leaves nothing', async (_what, fields, status, error) => {
    const { send, kube, store } = await start({ objects: apiService() });
    const answer = await send('PUT', INSTANCE, provisionBody('api-service', fields));
    expect([answer.status, answer.body]).toMatchObject([status, { error }]);
    expect(madeObjects(kube)).toEqual([]);
    expect(await Array.fromAsync(store.list())).toEqual([]);
  });

  test('ignores an empty maintenance_info', async () => {
    const { send } = await start({ objects: [entryConfigMap('url')] });
    expect((await send('PUT', INSTANCE, provisionBody('url', { maintenance_info: {} }))).status).toBe(201);
  });

  test('with a selector that finds nothing says so', async () => {
    const { send } = await start({ objects: [objectsEntry('lonely')] });
    const answer = await send('PUT', INSTANCE, provisionBody('lonely'));
    expect([answer.status, answer.body]).toEqual([
      400,
      {
        error: 'OfferingMisconfigured',
        description:
          'no enabled wrapped resource matches the label selector "mesitis/offering=lonely"; ask the provider to publish the objects of the offering or to correct provisiondata.labelSelector',
      },
    ]);
  });

  test('of an offering of which something can not be made is refused whole', async () => {
    const broken: KubeObject = { ...wrapped({ kind: 'Secret', name: 'keys' }, 'api-service', 1), data: {} };
    const { send, kube } = await start({ objects: [...apiService(), broken] });
    const answer = await send('PUT', INSTANCE, provisionBody('api-service'));
    expect([answer.status, answer.body]).toMatchObject([400, { error: 'OfferingMisconfigured' }]);
    expect(madeObjects(kube)).toEqual([]);
  });

  test('of a shared Service that is missing fails for good', async () => {
    const shared = entryConfigMap('shared', {
      provisionkind: 'ProvisionExistingClusterService',
      provisiondata: { namespace: 'db-ns', name: 'shared' },
    });
    const { send } = await start({ objects: [shared] });
    expect(await send('PUT', INSTANCE, provisionBody('shared'))).toMatchObject({
      status: 400,
      body: {
        error: 'OfferingMisconfigured',
        description:
          'Service db-ns/shared, which the offering shares, does not exist; ask the provider to create it or to correct provisiondata',
      },
    });
  });
});
