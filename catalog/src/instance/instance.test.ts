import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import type { KubeCall } from '@mesitis/kube/memory';
import { API_VERSION } from '../model/kinds.js';
import { condition, Harness, isReady, NAMESPACE } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';
import type { Answer } from '../testing/scripted-broker.js';

const SPEC = { clusterServiceClassExternalName: 'db', clusterServicePlanExternalName: 'small' };
const AT_BROKER =
  'ServiceInstance of ClusterServiceClass (K8S: "db-id" ExternalName: "db") at ClusterServiceBroker "broker"';

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start(catalogOf('db', 'small', 'large'));
  await harness.controller();
  await harness.register();
});

afterEach(async () => {
  await harness.stop();
});

async function create(spec: Record<string, unknown> = SPEC): Promise<void> {
  await harness.create('ServiceInstance', 'mine', spec);
}

async function change(spec: Record<string, unknown>): Promise<void> {
  await harness.kube.patch(
    {
      apiVersion: 'servicecatalog.k8s.io/v1beta1',
      kind: 'ServiceInstance',
      namespace: NAMESPACE,
      name: 'mine',
    },
    { type: 'merge', body: { spec: spec as Record<string, string> } },
  );
}

describe('a provision that the broker refuses', () => {
  test('with 400 fails for good, and there is nothing to deprovision', async () => {
    const body = { error: 'Bad', description: 'no such size' };
    harness.broker.script('PUT', /./, { status: 400, body });
    await create();
    const failed = await harness.untilReason(
      'ServiceInstance',
      'mine',
      'ClusterServiceBrokerReturnedFailure',
      'Failed',
    );
    const message = `Error provisioning ${AT_BROKER}: Status: 400; ErrorMessage: Bad; Description: no such size; ResponseError: <nil>`;
    expect(condition(failed)).toMatchObject({ status: 'False', reason: 'ProvisionCallFailed', message });
    expect(failed).toMatchObject({
      status: { lastConditionState: 'Failed', deprovisionStatus: 'NotRequired' },
    });
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilGone('ServiceInstance', 'mine');
    expect(harness.broker.calls()).toHaveLength(1);
  });

  test('with 400 is tried again when the spec changes', async () => {
    harness.broker.script('PUT', /./, { status: 400, body: {} });
    await create();
    await harness.untilReason('ServiceInstance', 'mine', 'ClusterServiceBrokerReturnedFailure', 'Failed');
    await change({ parameters: { size: 1 } });
    const ready = await harness.until('ServiceInstance', 'mine', isReady);
    expect(condition(ready, 'Failed')).toBeUndefined();
  });

  test('with 400 after a call of unknown outcome is deprovisioned all the same', async () => {
    harness.broker.script('PUT', /./, { status: 422, body: {} }, { status: 400, body: {} });
    await create();
    await harness.untilReason('ServiceInstance', 'mine', 'ProvisionCallFailed');
    harness.clock.advance(1000);
    await harness.untilReason('ServiceInstance', 'mine', 'ClusterServiceBrokerReturnedFailure', 'Failed');
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilGone('ServiceInstance', 'mine');
    expect(harness.broker.calls().at(-1)).toMatch(/^DELETE/);
  });

  test.each<[string, Answer, string, string]>([
    ...[403, 404, 408, 409, 410, 422, 429].map((status): [string, Answer, string, string] => [
      String(status),
      { status, body: {} },
      'ProvisionCallFailed',
      `Status: ${status}; ErrorMessage: <nil>`,
    ]),
    ['401', { status: 401, text: 'no' }, 'ProvisionCallFailed', 'the body is not a JSON object'],
    ['a page instead of JSON', { status: 200, text: '<html>' }, 'ProvisionCallFailed', 'Status: 200'],
    ['a cut connection', 'cut', 'ErrorCallingProvision', 'The provision call failed and will be retried'],
  ])('with %s is tried again, with the same id', async (_case, answer, reason, message) => {
    harness.broker.script('PUT', /./, answer);
    if (answer === 'cut') harness.broker.script('PUT', /./, 'cut');
    await create();
    const failed = await harness.untilReason('ServiceInstance', 'mine', reason);
    expect(condition(failed)).toMatchObject({ status: 'False', message: expect.stringContaining(message) });
    expect(failed).toHaveProperty('status.deprovisionStatus', 'Required');
    const before = harness.broker.calls().length;
    harness.clock.advance(999);
    harness.clock.advance(1);
    await harness.until('ServiceInstance', 'mine', isReady);
    expect(new Set(harness.broker.calls())).toEqual(new Set(['PUT /v2/service_instances/id-1']));
    expect(harness.broker.calls()).toHaveLength(before + 1);
  });

  test('is not repeated before the pause is over, however often the instance is touched by others', async () => {
    harness.broker.script('PUT', /./, { status: 429, body: {}, headers: { 'Retry-After': '30' } });
    await create();
    await harness.untilReason('ServiceInstance', 'mine', 'ProvisionCallFailed');
    await harness.kube.patch(
      {
        apiVersion: 'servicecatalog.k8s.io/v1beta1',
        kind: 'ServiceInstance',
        namespace: NAMESPACE,
        name: 'mine',
      },
      { type: 'merge', body: { metadata: { annotations: { touched: 'yes' } } } },
    );
    harness.clock.advance(29_000);
    await harness.create('ServiceInstance', 'other', SPEC);
    await harness.until('ServiceInstance', 'other', isReady);
    expect(harness.broker.calls().filter((call) => call.endsWith('/id-1'))).toHaveLength(1);
    harness.clock.advance(1000);
    await harness.until('ServiceInstance', 'mine', isReady);
  });

  test('is deprovisioned when the instance is deleted meanwhile', async () => {
    harness.broker.script('PUT', /./, { status: 422, body: {} });
    await create();
    await harness.untilReason('ServiceInstance', 'mine', 'ProvisionCallFailed');
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilGone('ServiceInstance', 'mine');
    expect(harness.broker.seen.at(-1)).toMatchObject({
      method: 'DELETE',
      query: { service_id: 'db-id', plan_id: 'db-small-id', accepts_incomplete: 'true' },
    });
  });
});

describe('an asynchronous operation', () => {
  const accepted: Answer = { status: 202, body: { operation: 'op-1', dashboard_url: 'http://d' } };
  const state = (text: string, description?: string): Answer => ({
    status: 200,
    body: { state: text, ...(description === undefined ? {} : { description }) },
  });

  test('is polled until it succeeded', async () => {
    harness.broker.script('PUT', /./, accepted);
    harness.broker.script('GET', /last_operation$/, state('in progress', '10 %'), state('succeeded'));
    await create();
    const started = await harness.untilReason('ServiceInstance', 'mine', 'Provisioning');
    expect(started).toMatchObject({
      status: { asyncOpInProgress: true, lastOperation: 'op-1', dashboardURL: 'http://d' },
    });
    harness.clock.advance(1000);
    await harness.until(
      'ServiceInstance',
      'mine',
      (stored) => condition(stored)?.message.endsWith('asynchronously (10 %)') === true,
    );
    harness.clock.advance(2000);
    const ready = await harness.until('ServiceInstance', 'mine', isReady);
    expect(ready).toMatchObject({ status: { asyncOpInProgress: false, provisionStatus: 'Provisioned' } });
    expect(harness.broker.seen.at(-1)?.query).toEqual({
      operation: 'op-1',
      service_id: 'db-id',
      plan_id: 'db-small-id',
    });
  });

  test('that failed fails the instance, and what is left is taken back at once', async () => {
    harness.broker.script('PUT', /./, accepted);
    harness.broker.script('GET', /last_operation$/, state('failed', 'disk full'));
    await create();
    await harness.untilReason('ServiceInstance', 'mine', 'Provisioning');
    harness.clock.advance(1000);
    const failed = await harness.untilReason('ServiceInstance', 'mine', 'OrphanMitigationSuccessful');
    expect(condition(failed, 'Failed')).toMatchObject({ message: 'Provision call failed: disk full' });
    expect(harness.broker.calls().at(-1)).toMatch(/^DELETE/);
    const before = harness.broker.calls().length;
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilGone('ServiceInstance', 'mine');
    expect(harness.broker.calls()).toHaveLength(before);
  });

  test('is waited for before the instance is deprovisioned, asynchronously too', async () => {
    harness.broker.script('PUT', /./, accepted);
    harness.broker.script('GET', /last_operation$/, state('succeeded'), { status: 410, body: {} });
    harness.broker.script('DELETE', /./, { status: 202, body: {} });
    await create();
    await harness.untilReason('ServiceInstance', 'mine', 'Provisioning');
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilReason('ServiceInstance', 'mine', 'Deprovisioning');
    harness.clock.advance(1000);
    await harness.untilGone('ServiceInstance', 'mine');
  });

  test('is polled by a successor at once', async () => {
    harness.broker.script('PUT', /./, accepted);
    await create();
    await harness.untilReason('ServiceInstance', 'mine', 'Provisioning');
    harness.broker.script('GET', /last_operation$/, state('succeeded'));
    await harness.controller();
    await harness.until('ServiceInstance', 'mine', isReady);
  });
});

describe('an update', () => {
  beforeEach(async () => {
    await create({ ...SPEC, parameters: { size: 1 } });
    await harness.until('ServiceInstance', 'mine', isReady);
  });

  const updated = (): Promise<unknown> =>
    harness.untilReason('ServiceInstance', 'mine', 'InstanceUpdatedSuccessfully');

  test('sends a changed plan and nothing that stayed', async () => {
    await change({ clusterServicePlanExternalName: 'large' });
    await updated();
    const patch = harness.broker.seen.at(-1);
    expect(patch).toMatchObject({
      method: 'PATCH',
      body: { plan_id: 'db-large-id', previous_values: { plan_id: 'db-small-id', service_id: 'db-id' } },
    });
    expect(patch?.body).not.toHaveProperty('parameters');
    expect(await harness.get('ServiceInstance', 'mine')).toMatchObject({
      spec: { clusterServicePlanRef: { name: 'db-large-id' } },
      status: { externalProperties: { clusterServicePlanExternalName: 'large' } },
    });
  });

  test('sends an empty object when all parameters were taken away', async () => {
    await change({ parameters: null });
    await updated();
    expect(harness.broker.seen.at(-1)?.body).toMatchObject({ parameters: {} });
  });

  test('is sent when updateRequests is raised', async () => {
    await change({ updateRequests: 1 });
    await updated();
    expect(harness.broker.seen.at(-1)).toMatchObject({ method: 'PATCH' });
  });

  test('that is refused with 400 fails for good and keeps what the broker has', async () => {
    harness.broker.script('PATCH', /./, { status: 400, body: {} });
    await change({ parameters: { size: 2 } });
    const failed = await harness.untilReason('ServiceInstance', 'mine', 'UpdateInstanceCallFailed', 'Failed');
    expect(condition(failed)?.message).toContain('update will not be retried: Error updating');
    expect(failed).toMatchObject({
      status: { provisionStatus: 'Provisioned', externalProperties: { parameters: { size: 1 } } },
    });
  });

  test.each<[string, string, ...Answer[]]>([
    ...[401, 403, 404, 408, 409, 410, 422, 429, 500, 503].map((status): [string, string, Answer] => [
      String(status),
      'UpdateInstanceCallFailed',
      { status, body: {} },
    ]),
    ['a page instead of JSON', 'UpdateInstanceCallFailed', { status: 202, text: '<html>' }],
    ['no answer in time', 'ErrorCallingUpdateInstance', 'hang'],
    // The client itself asks twice.
    ['a cut connection', 'ErrorCallingUpdateInstance', 'cut', 'cut'],
  ])(
    'that meets %s is tried again, and the instance stays provisioned',
    async (_case, reason, ...answers) => {
      harness.broker.script('PATCH', /./, ...answers);
      await change({ parameters: { size: 2 } });
      const failed = await harness.untilReason('ServiceInstance', 'mine', reason);
      expect(condition(failed, 'Failed')).toBeUndefined();
      expect(failed).toHaveProperty('status.provisionStatus', 'Provisioned');
      harness.clock.advance(1000);
      await updated();
    },
  );
});

describe('parameters from Secrets', () => {
  const parametersFrom = [{ secretKeyRef: { name: 'secret', key: 'json' } }];

  test('reach the broker and are not shown', async () => {
    const stringData = { json: Buffer.from('{"password":"hunter2"}').toString('base64') };
    harness.kube.seed({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'secret', namespace: NAMESPACE },
      data: stringData,
    });
    await create({ ...SPEC, parametersFrom });
    const ready = await harness.until('ServiceInstance', 'mine', isReady);
    expect(harness.broker.seen.at(-1)?.body).toMatchObject({ parameters: { password: 'hunter2' } });
    expect(ready).toHaveProperty('status.externalProperties.parameters', { password: '<redacted>' });
    expect(JSON.stringify(ready)).not.toContain('hunter2');
  });

  test('that are missing are looked for again', async () => {
    await create({ ...SPEC, parametersFrom });
    const waiting = await harness.untilReason('ServiceInstance', 'mine', 'ErrorWithParameters');
    expect(condition(waiting)?.message).toContain('the key "json" of the Secret "secret" does not exist');
    expect(harness.broker.calls()).toEqual([]);
    harness.kube.seed({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'secret', namespace: NAMESPACE },
      data: { json: Buffer.from('{}').toString('base64') },
    });
    harness.clock.advance(1000);
    await harness.until('ServiceInstance', 'mine', isReady);
  });
});

test('an instance that is edited while the broker works keeps the answer, and is updated with what was edited', async () => {
  let edited: () => void = () => undefined;
  const after = new Promise<void>((resolve) => (edited = resolve));
  harness.broker.script('PUT', /./, { status: 201, body: { dashboard_url: 'http://d' }, after });
  await create({ ...SPEC, parameters: { size: 1 } });
  await harness.untilReason('ServiceInstance', 'mine', 'ProvisionRequestInFlight');
  await change({ parameters: { size: 2 } });
  edited();
  const updated = await harness.untilReason('ServiceInstance', 'mine', 'InstanceUpdatedSuccessfully');
  expect(harness.broker.seen.at(-1)).toMatchObject({ method: 'PATCH', body: { parameters: { size: 2 } } });
  expect(updated).toMatchObject({
    status: { dashboardURL: 'http://d', externalProperties: { parameters: { size: 2 } } },
  });
});

describe('a failed provision', () => {
  test('is repeated at once when its broker was fetched again, however long the pause would be', async () => {
    harness.broker.script('PUT', /./, { status: 422, body: {}, headers: { 'Retry-After': '900' } });
    await create();
    await harness.untilReason('ServiceInstance', 'mine', 'ProvisionCallFailed');
    await harness.kube.patch(
      { apiVersion: API_VERSION, kind: 'ClusterServiceBroker', name: 'broker' },
      { type: 'merge', body: { spec: { relistRequests: 1 } } },
    );
    await harness.until('ServiceInstance', 'mine', isReady);
  });

  test('leads to a deprovision when a refusal was not the first word, edits in between or not', async () => {
    harness.broker.script('PUT', /./, { status: 422, body: {} }, { status: 400, body: {} });
    await create();
    await harness.untilReason('ServiceInstance', 'mine', 'ProvisionCallFailed');
    await change({ parameters: { size: 2 } });
    await harness.untilReason('ServiceInstance', 'mine', 'ClusterServiceBrokerReturnedFailure', 'Failed');
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilGone('ServiceInstance', 'mine');
    expect(harness.broker.calls().map((call) => call.split(' ')[0])).toEqual(['PUT', 'PUT', 'DELETE']);
  });
});

test('a call whose answer could not be stored is not repeated at once', async () => {
  const isAnswer = ({ verb, object }: KubeCall): boolean => verb === 'update' && isReady(object);
  harness.kube.failNext(isAnswer, new KubeError('unavailable', 'no answer'), 2);
  await create();
  for (const [calls, pause] of [
    [1, 1000],
    [2, 2000],
  ] as const) {
    await harness.clock.scheduled(pause);
    expect(harness.broker.calls()).toHaveLength(calls);
    harness.clock.advance(pause);
  }
  await harness.until('ServiceInstance', 'mine', isReady);
  expect(harness.broker.calls()).toHaveLength(3);
});
