import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { asBroker } from '../model/objects.js';
import { condition, Harness, isReady, NAMESPACE, object } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';
import { decideBroker } from './decide-broker.js';

const KIND = 'ClusterServiceBroker';

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start(catalogOf('db', 'small', 'large'));
  await harness.controller();
});

afterEach(async () => {
  await harness.stop();
});

async function raiseRelistRequests(to: number): Promise<void> {
  await harness.kube.patch(
    { apiVersion: 'servicecatalog.k8s.io/v1beta1', kind: KIND, name: 'broker' },
    { type: 'merge', body: { spec: { relistRequests: to } } },
  );
}

function fetches(): number {
  return harness.broker.seen.filter(({ path }) => path === '/v2/catalog').length;
}

function isRemoved(stored: KubeObject): boolean {
  return (
    (stored['status'] as { removedFromBrokerCatalog?: boolean } | undefined)?.removedFromBrokerCatalog ===
    true
  );
}

describe('a catalog', () => {
  test('becomes classes and plans that the broker owns', async () => {
    const broker = await harness.register();
    expect(condition(broker)).toMatchObject({
      reason: 'FetchedCatalog',
      message: 'Successfully fetched catalog entries from broker.',
    });
    expect(broker).toMatchObject({
      metadata: { finalizers: ['kubernetes-incubator/service-catalog'] },
      status: { reconciledGeneration: 1, lastConditionState: 'Ready' },
    });
    expect(await harness.get('ClusterServicePlan', 'db-small-id')).toMatchObject({
      metadata: {
        ownerReferences: [{ kind: KIND, name: 'broker', uid: broker.metadata.uid, controller: true }],
        labels: { 'servicecatalog.k8s.io/spec.externalName': expect.stringMatching(/^[0-9a-f]{56}$/) },
      },
      spec: {
        clusterServiceBrokerName: 'broker',
        clusterServiceClassRef: { name: 'db-id' },
        externalName: 'small',
        externalID: 'db-small-id',
        free: true,
      },
    });
  });

  test('is fetched again when relistRequests is raised, and changes what exists', async () => {
    await harness.register(KIND, { relistBehavior: 'Manual' });
    harness.broker.catalog = {
      services: [{ id: 'db-id', name: 'renamed', plans: [{ id: 'p', name: 'p' }] }],
    };
    await raiseRelistRequests(1);
    const isRenamed = (stored: KubeObject): boolean =>
      (stored['spec'] as { externalName?: string }).externalName === 'renamed';
    await harness.until('ClusterServiceClass', 'db-id', isRenamed);
    await harness.untilGone('ClusterServicePlan', 'db-small-id');
    expect(await harness.get('ClusterServicePlan', 'p')).toBeDefined();
  });

  test('keeps what it no longer offers while an instance uses it, and refuses new ones', async () => {
    await harness.register();
    const spec = { clusterServiceClassExternalName: 'db', clusterServicePlanExternalName: 'small' };
    await harness.create('ServiceInstance', 'mine', spec);
    await harness.until('ServiceInstance', 'mine', isReady);
    harness.broker.catalog = catalogOf('db', 'large');
    await raiseRelistRequests(1);
    await harness.until('ClusterServicePlan', 'db-small-id', isRemoved);
    await harness.create('ServiceInstance', 'late', spec);
    await harness.untilReason('ServiceInstance', 'late', 'ReferencesDeletedServicePlan');
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilGone('ClusterServicePlan', 'db-small-id');
    expect(harness.broker.instances.size).toBe(0);
  });

  test('is fetched again after relistDuration, to the second', async () => {
    await harness.register(KIND, { relistDuration: '1m30s' });
    harness.broker.catalog = catalogOf('db', 'small', 'large', 'huge');
    harness.clock.advance(89_000);
    expect(fetches()).toBe(1);
    harness.clock.advance(1000);
    await harness.until('ClusterServicePlan', 'db-huge-id', () => true);
    expect(fetches()).toBe(2);
  });

  test('is not fetched again because the controller was restarted', async () => {
    await harness.register();
    await harness.controller();
    await harness.create('ServiceInstance', 'mine', {
      clusterServiceClassExternalName: 'db',
      clusterServicePlanExternalName: 'small',
    });
    await harness.until('ServiceInstance', 'mine', isReady);
    expect(fetches()).toBe(1);
  });

  test('serves although one of its services has no plan, and says so', async () => {
    const { services } = catalogOf('db', 'small') as { services: [] };
    harness.broker.catalog = { services: [{ id: 'e', name: 'empty', plans: [] }, ...services] };
    const broker = await harness.register();
    expect(condition(broker)?.message).toBe(
      'Successfully fetched catalog entries from broker. the service "empty" has no plan.',
    );
    expect(await harness.get('ClusterServiceClass', 'db-id')).toBeDefined();
    expect(await harness.get('ClusterServiceClass', 'e')).toBeUndefined();
  });

  test('that has an id of another broker’s leaves that alone and brings the rest', async () => {
    await harness.register();
    const { services } = catalogOf('queue', 'small') as { services: [] };
    const own = catalogOf('db', 'small') as { services: [] };
    harness.broker.catalog = { services: [...own.services, ...services] };
    await harness.create(KIND, 'second', { url: harness.broker.url });
    const second = await harness.untilReason(KIND, 'second', 'ErrorSyncingCatalog');
    expect(condition(second)?.message).toContain('already exists for Broker "broker"');
    expect(await harness.get('ClusterServiceClass', 'queue-id')).toBeDefined();
    expect(await harness.get('ClusterServiceClass', 'db-id')).toHaveProperty(
      'spec.clusterServiceBrokerName',
      'broker',
    );
  });
});

describe('a broker that can’t be asked', () => {
  test.each([
    [{ status: 500, body: { description: 'down' } }, 'Description: down'],
    [{ status: 200, text: '<html>' }, 'the answer has no list of services'],
    ['hang', 'no answer within 2 s'],
  ] as const)('is asked again after a pause: %j', async (answer, message) => {
    harness.broker.script('GET', /catalog$/, answer);
    await harness.create(KIND, 'broker', { url: harness.broker.url });
    const failed = await harness.untilReason(KIND, 'broker', 'ErrorFetchingCatalog');
    expect(condition(failed)?.message).toContain('Error fetching catalog.Error getting broker catalog: ');
    expect(condition(failed)?.message).toContain(message);
    expect(failed).toHaveProperty('status.operationStartTime');
    harness.clock.advance(1000);
    const ready = await harness.until(KIND, 'broker', isReady);
    expect(ready).not.toHaveProperty('status.operationStartTime');
  });

  test.each([
    [{ url: '' }, 'brokers must have a remote url to contact'],
    [
      { caBundle: 'eA==', insecureSkipTLSVerify: true },
      'caBundle cannot be used when insecureSkipTLSVerify is true',
    ],
    [{ authInfo: {} }, 'auth config is required'],
    [{ catalogRestrictions: { serviceClass: ['nope=1'] } }, 'Invalid property: nope'],
  ])('because of its spec says what is wrong: %j', async (spec, message) => {
    await harness.create(KIND, 'broker', { url: harness.broker.url, ...spec });
    const failed = await harness.until(KIND, 'broker', (stored) => condition(stored) !== undefined);
    expect(condition(failed)).toMatchObject({ status: 'False', message: expect.stringContaining(message) });
  });
});

describe('credentials of a broker', () => {
  const authInfo = { basic: { secretRef: { namespace: NAMESPACE, name: 'auth' } } };

  test('come from its Secret, as it is when the broker is called', async () => {
    const failed = await harness
      .create(KIND, 'broker', { url: harness.broker.url, authInfo })
      .then(() => harness.untilReason(KIND, 'broker', 'ErrorFetchingCatalog'));
    expect(condition(failed)?.message).toBe(
      `Error fetching catalog.Error getting broker auth credentials: the Secret "${NAMESPACE}/auth" does not exist`,
    );
    harness.kube.seed({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'auth', namespace: NAMESPACE },
      data: { username: 'dQ==', password: 'cA==' },
    });
    await harness.until(KIND, 'broker', isReady);
    expect(harness.broker.seen.at(-1)?.headers.authorization).toBe('Basic dTpw');
    await harness.stopControllers();
    const events = harness.kube.objects().filter(({ kind }) => kind === 'Event');
    expect(events.map(({ reason }) => reason)).toContain('ErrorGettingAuthCredentials');
  });

  async function registerWithSecret(): Promise<void> {
    harness.kube.seed({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'auth', namespace: NAMESPACE },
      data: { username: 'dQ==', password: 'cA==' },
    });
    await harness.register(KIND, { authInfo });
  }

  const authRef = { apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACE, name: 'auth' };

  test('that change lead to a new fetch at once, and to one only', async () => {
    await registerWithSecret();
    harness.broker.catalog = catalogOf('db', 'small', 'large', 'huge');
    await harness.kube.patch(authRef, { type: 'merge', body: { data: { password: 'cTI=' } } });
    await harness.until('ClusterServicePlan', 'db-huge-id', () => true);
    expect(harness.broker.seen.at(-1)?.headers.authorization).toBe('Basic dTpxMg==');
    expect(fetches()).toBe(2);
  });

  test('that change let an instance go on that was refused because of them', async () => {
    await registerWithSecret();
    harness.broker.script('PUT', /db-instance$/, { status: 401, body: {} });
    await harness.create('ServiceInstance', 'mine', {
      clusterServiceClassExternalName: 'db',
      clusterServicePlanExternalName: 'small',
      externalID: 'db-instance',
    });
    await harness.untilReason('ServiceInstance', 'mine', 'ProvisionCallFailed');
    await harness.kube.patch(authRef, { type: 'merge', body: { data: { password: 'cTI=' } } });
    await harness.until('ServiceInstance', 'mine', isReady);
  });

  test('are no reason for a fetch when the controller starts', async () => {
    await registerWithSecret();
    await harness.controller();
    expect(fetches()).toBe(1);
  });
});

test('labels that a class of a person lacks are put there', async () => {
  await harness.create('ClusterServiceClass', 'handmade', {
    clusterServiceBrokerName: 'broker',
    externalName: 'mine',
    externalID: 'x',
    description: 'd',
  });
  await harness.until(
    'ClusterServiceClass',
    'handmade',
    ({ metadata }) => metadata.labels?.['servicecatalog.k8s.io/spec.externalName'] !== undefined,
  );
});

test('a service whose id is another broker’s keeps its plans to itself', async () => {
  await harness.register();
  harness.broker.catalog = catalogOf('db', 'foreign');
  await harness.create(KIND, 'other', { url: harness.broker.url });
  const refused = await harness.untilReason(KIND, 'other', 'ErrorSyncingCatalog');
  expect(condition(refused)?.message).toContain('already exists for Broker "broker"');
  expect(await harness.get('ClusterServicePlan', 'db-foreign-id')).toBeUndefined();
});

test('a broker that goes on failing in the same way is told of once, and asked every minute', async () => {
  const pauses = [1, 2, 4, 8, 16, 32, 60, 60];
  harness.broker.script('GET', /catalog/, ...pauses.map(() => ({ status: 500, body: {} })));
  await harness.create(KIND, 'broker', { url: harness.broker.url });
  for (const seconds of pauses) {
    await harness.clock.scheduled(seconds * 1000);
    harness.clock.advance(seconds * 1000);
  }
  await harness.until(KIND, 'broker', isReady);
  const events = harness.kube.objects().filter(({ kind }) => kind === 'Event');
  expect(events.filter(({ reason }) => reason === 'ErrorFetchingCatalog')).toHaveLength(1);
});

test('a relistDuration of next to nothing does not mean without end', () => {
  const now = Date.UTC(2026, 0, 1);
  const broker = asBroker({
    ...object(KIND, 'broker', { relistDuration: '1ms' }),
    status: {
      conditions: [{ type: 'Ready', status: 'True', reason: '', message: '', lastTransitionTime: '' }],
      lastCatalogRetrievalTime: new Date(now).toISOString(),
    },
  });
  const world = {
    now,
    retryAt: 0,
    relistIntervalMs: 86_400_000,
    credentialsChanged: false,
    instances: () => [],
  };
  expect(decideBroker(broker, world)).toEqual({ type: 'wait', until: now + 1000 });
});
