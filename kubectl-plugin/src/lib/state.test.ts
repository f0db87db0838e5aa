import { describe, expect, test } from '@jest/globals';
import { binding, failed, instance, ready } from '../testing/objects.js';
import { judgeGone, judgeReady } from './judgements.js';
import { brokersWords, stateOf, stateWord } from './state.js';

describe('stateOf', () => {
  const deleting = instance('x', [ready('False', 'Deprovisioning', 'going')]);
  deleting.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';

  test.each([
    ['nothing reported yet', instance('x', []), 'pending', 'Pending'],
    ['ready', instance(), 'ready', 'Ready'],
    ['not ready', instance('x', [ready('False', 'Provisioning')]), 'pending', 'Provisioning'],
    [
      'unknown',
      instance('x', [ready('Unknown', 'DeprovisionCallFailed')]),
      'pending',
      'DeprovisionCallFailed',
    ],
    ['asked', instance('x', [ready('False', 'ProvisionRequestInFlight')]), 'pending', 'Pending'],
    ['failed for good', instance('x', [ready('False', 'A'), failed('B', 'm')]), 'failed', 'Failed'],
    ['deleting', deleting, 'deleting', 'Deleting'],
  ])('%s', (_, object, kind, word) => {
    const state = stateOf(object);
    expect([state.kind, stateWord(state)]).toEqual([kind, word]);
  });

  test('survives what Go clients write for "nothing"', () => {
    expect(stateOf({ ...instance(), status: { conditions: null } }).kind).toBe('pending');
    expect(stateOf({ ...instance(), status: undefined }).kind).toBe('pending');
  });
});

describe('brokersWords', () => {
  const wrapped = (error: string, description: string): string =>
    `Error provisioning ServiceInstance of X: Status: 422; ErrorMessage: ${error}; Description: ${description}; ResponseError: <nil>`;

  test.each([
    [wrapped('RequiresApp', 'needs an app'), 'the broker answered 422: needs an app'],
    [wrapped('RequiresApp', '<nil>'), 'the broker answered 422: RequiresApp'],
    [wrapped('<nil>', '<nil>'), 'the broker answered 422'],
    [
      'The provision call failed and will be retried: Error communicating with broker for provisioning: connect ECONNREFUSED 127.0.0.1:1',
      'calling the broker failed: connect ECONNREFUSED 127.0.0.1:1',
    ],
    [
      'Communication with the ClusterServiceBroker timed out; operation will be retried: no answer within 60 s',
      'calling the broker failed: no answer within 60 s',
    ],
    [
      'Error unbinding from ServiceInstance "a/b" of ClusterServiceClass (K8S: "3" ExternalName: "x") at ClusterServiceBroker "api": read ECONNRESET',
      'calling the broker failed: read ECONNRESET',
    ],
    ['The instance is being provisioned', 'The instance is being provisioned'],
  ])('finds what the broker said in %j', (message, expected) => {
    expect(brokersWords(message)).toBe(expected);
  });
});

describe('judgeGone', () => {
  const present = { ...binding(), metadata: { name: 'b', uid: '1' } };

  test('is met when the object is gone, or another one has its name', () => {
    expect(judgeGone('1')(undefined)).toEqual({ kind: 'met' });
    expect(judgeGone('1')({ ...present, metadata: { name: 'b', uid: '2' } })).toEqual({ kind: 'met' });
  });

  test('does not repeat the message of the time before', () => {
    const leaving = {
      ...present,
      metadata: { ...present.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    };
    expect(judgeGone('1')(leaving)).toMatchObject({
      kind: 'waiting',
      what: 'waiting for the platform to take it down',
    });
    expect(judgeGone('1')(present)).toMatchObject({ what: 'waiting for someone to delete it' });
  });
});

describe('judgeReady', () => {
  test.each([
    [[], 'waiting for the platform'],
    [
      [
        ready(
          'False',
          'ProvisionRequestInFlight',
          'Provision request for ServiceInstance in-flight to Broker',
        ),
      ],
      'waiting for the broker',
    ],
    [
      [ready('False', 'Provisioning', 'The instance is being provisioned asynchronously (3 of 5 nodes)')],
      'the broker is working on it (3 of 5 nodes)',
    ],
    [
      [ready('False', 'ErrorInstanceNotReady', 'Binding cannot begin because …')],
      'waiting for the instance to be ready',
    ],
    [[ready('False', 'ErrorCallingProvision', 'connection refused')], 'trying again: connection refused'],
  ])('tells in plain words what is awaited: %#', (conditions, what) => {
    const judge = judgeReady({ kind: 'instance', name: 'x' });
    expect(judge(instance('x', conditions))).toMatchObject({ kind: 'waiting', what });
  });
});
