import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { KubeError, type JsonObject } from '@mesitis/kube';
import { condition, Harness, isReady, NAMESPACE, object } from './testing/harness.js';
import { catalogOf, type Answer } from './testing/scripted-broker.js';

// Scripts wait for these reasons and compare these messages (service-catalog.md sections 3 and 4).

const BY_NAME = { clusterServiceClassExternalName: 'db', clusterServicePlanExternalName: 'small' };
const SMALL = { clusterServiceBrokerName: 'broker', externalName: 'small', description: 'small' };
const ACCEPTED: Answer = { status: 202, body: {} };

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start(catalogOf('db', 'small', 'large'));
  await harness.controller();
});

afterEach(async () => {
  await harness.stop();
});

async function provisioned(): Promise<void> {
  await harness.register();
  await harness.create('ServiceInstance', 'mine', BY_NAME);
  await harness.until('ServiceInstance', 'mine', isReady);
}

async function bound(): Promise<void> {
  await harness.create('ServiceBinding', 'mine', { instanceRef: { name: 'mine' } });
  await harness.until('ServiceBinding', 'mine', isReady);
}

async function change(kind: string, spec: JsonObject): Promise<void> {
  const ref = { ...object(kind, 'mine', {}), name: 'mine', namespace: NAMESPACE };
  await harness.kube.patch(ref, { type: 'merge', body: { spec } });
}

/** Something that waits, and what it says meanwhile. */
interface Case {
  name: string;
  kind: 'ServiceInstance' | 'ServiceBinding';
  reason: string;
  message: string;
  arrange: () => Promise<unknown>;
}

const CASES: readonly Case[] = [
  {
    name: 'an instance of a class without a broker',
    kind: 'ServiceInstance',
    reason: 'ReferencesNonexistentBroker',
    message: 'The instance references a non-existent broker "broker"',
    arrange: async () => {
      const spec = { ...SMALL, externalName: 'db', externalID: 'db' };
      await harness.create('ClusterServiceClass', 'db', spec);
      const plan = { ...SMALL, externalID: 'db-small', clusterServiceClassRef: { name: 'db' } };
      await harness.create('ClusterServicePlan', 'db-small', plan);
      await harness.create('ServiceInstance', 'mine', BY_NAME);
    },
  },
  {
    name: 'a new instance of a class that is kept for another only',
    kind: 'ServiceInstance',
    reason: 'ReferencesDeletedServiceClass',
    message: 'has been deleted; cannot provision.',
    arrange: async () => {
      await harness.register();
      await harness.create('ServiceInstance', 'other', BY_NAME);
      await harness.until('ServiceInstance', 'other', isReady);
      harness.broker.catalog = catalogOf('queue', 'small');
      const broker = { ...object('ClusterServiceBroker', 'broker', {}), name: 'broker' };
      await harness.kube.patch(broker, { type: 'merge', body: { spec: { relistRequests: 1 } } });
      await harness.until('ClusterServiceClass', 'queue-id', () => true);
      await harness.until('ClusterServiceClass', 'db-id', ({ status }) =>
        Boolean((status as { removedFromBrokerCatalog?: boolean }).removedFromBrokerCatalog),
      );
      await harness.create('ServiceInstance', 'mine', BY_NAME);
    },
  },
  {
    name: 'an instance in a namespace that is gone',
    kind: 'ServiceInstance',
    reason: 'ErrorFindingNamespaceForInstance',
    message: `Failed to get namespace "${NAMESPACE}"`,
    arrange: async () => {
      await harness.register();
      await harness.kube.remove({ apiVersion: 'v1', kind: 'Namespace', name: NAMESPACE });
      await harness.create('ServiceInstance', 'mine', BY_NAME);
    },
  },
  {
    name: 'an instance whose broker can’t say how far it is',
    kind: 'ServiceInstance',
    reason: 'ErrorPollingLastOperation',
    message: 'Error polling last operation: Status: 500',
    arrange: async () => {
      await harness.register();
      harness.broker.script('PUT', /./, ACCEPTED);
      harness.broker.script('GET', /last_operation/, { status: 500, body: {} });
      await harness.create('ServiceInstance', 'mine', BY_NAME);
      await harness.untilReason('ServiceInstance', 'mine', 'Provisioning');
      harness.clock.advance(1000);
    },
  },
  {
    name: 'a binding of no instance',
    kind: 'ServiceBinding',
    reason: 'ReferencesNonexistentInstance',
    message: `References a non-existent ServiceInstance "${NAMESPACE}/mine"`,
    arrange: () => harness.create('ServiceBinding', 'mine', { instanceRef: { name: 'mine' } }),
  },
  {
    name: 'a binding of an instance whose class is not there yet',
    kind: 'ServiceBinding',
    reason: 'ErrorInstanceRefsUnresolved',
    message: `the references of the ServiceInstance "${NAMESPACE}/mine" are not resolved yet`,
    arrange: async () => {
      await harness.create('ServiceInstance', 'mine', BY_NAME);
      await harness.create('ServiceBinding', 'mine', { instanceRef: { name: 'mine' } });
    },
  },
  {
    name: 'a binding of an instance that the broker is making',
    kind: 'ServiceBinding',
    reason: 'ErrorInstanceNotReady',
    message: `Binding cannot begin because referenced ServiceInstance "${NAMESPACE}/mine" is not ready`,
    arrange: async () => {
      await harness.register();
      harness.broker.script('PUT', /./, ACCEPTED);
      await harness.create('ServiceInstance', 'mine', BY_NAME);
      await harness.untilReason('ServiceInstance', 'mine', 'Provisioning');
      await harness.create('ServiceBinding', 'mine', { instanceRef: { name: 'mine' } });
    },
  },
  {
    name: 'a binding that is deleted while the broker changes its instance',
    kind: 'ServiceBinding',
    reason: 'ErrorAsyncOperationInProgress',
    message: `trying to unbind to ServiceInstance "${NAMESPACE}/mine" that has ongoing asynchronous operation`,
    arrange: async () => {
      await provisioned();
      await bound();
      harness.broker.script('PATCH', /./, ACCEPTED);
      await change('ServiceInstance', { clusterServicePlanExternalName: 'large' });
      await harness.untilReason('ServiceInstance', 'mine', 'UpdatingInstance');
      await harness.remove('ServiceBinding', 'mine');
    },
  },
];

test.each(CASES)('$name says $reason', async ({ kind, reason, message, arrange }) => {
  await arrange();
  const stored = await harness.untilReason(kind, 'mine', reason);
  expect(condition(stored)).toMatchObject({ message: expect.stringContaining(message) });
  expect(condition(stored)?.status).not.toBe('True');
});

describe('the last word on what goes', () => {
  test('is an Event with the reason that Service Catalog gave', async () => {
    await provisioned();
    await bound();
    await harness.remove('ServiceBinding', 'mine');
    await harness.untilGone('ServiceBinding', 'mine');
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilGone('ServiceInstance', 'mine');
    await harness.remove('ClusterServiceBroker', 'broker');
    await harness.untilGone('ClusterServiceBroker', 'broker');
    // Events are written behind; a controller that stops has written them.
    await harness.stopControllers();
    const reasons = harness.kube.objects().flatMap(({ kind, reason }) => (kind === 'Event' ? [reason] : []));
    expect(reasons).toEqual(
      expect.arrayContaining([
        'UnboundSuccessfully',
        'DeprovisionedSuccessfully',
        'DeletedClusterServiceBrokerSuccessfully',
      ]),
    );
  });
});

test('a Secret that may not be deleted holds up the unbind, which says so and goes on a second later', async () => {
  await provisioned();
  await bound();
  const refusal = new KubeError('forbidden', 'secrets "mine" is forbidden');
  harness.kube.failNext(({ verb, kind }) => verb === 'remove' && kind === 'Secret', refusal);
  await harness.remove('ServiceBinding', 'mine');
  const waiting = await harness.untilReason('ServiceBinding', 'mine', 'ErrorEjectingServiceBinding');
  expect(condition(waiting)).toMatchObject({
    status: 'Unknown',
    message: 'Error ejecting binding: secrets "mine" is forbidden',
  });
  // The credentials are still in use where the Secret is.
  expect(harness.broker.calls().at(-1)).toMatch(/^PUT/);
  await harness.clock.scheduled(1000);
  harness.clock.advance(1000);
  await harness.untilGone('ServiceBinding', 'mine');
  const secret = { apiVersion: 'v1', kind: 'Secret', namespace: NAMESPACE, name: 'mine' };
  expect(await harness.kube.get(secret)).toBeUndefined();
  expect(harness.broker.calls().at(-1)).toMatch(/^DELETE/);
});
