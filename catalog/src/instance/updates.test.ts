import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { Harness, isReady, NAMESPACE, object } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start(catalogOf('db', 'small', 'large'));
  await harness.controller();
});

afterEach(async () => {
  await harness.stop();
});

async function provisioned(spec: JsonObject): Promise<void> {
  await harness.create('ServiceInstance', 'mine', spec);
  await harness.until('ServiceInstance', 'mine', isReady);
}

/** Changes the spec and waits until the broker has what it says now. */
async function update(spec: JsonObject): Promise<KubeObject> {
  const { metadata } = await harness.kube.patch(
    { ...object('ServiceInstance', 'mine', {}), name: 'mine', namespace: NAMESPACE },
    { type: 'merge', body: { spec } },
  );
  return harness.until('ServiceInstance', 'mine', (stored) => {
    const { reconciledGeneration = 0 } = stored['status'] as { reconciledGeneration?: number };
    return isReady(stored) && reconciledGeneration >= (metadata.generation ?? 0);
  });
}

test('the dashboard URL in the answer to an update counts, and stays where the answer has none', async () => {
  await harness.register();
  harness.broker.script('PUT', /./, { status: 201, body: { dashboard_url: 'http://before' } });
  harness.broker.script('PATCH', /./, { status: 200, body: { dashboard_url: 'http://after' } });
  await provisioned({ clusterServiceClassExternalName: 'db', clusterServicePlanExternalName: 'small' });
  expect(await update({ updateRequests: 1 })).toHaveProperty('status.dashboardURL', 'http://after');
  harness.broker.script('PATCH', /./, { status: 200, body: {} });
  expect(await update({ updateRequests: 2 })).toHaveProperty('status.dashboardURL', 'http://after');
});

test('a change of a namespaced plan tells the broker the new one and the old one', async () => {
  await harness.register('ServiceBroker');
  await provisioned({ serviceClassExternalName: 'db', servicePlanExternalName: 'small' });
  const updated = await update({ servicePlanExternalName: 'large' });
  expect(harness.broker.seen.at(-1)).toMatchObject({
    method: 'PATCH',
    body: { plan_id: 'db-large-id', previous_values: { plan_id: 'db-small-id' } },
  });
  expect(updated).toMatchObject({
    spec: { servicePlanRef: { name: 'db-large-id' } },
    status: { externalProperties: { servicePlanExternalName: 'large' } },
  });
});
