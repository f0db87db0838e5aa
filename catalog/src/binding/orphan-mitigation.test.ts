import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { API_VERSION } from '../model/kinds.js';
import { condition, Harness, isReady, NAMESPACE } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';
import type { Answer } from '../testing/scripted-broker.js';

const BINDINGS = /service_bindings/;

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start(catalogOf('db', 'small'));
  await harness.controller();
  await harness.register();
  await harness.create('ServiceInstance', 'mine', { clusterServiceClassExternalName: 'db' });
  await harness.until('ServiceInstance', 'mine', isReady);
});

afterEach(async () => {
  await harness.stop();
});

async function bind(): Promise<void> {
  await harness.create('ServiceBinding', 'creds', { instanceRef: { name: 'mine' } });
}

async function annotate(annotations: Record<string, string>): Promise<void> {
  const ref = { apiVersion: API_VERSION, kind: 'ServiceBinding', namespace: NAMESPACE, name: 'creds' };
  await harness.kube.patch(ref, { type: 'merge', body: { metadata: { annotations } } });
}

const methods = (): string[] =>
  harness.broker.seen.filter(({ path }) => BINDINGS.test(path)).map(({ method }) => method);

const failed = (): Promise<KubeObject> =>
  harness.untilReason('ServiceBinding', 'creds', 'ServiceBindingReturnedFailure', 'Failed');

describe('a bind with an open end', () => {
  test.each<[string, Answer]>([
    ['500', { status: 500, body: {} }],
    ['503', { status: 503, text: 'down' }],
    ['201 with a page', { status: 201, text: '<html>' }],
    ['202 although it was asked to be synchronous', { status: 202, body: {} }],
    ['204', { status: 204 }],
    ['no answer in time', 'hang'],
  ])('%s is taken back at once, then tried again by the same id', async (_case, answer) => {
    harness.broker.script('PUT', BINDINGS, answer);
    await bind();
    const started = await harness.untilReason(
      'ServiceBinding',
      'creds',
      'BindCallFailed',
      'OrphanMitigation',
    );
    expect(condition(started)).toMatchObject({
      status: 'False',
      reason: 'ServiceBindingNeedsOrphanMitigation',
      message: 'Starting orphan mitigation',
    });
    expect(started).toMatchObject({
      status: {
        orphanMitigationInProgress: true,
        currentOperation: 'Bind',
        // What svcat shows.
        lastConditionState: 'ServiceBindingNeedsOrphanMitigation',
      },
    });
    const clean = await harness.untilReason('ServiceBinding', 'creds', 'OrphanMitigationSuccessful');
    expect(condition(clean, 'OrphanMitigation')).toBeUndefined();
    expect(clean).toMatchObject({ status: { orphanMitigationInProgress: false, unbindStatus: 'Succeeded' } });
    await harness.clock.scheduled(1000);
    harness.clock.advance(1000);
    await harness.until('ServiceBinding', 'creds', isReady);
    expect(methods()).toEqual(['PUT', 'DELETE', 'PUT']);
    expect(harness.broker.bindings.size).toBe(1);
  });

  test('is taken back until that works', async () => {
    harness.broker.script('PUT', BINDINGS, { status: 500, body: {} });
    harness.broker.script('DELETE', BINDINGS, { status: 500, body: {} }, { status: 503, body: {} });
    await bind();
    const stuck = await harness.untilReason('ServiceBinding', 'creds', 'UnbindCallFailed');
    expect(condition(stuck)?.status).toBe('Unknown');
    for (const pause of [1000, 2000]) {
      await harness.clock.scheduled(pause);
      harness.clock.advance(pause);
    }
    await harness.until('ServiceBinding', 'creds', isReady);
    expect(methods()).toEqual(['PUT', 'DELETE', 'DELETE', 'DELETE', 'PUT']);
  });

  test('becomes an ordinary unbind when the binding is deleted meanwhile', async () => {
    harness.broker.script('PUT', BINDINGS, { status: 500, body: {} });
    harness.broker.script('DELETE', BINDINGS, { status: 503, body: {} });
    await bind();
    await harness.untilReason('ServiceBinding', 'creds', 'UnbindCallFailed');
    await harness.remove('ServiceBinding', 'creds');
    await harness.clock.scheduled(1000);
    harness.clock.advance(1000);
    await harness.untilGone('ServiceBinding', 'creds');
    expect(methods()).toEqual(['PUT', 'DELETE', 'DELETE']);
  });

  test('that Service Catalog gave up on is taken back, and stays failed', async () => {
    await bind();
    const stored = (await harness.until('ServiceBinding', 'creds', isReady)) as KubeObject & {
      status: JsonObject;
    };
    await harness.stopControllers();
    const given = { status: 'True', lastTransitionTime: '2021-01-01T00:00:00Z', message: 'm' };
    await harness.kube.update(
      {
        ...stored,
        status: {
          conditions: [
            { ...given, type: 'Ready', status: 'Unknown', reason: 'OrphanMitigationFailed' },
            { ...given, type: 'Failed', reason: 'BindCallFailed' },
          ],
          orphanMitigationInProgress: true,
          unbindStatus: 'Failed',
        },
      },
      { subresource: 'status' },
    );
    await harness.controller();
    const clean = await harness.untilReason('ServiceBinding', 'creds', 'OrphanMitigationSuccessful');
    expect(condition(clean, 'Failed')).toMatchObject({ status: 'True' });
    expect(harness.broker.bindings.size).toBe(0);
  });
});

describe('requests by annotation', () => {
  test('a bind that failed for good is tried again, once for each text', async () => {
    harness.broker.script('PUT', BINDINGS, { status: 400, body: {} }, { status: 400, body: {} });
    await bind();
    await failed();
    await annotate({ 'mesitis/retry': '1' });
    await harness.until(
      'ServiceBinding',
      'creds',
      (stored) => methods().length === 2 && condition(stored, 'Failed') !== undefined,
    );
    await annotate({ 'mesitis/retry': '2' });
    const bound = await harness.until('ServiceBinding', 'creds', isReady);
    expect(condition(bound, 'Failed')).toBeUndefined();
    expect(bound).toMatchObject({ status: { answeredRequests: { retry: '2' } } });
  });

  test('retry ends the pause of an unbind', async () => {
    await bind();
    await harness.until('ServiceBinding', 'creds', isReady);
    harness.broker.script('DELETE', BINDINGS, { status: 500, body: {} });
    await harness.remove('ServiceBinding', 'creds');
    await harness.untilReason('ServiceBinding', 'creds', 'UnbindCallFailed');
    await annotate({ 'mesitis/retry': 'now' });
    await harness.untilGone('ServiceBinding', 'creds');
  });

  test('abandon lets go of what the broker does not take back, the Secret included', async () => {
    await bind();
    await harness.until('ServiceBinding', 'creds', isReady);
    harness.broker.script('DELETE', BINDINGS, 'hang', 'hang');
    await harness.remove('ServiceBinding', 'creds');
    await harness.untilReason('ServiceBinding', 'creds', 'UnbindCallFailed');
    await annotate({ 'mesitis/abandon': 'the broker is gone' });
    await harness.untilGone('ServiceBinding', 'creds');
    expect(await harness.get('Secret', 'creds')).toBeUndefined();
    const { items } = await harness.kube.list({ apiVersion: 'v1', kind: 'Event', namespace: NAMESPACE });
    expect(items).toContainEqual(
      expect.objectContaining({
        reason: 'Abandoned',
        message: expect.stringContaining(': the broker is gone. What the broker still has stays there.'),
      }),
    );
  });

  test('abandon lets a binding go whose instance is gone', async () => {
    await bind();
    await harness.until('ServiceBinding', 'creds', isReady);
    const ref = { apiVersion: API_VERSION, kind: 'ServiceInstance', namespace: NAMESPACE, name: 'mine' };
    await harness.kube.patch(ref, { type: 'merge', body: { metadata: { finalizers: null } } });
    await harness.remove('ServiceInstance', 'mine');
    await harness.remove('ServiceBinding', 'creds');
    await harness.untilReason('ServiceBinding', 'creds', 'ReferencesNonexistentInstance');
    await annotate({ 'mesitis/abandon': 'nothing is left' });
    await harness.untilGone('ServiceBinding', 'creds');
  });

  test('abandon without a deletion does nothing', async () => {
    await bind();
    await harness.until('ServiceBinding', 'creds', isReady);
    await annotate({ 'mesitis/abandon': 'too early' });
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilReason('ServiceInstance', 'mine', 'DeprovisionBlockedByExistingCredentials');
    expect(harness.broker.bindings.size).toBe(1);
  });
});

describe('an unbind', () => {
  test.each<[string, Answer]>([
    ['200 without a body', { status: 200 }],
    ['200 with a page', { status: 200, text: '<html>' }],
    ['410 without a body', { status: 410 }],
    ['410 with a page', { status: 410, text: 'gone' }],
  ])('is over with %s', async (_case, answer) => {
    await bind();
    await harness.until('ServiceBinding', 'creds', isReady);
    harness.broker.script('DELETE', BINDINGS, answer);
    await harness.remove('ServiceBinding', 'creds');
    await harness.untilGone('ServiceBinding', 'creds');
    expect(methods()).toEqual(['PUT', 'DELETE']);
  });
});
