import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { refOf } from '@mesitis/kube';
import { CrashPoint } from './testing/crash-point.js';
import { condition, Harness, isReady, NAMESPACE } from './testing/harness.js';
import { catalogOf } from './testing/scripted-broker.js';

const BY_NAME = { clusterServiceClassExternalName: 'db', clusterServicePlanExternalName: 'small' };

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start(catalogOf('db', 'small', 'large'));
});

afterEach(async () => {
  await harness.stop();
});

/** Kinds and names of everything that is stored besides Events, the namespace and what the broker object brought. */
function leftovers(): string[] {
  return harness.kube
    .objects()
    .filter(({ kind }) => !['Event', 'Namespace'].includes(kind) && !kind.startsWith('ClusterService'))
    .map(({ kind, metadata }) => `${kind} ${metadata.name ?? ''}`);
}

async function instance(spec: Record<string, unknown> = BY_NAME): Promise<void> {
  await harness.create('ServiceInstance', 'mine', spec);
}

async function binding(spec: Record<string, unknown> = {}): Promise<void> {
  await harness.create('ServiceBinding', 'creds', { instanceRef: { name: 'mine' }, ...spec });
}

describe('the whole way', () => {
  test('from a broker to a Secret and back, with nothing left', async () => {
    await harness.controller();
    await harness.register();
    await instance({ ...BY_NAME, parameters: { size: 3 } });
    const ready = await harness.until('ServiceInstance', 'mine', isReady);
    expect(ready).toMatchObject({
      metadata: { finalizers: ['kubernetes-incubator/service-catalog'] },
      spec: {
        externalID: 'id-1',
        clusterServiceClassRef: { name: 'db-id' },
        clusterServicePlanRef: { name: 'db-small-id' },
      },
      status: {
        lastConditionState: 'Ready',
        userSpecifiedClassName: 'ClusterServiceClass/db',
        userSpecifiedPlanName: 'small',
        provisionStatus: 'Provisioned',
        deprovisionStatus: 'Required',
        observedGeneration: ready.metadata.generation,
        reconciledGeneration: ready.metadata.generation,
        externalProperties: {
          clusterServicePlanExternalName: 'small',
          clusterServicePlanExternalID: 'db-small-id',
          parameters: { size: 3 },
        },
      },
    });
    expect(ready['status']).not.toHaveProperty('currentOperation');
    expect(ready.metadata.labels).toHaveProperty(['servicecatalog.k8s.io/spec.clusterServiceClassRef.name']);

    await binding();
    const bound = await harness.until('ServiceBinding', 'creds', isReady);
    expect(bound).toMatchObject({
      spec: { externalID: 'id-2', secretName: 'creds' },
      status: { lastConditionState: 'Ready', unbindStatus: 'Required', binding: { name: 'creds' } },
    });
    const secret = await harness.get('Secret', 'creds');
    expect(secret).toMatchObject({
      type: 'Opaque',
      metadata: { ownerReferences: [{ kind: 'ServiceBinding', uid: bound.metadata.uid, controller: true }] },
      data: {
        uri: Buffer.from('http://svc.example:80').toString('base64'),
        port: Buffer.from('80').toString('base64'),
        nested: Buffer.from('{"a":1}').toString('base64'),
      },
    });

    await harness.remove('ServiceBinding', 'creds');
    await harness.untilGone('ServiceBinding', 'creds');
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilGone('ServiceInstance', 'mine');
    await harness.remove('ClusterServiceBroker', 'broker');
    await harness.untilGone('ClusterServiceBroker', 'broker');

    expect(leftovers()).toEqual([]);
    expect(harness.kube.objects().map(({ kind }) => kind)).not.toContain('ClusterServicePlan');
    expect(harness.broker.calls()).toEqual([
      'PUT /v2/service_instances/id-1',
      'PUT /v2/service_instances/id-1/service_bindings/id-2',
      'DELETE /v2/service_instances/id-1/service_bindings/id-2',
      'DELETE /v2/service_instances/id-1',
    ]);
  });

  test('sends what the specification asks for', async () => {
    await harness.controller();
    await harness.register();
    const userInfo = { username: 'ann', uid: 'u1', groups: ['g'] };
    await instance({ ...BY_NAME, parameters: { size: 3 }, userInfo });
    await harness.until('ServiceInstance', 'mine', isReady);
    const namespace = await harness.kube.get({ apiVersion: 'v1', kind: 'Namespace', name: NAMESPACE });
    const provision = harness.broker.seen.find(({ method }) => method === 'PUT');
    expect(provision).toMatchObject({
      query: { accepts_incomplete: 'true' },
      headers: {
        'x-broker-api-version': '2.17',
        'x-broker-api-originating-identity': `kubernetes ${Buffer.from(
          '{"username":"ann","uid":"u1","groups":["g"]}',
        ).toString('base64')}`,
      },
    });
    expect(provision?.body).toEqual({
      service_id: 'db-id',
      plan_id: 'db-small-id',
      organization_guid: 'cluster-1',
      space_guid: namespace?.metadata.uid,
      parameters: { size: 3 },
      context: {
        platform: 'kubernetes',
        namespace: NAMESPACE,
        clusterid: 'cluster-1',
        instance_name: 'mine',
      },
    });
    await binding();
    await harness.until('ServiceBinding', 'creds', isReady);
    expect(harness.broker.seen.at(-1)?.body).toMatchObject({
      service_id: 'db-id',
      plan_id: 'db-small-id',
      bind_resource: { app_guid: namespace?.metadata.uid },
    });
    expect(harness.broker.seen.at(-1)?.headers).not.toHaveProperty('x-broker-api-originating-identity');
  });

  test('works for the namespaced kinds as well, with the only plan chosen', async () => {
    harness.broker.catalog = catalogOf('db', 'small');
    await harness.controller();
    await harness.register('ServiceBroker');
    await instance({ serviceClassExternalName: 'db' });
    const ready = await harness.until('ServiceInstance', 'mine', isReady);
    expect(ready).toMatchObject({
      spec: { serviceClassRef: { name: 'db-id' }, servicePlanExternalName: 'small' },
      status: { userSpecifiedClassName: 'ServiceClass/db' },
    });
    await harness.remove('ServiceInstance', 'mine');
    await harness.remove('ServiceBroker', 'broker');
    await harness.untilGone('ServiceBroker', 'broker');
    expect(leftovers()).toEqual([]);
  });

  test('goes on in whatever order things appear', async () => {
    await harness.controller();
    await binding();
    await harness.untilReason('ServiceBinding', 'creds', 'ReferencesNonexistentInstance');
    await instance();
    await harness.untilReason('ServiceInstance', 'mine', 'ReferencesNonexistentServiceClass');
    await harness.register();
    await harness.until('ServiceBinding', 'creds', isReady);
    expect(harness.broker.calls()).toHaveLength(2);
  });
});

describe('deletion', () => {
  beforeEach(async () => {
    await harness.controller();
    await harness.register();
    await instance();
    await harness.until('ServiceInstance', 'mine', isReady);
  });

  test('of an instance waits for its bindings, and goes on at once when they are gone', async () => {
    await binding();
    await harness.until('ServiceBinding', 'creds', isReady);
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilReason('ServiceInstance', 'mine', 'DeprovisionBlockedByExistingCredentials');
    expect(harness.broker.instances.size).toBe(1);
    await harness.remove('ServiceBinding', 'creds');
    await harness.untilGone('ServiceInstance', 'mine');
    expect(leftovers()).toEqual([]);
  });

  test('of a broker waits for its instances and names them', async () => {
    await harness.remove('ClusterServiceBroker', 'broker');
    const blocked = await harness.untilReason(
      'ClusterServiceBroker',
      'broker',
      'DeletionBlockedByExistingInstances',
    );
    expect(condition(blocked)?.message).toContain(`delete ${NAMESPACE}/mine first`);
    await harness.create('ServiceInstance', 'late', BY_NAME);
    await harness.untilReason('ServiceInstance', 'late', 'ReferencesDeletedBroker');
    await harness.remove('ServiceInstance', 'late');
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilGone('ClusterServiceBroker', 'broker');
    expect(harness.broker.instances.size).toBe(0);
  });

  test.each([
    ['200 without a body', { status: 200 }],
    ['410 with a page', { status: 410, text: '<html>' }],
  ])('is done after %s', async (_case, answer) => {
    await binding();
    await harness.until('ServiceBinding', 'creds', isReady);
    harness.broker.script('DELETE', /./, answer, answer);
    await harness.remove('ServiceBinding', 'creds');
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilGone('ServiceInstance', 'mine');
    expect(leftovers()).toEqual([]);
  });

  test('is tried again after a pause when the broker fails', async () => {
    harness.broker.script('DELETE', /./, { status: 500, body: { description: 'oops' } });
    await harness.remove('ServiceInstance', 'mine');
    const failed = await harness.untilReason('ServiceInstance', 'mine', 'DeprovisionCallFailed');
    expect(condition(failed)).toMatchObject({
      status: 'Unknown',
      message:
        'Deprovision call failed; received error response from broker: ' +
        'Status: 500; ErrorMessage: <nil>; Description: oops; ResponseError: <nil>',
    });
    harness.clock.advance(1000);
    await harness.untilGone('ServiceInstance', 'mine');
  });

  test('without our finalizer is nobody else’s business: abandoned objects stay gone', async () => {
    const stored = await harness.get('ServiceInstance', 'mine');
    if (stored === undefined) throw new Error('there is no instance');
    await harness.kube.update({ ...stored, metadata: { ...stored.metadata, finalizers: [] } });
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilGone('ServiceInstance', 'mine');
    expect(harness.broker.instances.size).toBe(1);
  });
});

test('a namespace goes with its own broker, its Secret, classes, instances and bindings, all deleted at once', async () => {
  const [secret] = harness.kube.seed({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'auth', namespace: NAMESPACE },
    data: { username: 'dQ==', password: 'cA==' },
  });
  await harness.controller();
  await harness.register('ServiceBroker', { authInfo: { basic: { secretRef: { name: 'auth' } } } });
  await instance({ serviceClassExternalName: 'db', servicePlanExternalName: 'small' });
  await binding();
  await harness.until('ServiceBinding', 'creds', isReady);
  const held = harness.kube.objects().filter(({ apiVersion }) => apiVersion.startsWith('servicecatalog'));
  for (const object of [secret, ...held]) if (object !== undefined) await harness.kube.remove(refOf(object));
  await harness.untilGone('ServiceBroker', 'broker');
  expect(leftovers()).toEqual([]);
  expect([harness.broker.instances.size, harness.broker.bindings.size]).toEqual([0, 0]);
  expect(harness.broker.seen.at(-1)?.headers.authorization).toBe('Basic dTpw');
});

describe('a killed controller', () => {
  test.each(['before', 'after'] as const)(
    'leaves nothing that its successor does not finish, killed %s any step of the way there',
    async (when) => {
      const setUp = await harness.controller();
      await harness.register();
      await setUp.stop();
      for (let at = 1; ; at += 1) {
        const name = `at-${at}`;
        const crash = new CrashPoint(at, when);
        const first = await harness.controller(crash);
        await harness.create('ServiceInstance', name, BY_NAME);
        await harness.create('ServiceBinding', name, { instanceRef: { name } });
        const finished = harness.until('ServiceBinding', name, isReady).then(() => 'finished' as const);
        const outcome = await Promise.race([finished, crash.happened.then(() => 'killed' as const)]);
        void first.stop();
        const second = await harness.controller();
        await finished;
        await harness.until('ServiceInstance', name, isReady);
        expect([harness.broker.instances.size, harness.broker.bindings.size]).toEqual([1, 1]);
        expect(await harness.get('Secret', name)).toHaveProperty('data.uri');
        await harness.remove('ServiceBinding', name);
        await harness.remove('ServiceInstance', name);
        await harness.untilGone('ServiceInstance', name);
        expect([harness.broker.instances.size, harness.broker.bindings.size]).toEqual([0, 0]);
        await second.stop();
        if (outcome === 'finished') {
          expect(at).toBeGreaterThan(9);
          return;
        }
      }
    },
  );

  test.each(['before', 'after'] as const)(
    'does not keep a catalog from appearing, nor a broker from going, killed %s any step',
    async (when) => {
      for (let at = 1; ; at += 1) {
        const crash = new CrashPoint(at, when);
        const first = await harness.controller(crash);
        const registered = harness.register().then(() => 'finished' as const);
        const killed = crash.happened.then(() => 'killed' as const);
        let outcome = await Promise.race([registered, killed]);
        const gone = registered
          .then(() => harness.remove('ClusterServiceBroker', 'broker'))
          .then(() => harness.untilGone('ClusterServiceBroker', 'broker'))
          .then(() => 'finished' as const);
        if (outcome === 'finished') outcome = await Promise.race([gone, killed]);
        void first.stop();
        const second = await harness.controller();
        await gone;
        expect(harness.kube.objects().filter(({ kind }) => kind.startsWith('ClusterService'))).toEqual([]);
        await second.stop();
        if (outcome === 'finished') {
          expect(at).toBeGreaterThan(9);
          return;
        }
      }
    },
  );

  test.each(['before', 'after'] as const)(
    'leaves nothing that its successor does not finish, killed %s any step of the way back',
    async (when) => {
      for (let at = 1; ; at += 1) {
        const name = `at-${at}`;
        const setUp = await harness.controller();
        if (at === 1) await harness.register();
        await harness.create('ServiceInstance', name, BY_NAME);
        await harness.create('ServiceBinding', name, { instanceRef: { name } });
        await harness.until('ServiceBinding', name, isReady);
        await setUp.stop();
        const crash = new CrashPoint(at, when);
        const first = await harness.controller(crash);
        await harness.remove('ServiceBinding', name);
        await harness.remove('ServiceInstance', name);
        const finished = harness.untilGone('ServiceInstance', name).then(() => 'finished' as const);
        const outcome = await Promise.race([finished, crash.happened.then(() => 'killed' as const)]);
        void first.stop();
        const second = await harness.controller();
        await finished;
        expect([harness.broker.instances.size, harness.broker.bindings.size]).toEqual([0, 0]);
        expect(leftovers()).toEqual([]);
        await second.stop();
        if (outcome === 'finished') {
          expect(at).toBeGreaterThan(5);
          return;
        }
      }
    },
  );
});
