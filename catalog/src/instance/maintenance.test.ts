import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '@mesitis/kube';
import { API_VERSION } from '../model/kinds.js';
import { condition, Harness, isReady, NAMESPACE } from '../testing/harness.js';

const SPEC = { clusterServiceClassExternalName: 'db', clusterServicePlanExternalName: 'small' };

let harness: Harness;

/** The catalog with these fields in its plan. */
function catalogWith(fields: JsonObject): JsonObject {
  const plan = { id: 'db-small-id', name: 'small', description: 'The small plan', ...fields };
  const service = { id: 'db-id', name: 'db', description: 'The db', bindable: true, plan_updateable: true };
  return { services: [{ ...service, plans: [plan] }] };
}

async function patch(kind: string, name: string, body: JsonObject): Promise<void> {
  const namespace = kind === 'ServiceInstance' ? { namespace: NAMESPACE } : {};
  await harness.kube.patch({ apiVersion: API_VERSION, kind, name, ...namespace }, { type: 'merge', body });
}

async function offer(fields: JsonObject): Promise<void> {
  harness.broker.catalog = catalogWith(fields);
  await patch('ClusterServiceBroker', 'broker', { spec: { relistRequests: Date.now() } });
}

beforeEach(async () => {
  harness = await Harness.start(
    catalogWith({ maintenance_info: { version: '1.0.0' }, maximum_polling_duration: 90 }),
  );
  await harness.controller();
  await harness.register();
  await harness.create('ServiceInstance', 'mine', SPEC);
});

afterEach(async () => {
  await harness.stop();
});

describe('a new version of a plan', () => {
  test('is shown, in front of what svcat shows, and taken when it is asked for', async () => {
    const first = await harness.until('ServiceInstance', 'mine', isReady);
    expect(harness.broker.seen.at(-1)?.body).toMatchObject({ maintenance_info: { version: '1.0.0' } });
    expect(condition(first, 'UpgradeAvailable')).toBeUndefined();

    await offer({ maintenance_info: { version: '2.0.0', description: 'new disks' } });
    const offered = await harness.untilReason(
      'ServiceInstance',
      'mine',
      'MaintenanceInfoChanged',
      'UpgradeAvailable',
    );
    expect(condition(offered, 'UpgradeAvailable')).toMatchObject({
      status: 'True',
      message:
        'The plan offers version 2.0.0 (new disks), the instance has 1.0.0: annotate it with mesitis/upgrade=2.0.0 to take it',
    });
    expect(offered).toMatchObject({
      status: { lastConditionState: 'Ready', conditions: [{ type: 'UpgradeAvailable' }, { type: 'Ready' }] },
    });

    await patch('ServiceInstance', 'mine', { metadata: { annotations: { 'mesitis/upgrade': '2.0.0' } } });
    const upgraded = await harness.until(
      'ServiceInstance',
      'mine',
      (stored) => condition(stored, 'UpgradeAvailable') === undefined,
    );
    expect(harness.broker.seen.at(-1)).toMatchObject({
      method: 'PATCH',
      body: {
        maintenance_info: { version: '2.0.0' },
        previous_values: { maintenance_info: { version: '1.0.0' } },
      },
    });
    expect(upgraded).toMatchObject({
      status: { externalProperties: { maintenanceInfo: { version: '2.0.0' } } },
    });
  });

  test('is not taken with another change, nor when another version is asked for', async () => {
    await harness.until('ServiceInstance', 'mine', isReady);
    await offer({ maintenance_info: { version: '2.0.0' } });
    await harness.untilReason('ServiceInstance', 'mine', 'MaintenanceInfoChanged', 'UpgradeAvailable');
    await patch('ServiceInstance', 'mine', {
      metadata: { annotations: { 'mesitis/upgrade': '3.0.0' } },
      spec: { parameters: { size: 1 } },
    });
    const updated = await harness.untilReason('ServiceInstance', 'mine', 'InstanceUpdatedSuccessfully');
    expect(harness.broker.seen.at(-1)?.body).not.toHaveProperty('maintenance_info');
    expect(condition(updated, 'UpgradeAvailable')?.status).toBe('True');
  });
});

test('an operation that takes longer than the plan allows counts as failed', async () => {
  await harness.until('ServiceInstance', 'mine', isReady);
  const plan = await harness.get('ClusterServicePlan', 'db-small-id');
  expect(plan).toMatchObject({ spec: { maximumPollingDuration: 90 } });
  harness.broker.script('PATCH', /./, { status: 202, body: {}, headers: { 'Retry-After': '600' } });
  harness.broker.script('GET', /last_operation$/, { status: 200, body: { state: 'in progress' } });
  await patch('ServiceInstance', 'mine', { spec: { parameters: { size: 2 } } });
  await harness.untilReason('ServiceInstance', 'mine', 'UpdatingInstance');
  await harness.clock.scheduled(90_000);
  harness.clock.advance(90_000);
  const failed = await harness.untilReason(
    'ServiceInstance',
    'mine',
    'ErrorReconciliationRetryTimeout',
    'Failed',
  );
  expect(failed).toMatchObject({ status: { provisionStatus: 'Provisioned', asyncOpInProgress: false } });
});
