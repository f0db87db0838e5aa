import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '@mesitis/kube';
import { Harness, isReady, object } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';
import type { Answer } from '../testing/scripted-broker.js';

const SPEC = {
  clusterServiceClassExternalName: 'db',
  clusterServicePlanExternalName: 'small',
  clusterServiceClassRef: { name: 'db-id' },
  clusterServicePlanRef: { name: 'db-small-id' },
  externalID: 'old',
  userInfo: null,
  parametersFrom: null,
  updateRequests: 0,
};
const HAD: JsonObject = {
  clusterServicePlanExternalName: 'small',
  clusterServicePlanExternalID: 'db-small-id',
};
const TIME = '2021-04-01T00:00:00Z';

function ready(status: string, reason: string): JsonObject {
  return { type: 'Ready', status, reason, message: 'as it was', lastTransitionTime: TIME };
}
function failed(reason: string): JsonObject {
  return { type: 'Failed', status: 'True', reason, message: 'as it was', lastTransitionTime: TIME };
}

/** A status as the archived controller serialises it: zero values and nulls included. */
function stored(fields: Record<string, Json>): Record<string, Json> {
  return {
    conditions: null,
    asyncOpInProgress: false,
    orphanMitigationInProgress: false,
    inProgressProperties: null,
    externalProperties: null,
    reconciledGeneration: 0,
    observedGeneration: 0,
    provisionStatus: '',
    deprovisionStatus: '',
    ...fields,
  };
}

const PROVISIONED = {
  provisionStatus: 'Provisioned',
  deprovisionStatus: 'Required',
  externalProperties: HAD,
  conditions: [ready('True', 'ProvisionedSuccessfully')],
  reconciledGeneration: 1,
  observedGeneration: 1,
};
const IN_FLIGHT = { operationStartTime: TIME, inProgressProperties: HAD, observedGeneration: 1 };

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start(catalogOf('db', 'small', 'large'));
  const setUp = await harness.controller();
  await harness.register();
  await setUp.stop();
});

afterEach(async () => {
  await harness.stop();
});

const methods = (): string[] => harness.broker.calls().map((call) => call.split(' ')[0] ?? '');

function seed(status: Record<string, Json>): void {
  const instance = object('ServiceInstance', 'mine', SPEC);
  const finalizers = ['kubernetes-incubator/service-catalog'];
  harness.kube.seed({
    ...instance,
    metadata: { ...instance.metadata, generation: 1, finalizers },
    status: stored(status),
  });
  if (status['provisionStatus'] === 'Provisioned') harness.broker.instances.add('old');
}

describe('an instance that the archived controller left', () => {
  test.each<[string, Record<string, Json>, string[]]>([
    ['untouched', {}, ['PUT']],
    ['initialised', { conditions: [], deprovisionStatus: 'NotRequired' }, ['PUT']],
    [
      'while it provisioned',
      {
        ...IN_FLIGHT,
        currentOperation: 'Provision',
        deprovisionStatus: 'Required',
        conditions: [ready('False', 'ProvisionRequestInFlight')],
      },
      ['PUT'],
    ],
    [
      'refused, to be tried again',
      {
        ...IN_FLIGHT,
        currentOperation: 'Provision',
        deprovisionStatus: 'NotRequired',
        conditions: [ready('False', 'ProvisionCallFailed')],
      },
      ['PUT'],
    ],
    [
      'while an orphan was taken back',
      {
        ...IN_FLIGHT,
        currentOperation: 'Provision',
        orphanMitigationInProgress: true,
        deprovisionStatus: 'Required',
        conditions: [ready('False', 'StartingInstanceOrphanMitigation')],
      },
      ['DELETE', 'PUT'],
    ],
    [
      'after it had given up on an orphan',
      {
        inProgressProperties: HAD,
        orphanMitigationInProgress: true,
        deprovisionStatus: 'Failed',
        conditions: [ready('Unknown', 'OrphanMitigationFailed')],
        observedGeneration: 1,
      },
      ['DELETE', 'PUT'],
    ],
    [
      'while it updated',
      {
        ...PROVISIONED,
        ...IN_FLIGHT,
        currentOperation: 'Update',
        conditions: [ready('False', 'UpdateInstanceRequestInFlight')],
      },
      ['PATCH'],
    ],
    [
      'while it polled, without saying for what',
      {
        ...PROVISIONED,
        asyncOpInProgress: true,
        lastOperation: 'op',
        conditions: [ready('False', 'UpdatingInstance')],
      },
      ['GET'],
    ],
    ['ready', PROVISIONED, []],
    ['ready, by an old version', { ...PROVISIONED, observedGeneration: 0, provisionStatus: '' }, []],
  ])('%s becomes ready', async (_case, status, calls) => {
    seed(status);
    const done: Answer = { status: 200, body: { state: 'succeeded' } };
    harness.broker.script('GET', /last_operation$/, done);
    await harness.controller();
    await harness.until('ServiceInstance', 'mine', isReady);
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilGone('ServiceInstance', 'mine');
    expect(methods()).toEqual([...calls, 'DELETE']);
    expect(harness.broker.instances.size).toBe(0);
  });

  test.each<[string, Record<string, Json>, string[]]>([
    ['untouched', {}, []],
    ['never provisioned', { conditions: [], deprovisionStatus: 'NotRequired' }, []],
    [
      'refused for good',
      {
        deprovisionStatus: 'NotRequired',
        conditions: [ready('False', 'ProvisionCallFailed'), failed('ClusterServiceBrokerReturnedFailure')],
      },
      [],
    ],
    [
      'provisioned, by an old version that noted no deprovisionStatus',
      { ...PROVISIONED, deprovisionStatus: '' },
      ['DELETE'],
    ],
    [
      'while it deprovisioned',
      {
        ...PROVISIONED,
        ...IN_FLIGHT,
        currentOperation: 'Deprovision',
        conditions: [ready('False', 'DeprovisionRequestInFlight')],
      },
      ['DELETE'],
    ],
    [
      'after it had given up on the deprovision',
      {
        ...PROVISIONED,
        deprovisionStatus: 'Failed',
        conditions: [ready('Unknown', 'DeprovisionCallFailed'), failed('ErrorReconciliationRetryTimeout')],
      },
      ['DELETE'],
    ],
    [
      'after it had given up on an orphan',
      {
        inProgressProperties: HAD,
        orphanMitigationInProgress: true,
        deprovisionStatus: 'Failed',
        conditions: [ready('Unknown', 'OrphanMitigationFailed')],
      },
      ['DELETE'],
    ],
    [
      'while it polled a deprovision',
      {
        ...PROVISIONED,
        ...IN_FLIGHT,
        asyncOpInProgress: true,
        currentOperation: 'Deprovision',
        conditions: [ready('False', 'Deprovisioning')],
      },
      ['GET'],
    ],
    ['deprovisioned', { provisionStatus: 'NotProvisioned', deprovisionStatus: 'Succeeded' }, []],
  ])('%s, and that is to be deleted, goes', async (_case, status, calls) => {
    seed(status);
    const done: Answer = { status: 200, body: { state: 'succeeded' } };
    harness.broker.script('GET', /last_operation$/, done);
    await harness.remove('ServiceInstance', 'mine');
    await harness.controller();
    await harness.untilGone('ServiceInstance', 'mine');
    expect(methods()).toEqual(calls);
  });
});
