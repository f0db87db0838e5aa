import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { condition, Harness, isReady, NAMESPACE } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';
import type { Answer } from '../testing/scripted-broker.js';

const SPEC = { clusterServiceClassExternalName: 'db', clusterServicePlanExternalName: 'small' };

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start(catalogOf('db', 'small', 'large'));
  await harness.controller();
  await harness.register();
});

afterEach(async () => {
  await harness.stop();
});

async function change(body: Record<string, unknown>): Promise<void> {
  await harness.kube.patch(
    {
      apiVersion: 'servicecatalog.k8s.io/v1beta1',
      kind: 'ServiceInstance',
      namespace: NAMESPACE,
      name: 'mine',
    },
    { type: 'merge', body: body as Record<string, string> },
  );
}

const methods = (): string[] => harness.broker.calls().map((call) => call.split(' ')[0] ?? '');

describe('a provision with an open end', () => {
  test.each<[string, Answer, string]>([
    ['500', { status: 500, body: {} }, 'ProvisionCallFailed'],
    ['503', { status: 503, text: 'down' }, 'ProvisionCallFailed'],
    ['201 with a page', { status: 201, text: '<html>' }, 'ProvisionCallFailed'],
    ['202 with a page', { status: 202, text: '<html>' }, 'ProvisionCallFailed'],
    ['204', { status: 204 }, 'ProvisionCallFailed'],
    ['no answer in time', 'hang', 'ErrorCallingProvision'],
  ])('%s is taken back at once, then tried again by the same id', async (_case, answer, reason) => {
    harness.broker.script('PUT', /./, answer);
    await harness.create('ServiceInstance', 'mine', SPEC);
    const started = await harness.untilReason('ServiceInstance', 'mine', reason, 'OrphanMitigation');
    expect(condition(started)).toMatchObject({
      status: 'False',
      reason: 'StartingInstanceOrphanMitigation',
      message:
        'The instance provision call failed with an ambiguous error; attempting to deprovision the instance in order ' +
        'to mitigate an orphaned resource',
    });
    expect(started).toMatchObject({
      status: { orphanMitigationInProgress: true, currentOperation: 'Provision' },
    });
    const clean = await harness.untilReason('ServiceInstance', 'mine', 'OrphanMitigationSuccessful');
    expect(condition(clean, 'OrphanMitigation')).toBeUndefined();
    expect(clean).toMatchObject({
      status: {
        orphanMitigationInProgress: false,
        provisionStatus: 'NotProvisioned',
        deprovisionStatus: 'Succeeded',
      },
    });
    expect(harness.broker.seen.at(-1)).toMatchObject({
      method: 'DELETE',
      query: { accepts_incomplete: 'true', service_id: 'db-id', plan_id: 'db-small-id' },
    });
    harness.clock.advance(1000);
    const ready = await harness.until('ServiceInstance', 'mine', isReady);
    expect(ready).toMatchObject({ status: { deprovisionStatus: 'Required', lastConditionState: 'Ready' } });
    expect(harness.broker.calls()).toEqual([
      'PUT /v2/service_instances/id-1',
      'DELETE /v2/service_instances/id-1',
      'PUT /v2/service_instances/id-1',
    ]);
  });

  test.each<[string, Answer]>([
    ['408', { status: 408, body: {} }],
    ['409', { status: 409, body: {} }],
    ['422', { status: 422, body: { error: 'ConcurrencyError' } }],
    ['200 with a page', { status: 200, text: '<html>' }],
  ])('does not include %s: that is only tried again', async (_case, answer) => {
    harness.broker.script('PUT', /./, answer);
    await harness.create('ServiceInstance', 'mine', SPEC);
    await harness.untilReason('ServiceInstance', 'mine', 'ProvisionCallFailed');
    harness.clock.advance(1000);
    await harness.until('ServiceInstance', 'mine', isReady);
    expect(methods()).toEqual(['PUT', 'PUT']);
  });

  test('includes a connection that broke and a 409 for what the spec says since', async () => {
    harness.broker.script('PUT', /./, 'cut', 'cut', { status: 409, body: {} });
    await harness.create('ServiceInstance', 'mine', SPEC);
    await harness.untilReason('ServiceInstance', 'mine', 'ErrorCallingProvision');
    await change({ spec: { clusterServicePlanExternalName: 'large' } });
    await harness.untilReason('ServiceInstance', 'mine', 'OrphanMitigationSuccessful');
    harness.clock.advance(1000);
    await harness.until('ServiceInstance', 'mine', isReady);
    expect(harness.broker.seen.at(-1)).toMatchObject({ method: 'PUT', body: { plan_id: 'db-large-id' } });
  });
});

describe('orphan mitigation', () => {
  beforeEach(() => {
    harness.broker.script('PUT', /./, { status: 500, body: {} });
  });

  test('goes on after every failure of its own, with pauses of its own', async () => {
    const broken: Answer = { status: 500, body: { description: 'oops' } };
    harness.broker.script('DELETE', /./, broken, broken);
    await harness.create('ServiceInstance', 'mine', SPEC);
    const failed = await harness.untilReason('ServiceInstance', 'mine', 'DeprovisionCallFailed');
    expect(condition(failed)).toMatchObject({ status: 'Unknown' });
    await harness.clock.scheduled(1000);
    harness.clock.advance(1000);
    await harness.clock.scheduled(2000);
    harness.clock.advance(2000);
    await harness.until('ServiceInstance', 'mine', isReady);
    expect(methods()).toEqual(['PUT', 'DELETE', 'DELETE', 'DELETE', 'PUT']);
  });

  test('is polled when the broker takes its time, and begins anew when that fails', async () => {
    harness.broker.script('DELETE', /./, { status: 202, body: { operation: 'del' } });
    harness.broker.script('GET', /last_operation$/, { status: 200, body: { state: 'failed' } });
    await harness.create('ServiceInstance', 'mine', SPEC);
    await harness.untilReason('ServiceInstance', 'mine', 'Deprovisioning');
    await harness.clock.scheduled(1000);
    harness.clock.advance(1000);
    await harness.untilReason('ServiceInstance', 'mine', 'DeprovisionCallFailed');
    await harness.clock.scheduled(1000);
    harness.clock.advance(1000);
    await harness.until('ServiceInstance', 'mine', isReady);
    expect(methods()).toEqual(['PUT', 'DELETE', 'GET', 'DELETE', 'PUT']);
  });

  test('becomes an ordinary deprovision when the instance is deleted meanwhile', async () => {
    harness.broker.script('DELETE', /./, { status: 503, body: {} });
    await harness.create('ServiceInstance', 'mine', SPEC);
    await harness.untilReason('ServiceInstance', 'mine', 'DeprovisionCallFailed');
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilGone('ServiceInstance', 'mine');
    expect(methods()).toEqual(['PUT', 'DELETE', 'DELETE']);
  });

  test('comes before an edit, which is provisioned afterwards', async () => {
    harness.broker.script('DELETE', /./, { status: 503, body: {} });
    await harness.create('ServiceInstance', 'mine', SPEC);
    await harness.untilReason('ServiceInstance', 'mine', 'DeprovisionCallFailed');
    await change({ spec: { clusterServicePlanExternalName: 'large' } });
    await harness.until('ServiceInstance', 'mine', isReady);
    expect(
      harness.broker.seen.map(({ method, query, body }) => [method, query['plan_id'] ?? body?.['plan_id']]),
    ).toEqual([
      ['GET', undefined],
      ['PUT', 'db-small-id'],
      ['DELETE', 'db-small-id'],
      ['DELETE', 'db-small-id'],
      ['PUT', 'db-large-id'],
    ]);
  });
});

describe('a broker that never finishes', () => {
  const going: Answer = { status: 200, body: { state: 'in progress' } };

  test('fails the instance at the end of seven days, and what is left is taken back', async () => {
    harness.broker.script('PUT', /./, { status: 202, body: {} });
    harness.broker.script('GET', /last_operation$/, going, going);
    await harness.create('ServiceInstance', 'mine', SPEC);
    await harness.untilReason('ServiceInstance', 'mine', 'Provisioning');
    await harness.clock.scheduled(1000);
    harness.clock.advance(7 * 24 * 3_600_000);
    const failed = await harness.untilReason('ServiceInstance', 'mine', 'OrphanMitigationSuccessful');
    expect(condition(failed, 'Failed')).toMatchObject({
      reason: 'ErrorReconciliationRetryTimeout',
      message: 'Stopping reconciliation retries because too much time has elapsed',
    });
  });
});

describe('requests by annotation', () => {
  test('a provision that failed for good is tried again once', async () => {
    harness.broker.script('PUT', /./, { status: 400, body: {} }, { status: 400, body: {} });
    await harness.create('ServiceInstance', 'mine', SPEC);
    await harness.untilReason('ServiceInstance', 'mine', 'ClusterServiceBrokerReturnedFailure', 'Failed');
    await change({ metadata: { annotations: { 'mesitis/retry': '1' } } });
    await harness.until(
      'ServiceInstance',
      'mine',
      (stored) => methods().length === 2 && condition(stored, 'Failed') !== undefined,
    );
    await change({ metadata: { annotations: { 'mesitis/retry': '2' } } });
    await harness.until('ServiceInstance', 'mine', isReady);
    expect(methods()).toEqual(['PUT', 'PUT', 'PUT']);
  });

  test('a deprovision does not wait for the end of its pause', async () => {
    await harness.create('ServiceInstance', 'mine', SPEC);
    await harness.until('ServiceInstance', 'mine', isReady);
    harness.broker.script('DELETE', /./, { status: 500, body: {}, headers: { 'Retry-After': '900' } });
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilReason('ServiceInstance', 'mine', 'DeprovisionCallFailed');
    await change({ metadata: { annotations: { 'mesitis/retry': 'now' } } });
    await harness.untilGone('ServiceInstance', 'mine');
  });

  test.each<[string, Answer, string]>([
    ['that refuses to delete', { status: 500, body: {} }, 'DeprovisionCallFailed'],
    ['that never finishes', { status: 202, body: {} }, 'Deprovisioning'],
  ])(
    'an instance of a broker %s is let go, and an Event says why and who asked',
    async (_case, answer, reason) => {
      await harness.create('ServiceInstance', 'mine', { ...SPEC, userInfo: { username: 'ann' } });
      await harness.until('ServiceInstance', 'mine', isReady);
      harness.broker.script('DELETE', /./, answer);
      await harness.remove('ServiceInstance', 'mine');
      await harness.untilReason('ServiceInstance', 'mine', reason);
      await change({ metadata: { annotations: { 'mesitis/abandon': 'the broker is gone' } } });
      await harness.untilGone('ServiceInstance', 'mine');
      const events = harness.kube.objects().filter(({ kind }) => kind === 'Event');
      expect(events).toContainEqual(
        expect.objectContaining({
          reason: 'Abandoned',
          message: expect.stringContaining('as "ann" asked: the broker is gone'),
        }),
      );
      expect(harness.broker.instances.size).toBe(1);
    },
  );

  test('an instance is not let go before its deletion was asked for', async () => {
    await harness.create('ServiceInstance', 'mine', SPEC);
    await change({ metadata: { annotations: { 'mesitis/abandon': 'too early' } } });
    const ready = await harness.until('ServiceInstance', 'mine', isReady);
    expect(ready.metadata.finalizers).toEqual(['kubernetes-incubator/service-catalog']);
  });
});
