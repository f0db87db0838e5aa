import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { condition, Harness, isReady, NAMESPACE } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';

const API_VERSION = 'servicecatalog.k8s.io/v1beta1';
const BROKER = { apiVersion: API_VERSION, kind: 'ClusterServiceBroker', name: 'broker' };
const SMALL = { clusterServiceClassExternalName: 'db', clusterServicePlanExternalName: 'small' };

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start(catalogOf('db', 'small', 'large'));
  await harness.controller();
});
afterEach(() => harness.stop());

async function change(spec: JsonObject): Promise<void> {
  await harness.kube.patch(BROKER, { type: 'merge', body: { spec } });
}

function isRemoved(removed: boolean) {
  return ({ status }: KubeObject): boolean =>
    ((status as { removedFromBrokerCatalog?: boolean } | undefined)?.removedFromBrokerCatalog ?? false) ===
    removed;
}

async function useSmall(): Promise<void> {
  await harness.create('ServiceInstance', 'mine', SMALL);
  await harness.until('ServiceInstance', 'mine', isReady);
}

describe('what a broker no longer offers', () => {
  beforeEach(async () => {
    await harness.register();
    await useSmall();
  });

  test('stays while it is used, its class too, and is offered again when the broker does', async () => {
    harness.broker.catalog = catalogOf('queue', 'small');
    await change({ relistRequests: 1 });
    await harness.until('ClusterServiceClass', 'db-id', isRemoved(true));
    await harness.until('ClusterServicePlan', 'db-small-id', isRemoved(true));
    await harness.untilGone('ClusterServicePlan', 'db-large-id');
    harness.broker.catalog = catalogOf('db', 'small');
    await change({ relistRequests: 2 });
    await harness.until('ClusterServiceClass', 'db-id', isRemoved(false));
    await harness.until('ClusterServicePlan', 'db-small-id', isRemoved(false));
    await harness.untilGone('ClusterServiceClass', 'queue-id');
  });

  test('is the same whether the catalog or catalogRestrictions take it away', async () => {
    await change({ catalogRestrictions: { servicePlan: ['spec.externalName notin (small, large)'] } });
    await harness.until('ClusterServicePlan', 'db-small-id', isRemoved(true));
    await harness.untilGone('ClusterServicePlan', 'db-large-id');
    await harness.until('ClusterServiceBroker', 'broker', isReady);
    await change({ catalogRestrictions: null });
    await harness.until('ClusterServicePlan', 'db-small-id', isRemoved(false));
    await harness.until('ClusterServicePlan', 'db-large-id', () => true);
  });

  test('goes with its instance, the broker with the last one', async () => {
    harness.broker.catalog = catalogOf('queue', 'small');
    await change({ relistRequests: 1 });
    await harness.until('ClusterServicePlan', 'db-small-id', isRemoved(true));
    await harness.remove('ClusterServiceBroker', 'broker');
    const blocked = await harness.untilReason(
      'ClusterServiceBroker',
      'broker',
      'DeletionBlockedByExistingInstances',
    );
    expect(condition(blocked)?.message).toMatch(`delete ${NAMESPACE}/mine first`);
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilGone('ClusterServiceBroker', 'broker');
    const kinds = harness.kube.objects().map(({ kind }) => kind);
    expect(kinds).not.toContain('ClusterServiceClass');
    expect(kinds).not.toContain('ClusterServicePlan');
    expect(harness.broker.instances.size).toBe(0);
  });
});

test('a catalog is fetched by relistRequests alone when that is manual', async () => {
  await harness.register('ClusterServiceBroker', { relistBehavior: 'Manual', relistDuration: '1m' });
  harness.clock.advance(30 * 86_400_000);
  await useSmall();
  expect(harness.broker.seen.filter(({ path }) => path === '/v2/catalog')).toHaveLength(1);
  harness.broker.catalog = catalogOf('db', 'small', 'large', 'huge');
  await change({ relistRequests: 1 });
  await harness.until('ClusterServicePlan', 'db-huge-id', () => true);
});

test('a broker whose ids were another’s takes them over once that one is gone', async () => {
  await harness.register();
  await harness.create('ClusterServiceBroker', 'second', { url: harness.broker.url });
  const refused = await harness.untilReason('ClusterServiceBroker', 'second', 'ErrorSyncingCatalog');
  expect(condition(refused)?.message).toContain('already exists for Broker "broker"');
  await harness.remove('ClusterServiceBroker', 'broker');
  await harness.untilGone('ClusterServiceBroker', 'broker');
  harness.clock.advance(60_000);
  await harness.until('ClusterServiceBroker', 'second', isReady);
  expect(await harness.get('ClusterServicePlan', 'db-small-id')).toHaveProperty(
    'spec.clusterServiceBrokerName',
    'second',
  );
});

test('a broker of a namespace may have the ids of one of the cluster, with restrictions of its own', async () => {
  await harness.register();
  await harness.register('ServiceBroker', {
    catalogRestrictions: { servicePlan: ['spec.serviceClass.name=db-id', 'spec.externalName!=large'] },
  });
  expect(await harness.get('ServicePlan', 'db-small-id')).toHaveProperty('spec.serviceBrokerName', 'broker');
  expect(await harness.get('ServicePlan', 'db-large-id')).toBeUndefined();
  expect(await harness.get('ClusterServicePlan', 'db-large-id')).toBeDefined();
});

test.each([
  ['ClusterServiceBroker', { namespace: NAMESPACE, name: 'token' }],
  ['ServiceBroker', { name: 'token' }],
])(
  'a new token of a %s is noticed, and what it was refused with the old one goes on',
  async (kind, secretRef) => {
    const stored = { apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACE, name: 'token' };
    const { apiVersion, namespace, name } = stored;
    harness.kube.seed({ apiVersion, kind: 'Secret', metadata: { namespace, name }, data: { token: 'b2xk' } });
    await harness.register(kind, { authInfo: { bearer: { secretRef } } });
    expect(harness.broker.seen.at(-1)?.headers.authorization).toBe('Bearer old');
    harness.broker.script('GET', /catalog$/, { status: 401, body: {} });
    await harness.kube.patch(
      { ...BROKER, kind, ...(kind === 'ServiceBroker' ? { namespace } : {}) },
      {
        type: 'merge',
        body: { spec: { relistRequests: 1 } },
      },
    );
    await harness.untilReason(kind, 'broker', 'ErrorFetchingCatalog');
    await harness.kube.patch(stored, { type: 'merge', body: { data: { token: 'bmV3' } } });
    await harness.until(kind, 'broker', isReady);
    expect(harness.broker.seen.at(-1)?.headers.authorization).toBe('Bearer new');
  },
);
