import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from '@mesitis/kube';
import { API_VERSION, FINALIZER } from '../model/kinds.js';
import { condition, Harness, isReady, NAMESPACE, object } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';

const TIME = '2021-04-01T00:00:00Z';
const SPEC = {
  instanceRef: { name: 'mine' },
  externalID: 'old',
  secretName: 'old-secret',
  parametersFrom: null,
  secretTransforms: null,
  userInfo: null,
};

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
    unbindStatus: 'NotRequired',
    ...fields,
  };
}

const IN_FLIGHT = {
  currentOperation: 'Bind',
  operationStartTime: TIME,
  inProgressProperties: {},
  unbindStatus: 'Required',
  conditions: [ready('False', 'BindingRequestInFlight')],
};
const BOUND = {
  externalProperties: {},
  reconciledGeneration: 1,
  unbindStatus: 'Required',
  conditions: [ready('True', 'InjectedBindResult')],
};
const POLLED = { asyncOpInProgress: true, lastOperation: 'op' };

let harness: Harness;

beforeEach(async () => {
  const text = JSON.stringify(catalogOf('db', 'small'));
  const retrievable = text.replace('"bindable":true', '"bindable":true,"bindings_retrievable":true');
  harness = await Harness.start(JSON.parse(retrievable) as JsonObject);
  const setUp = await harness.controller();
  await harness.register();
  await harness.create('ServiceInstance', 'mine', { clusterServiceClassExternalName: 'db' });
  await harness.until('ServiceInstance', 'mine', isReady);
  await setUp.stop();
});

afterEach(async () => {
  await harness.stop();
});

/** Puts the binding there; the broker has it where there is something to unbind. */
async function seed(status: Record<string, Json>, { deleted = false } = {}): Promise<void> {
  const binding = object('ServiceBinding', 'creds', SPEC);
  harness.kube.seed({
    ...binding,
    metadata: { ...binding.metadata, generation: 1, finalizers: [FINALIZER] },
    status: stored(status),
  });
  const { unbindStatus } = status;
  if (unbindStatus === 'Required' || unbindStatus === 'Failed') harness.broker.bindings.add('old');
  if (deleted) await harness.remove('ServiceBinding', 'creds');
}

/** The requests about the binding. */
const requests = (): string[] =>
  harness.broker.seen
    .filter(({ path }) => path.includes('service_bindings'))
    .map(({ method, path }) => (path.endsWith('last_operation') ? 'POLL' : method));

describe('a binding that the archived controller left', () => {
  test.each<[string, Record<string, Json>, string[]]>([
    ['untouched', { unbindStatus: '' }, ['PUT']],
    ['initialised', { conditions: [] }, ['PUT']],
    ['while it was bound', IN_FLIGHT, ['PUT']],
    ['while its bind was polled', { ...IN_FLIGHT, ...POLLED }, ['POLL', 'GET']],
    [
      'with credentials that could not be written',
      { ...IN_FLIGHT, externalProperties: {}, conditions: [ready('False', 'ErrorInjectingBindResult')] },
      ['GET'],
    ],
    ['without its instance', { conditions: [ready('False', 'ReferencesNonexistentInstance')] }, ['PUT']],
    ['ready, and has lost its Secret', BOUND, ['GET']],
  ])('%s becomes ready', async (_case, status, expected) => {
    await seed(status);
    await harness.controller();
    await harness.until('Secret', 'old-secret', () => true);
    await harness.until('ServiceBinding', 'creds', isReady);
    expect(requests()).toEqual(expected);
    expect([...harness.broker.bindings]).toEqual(['old']);
  });

  test.each<[string, Record<string, Json>, string[]]>([
    ['that was never bound', { conditions: [ready('False', 'ErrorInstanceNotReady')] }, []],
    ['ready', BOUND, ['DELETE']],
    ['while it was unbound', { ...BOUND, currentOperation: 'Unbind', operationStartTime: TIME }, ['DELETE']],
    [
      'while its unbind was polled',
      { ...BOUND, ...POLLED, currentOperation: 'Unbind', operationStartTime: TIME },
      ['POLL'],
    ],
    [
      'and that it gave up unbinding',
      {
        ...BOUND,
        unbindStatus: 'Failed',
        conditions: [ready('Unknown', 'UnbindCallFailed'), failed('ErrorReconciliationRetryTimeout')],
      },
      ['DELETE'],
    ],
    [
      'and whose orphan it gave up on',
      {
        unbindStatus: 'Failed',
        orphanMitigationInProgress: true,
        conditions: [ready('Unknown', 'OrphanMitigationFailed'), failed('BindCallFailed')],
      },
      ['DELETE'],
    ],
  ])('%s goes when it is deleted', async (_case, status, expected) => {
    await seed(status, { deleted: true });
    await harness.controller();
    await harness.untilGone('ServiceBinding', 'creds');
    expect(requests()).toEqual(expected);
  });

  test('failed stays so, until somebody wants it tried again', async () => {
    await seed({
      unbindStatus: 'Succeeded',
      conditions: [ready('False', 'OrphanMitigationSuccessful'), failed('BindCallFailed')],
    });
    await harness.controller();
    const ref = { apiVersion: API_VERSION, kind: 'ServiceBinding', namespace: NAMESPACE, name: 'creds' };
    const annotations = { 'mesitis/retry': 'please' };
    await harness.kube.patch(ref, { type: 'merge', body: { metadata: { annotations } } });
    const bound = await harness.until('ServiceBinding', 'creds', isReady);
    expect(condition(bound, 'Failed')).toBeUndefined();
    expect(requests()).toEqual(['PUT']);
  });
});
