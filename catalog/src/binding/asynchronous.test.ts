import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '@mesitis/kube';
import { condition, Harness, isReady } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';
import type { Answer } from '../testing/scripted-broker.js';

const BINDING = /service_bindings\/[^/]+$/;
const LAST_OPERATION = /service_bindings\/[^/]+\/last_operation$/;
const ACCEPTED: Answer = { status: 202, body: { operation: 'op' } };

let harness: Harness;

beforeEach(async () => {
  await start('"bindable":true,"bindings_retrievable":true');
});

afterEach(async () => {
  await harness.stop();
});

async function start(flags: string): Promise<void> {
  const text = JSON.stringify(catalogOf('db', 'small')).replace('"bindable":true', flags);
  const timed = text.replace('"name":"small"', '"name":"small","maximum_polling_duration":60');
  harness = await Harness.start(JSON.parse(timed) as JsonObject);
  await harness.controller();
  await harness.register();
  await harness.create('ServiceInstance', 'mine', { clusterServiceClassExternalName: 'db' });
  await harness.until('ServiceInstance', 'mine', isReady);
}

const state = (name: string, description?: string, headers?: Record<string, string>): Answer => ({
  status: 200,
  body: { state: name, ...(description === undefined ? {} : { description }) },
  ...(headers === undefined ? {} : { headers }),
});

async function bind(): Promise<void> {
  await harness.create('ServiceBinding', 'creds', { instanceRef: { name: 'mine' } });
}

/** Binds asynchronously; the broker has the binding from the beginning. */
async function bindSlowly(...states: Answer[]): Promise<void> {
  harness.broker.script('PUT', BINDING, ACCEPTED);
  harness.broker.script('GET', LAST_OPERATION, ...states);
  const credentials = { uri: 'slow' };
  harness.broker.script('GET', BINDING, { status: 200, body: { credentials } });
  await bind();
  await harness.untilReason('ServiceBinding', 'creds', 'Binding');
}

async function pass(milliseconds: number): Promise<void> {
  await harness.clock.scheduled(milliseconds);
  harness.clock.advance(milliseconds);
}

const requests = (): string[] =>
  harness.broker.seen
    .filter(({ path }) => path.includes('service_bindings'))
    .map(({ method, path }) => (path.endsWith('last_operation') ? 'POLL' : method));

describe('an asynchronous bind', () => {
  test('is polled with its operation, then its credentials are read and delivered', async () => {
    await bindSlowly(state('in progress', 'half done'), state('succeeded'));
    const accepted = await harness.get('ServiceBinding', 'creds');
    expect(accepted).toMatchObject({
      status: {
        asyncOpInProgress: true,
        lastOperation: 'op',
        currentOperation: 'Bind',
        unbindStatus: 'Required',
      },
    });
    expect(condition(accepted)).toMatchObject({
      status: 'False',
      message: 'The binding is being created asynchronously',
    });
    await pass(1000);
    const told = await harness.until('ServiceBinding', 'creds', (stored) =>
      (condition(stored)?.message ?? '').includes('half'),
    );
    expect(condition(told)).toMatchObject({
      reason: 'Binding',
      message: 'The binding is being created asynchronously (half done)',
    });
    await pass(2000);
    const bound = await harness.until('ServiceBinding', 'creds', isReady);
    expect(bound).toMatchObject({
      status: { asyncOpInProgress: false, externalProperties: {}, binding: { name: 'creds' } },
    });
    expect(bound).not.toHaveProperty('status.lastOperation');
    expect(await harness.get('Secret', 'creds')).toMatchObject({ data: { uri: 'c2xvdw==' } });
    expect(requests()).toEqual(['PUT', 'POLL', 'POLL', 'GET']);
    expect(harness.broker.seen.find(({ path }) => path.endsWith('last_operation'))?.query).toEqual({
      operation: 'op',
      service_id: 'db-id',
      plan_id: 'db-small-id',
    });
  });

  test('is polled when the broker wishes, and on after answers that say nothing', async () => {
    await bindSlowly(
      state('in progress', undefined, { 'Retry-After': '30' }),
      { status: 404, body: {} },
      state('somehow'),
      state('succeeded'),
    );
    for (const pause of [1000, 30_000, 4000, 8000]) await pass(pause);
    await harness.until('ServiceBinding', 'creds', isReady);
  });

  test('that fails is taken back, and stays failed', async () => {
    await bindSlowly(state('failed', 'no space'));
    await pass(1000);
    const clean = await harness.untilReason('ServiceBinding', 'creds', 'OrphanMitigationSuccessful');
    expect(condition(clean, 'Failed')).toMatchObject({
      status: 'True',
      reason: 'BindCallFailed',
      message: 'Bind call failed: no space',
    });
    expect(requests()).toEqual(['PUT', 'POLL', 'DELETE']);
  });

  test('that is not done in the time of its plan has failed, and is taken back', async () => {
    await bindSlowly(...Array<Answer>(20).fill(state('in progress')));
    await harness.clock.scheduled(1000);
    harness.clock.advance(60_000);
    const clean = await harness.untilReason('ServiceBinding', 'creds', 'OrphanMitigationSuccessful');
    expect(condition(clean, 'Failed')).toMatchObject({
      reason: 'ErrorReconciliationRetryTimeout',
      message: 'Stopping reconciliation retries because too much time has elapsed',
    });
  });

  test('whose credentials can’t be read yet is asked again, and is not lost', async () => {
    harness.broker.script('GET', BINDING, { status: 503, body: {} });
    await bindSlowly(state('succeeded'));
    await pass(1000);
    const failed = await harness.untilReason('ServiceBinding', 'creds', 'FetchingBindingFailed');
    expect(condition(failed)?.message).toContain('Could not do a GET on binding resource: Status: 503');
    await pass(1000);
    await harness.until('ServiceBinding', 'creds', isReady);
    expect(requests()).toEqual(['PUT', 'POLL', 'GET', 'GET']);
  });

  test('is over before its deletion begins', async () => {
    await bindSlowly(state('in progress', 'soon'), state('succeeded'));
    await harness.remove('ServiceBinding', 'creds');
    await harness.until('ServiceBinding', 'creds', (stored) =>
      (condition(stored)?.message ?? '').includes('soon'),
    );
    await pass(1000);
    await harness.untilGone('ServiceBinding', 'creds');
    expect(requests()).toEqual(['PUT', 'POLL', 'POLL', 'DELETE']);
  });

  test.each([
    ['the class does not tell credentials', '"bindable":true', {}],
    ['it is switched off', '"bindable":true,"bindings_retrievable":true', { asyncBindingOperations: false }],
  ])('is not asked for where %s', async (_case, flags, features) => {
    await harness.stop();
    await start(flags);
    await harness.stopControllers();
    harness.features = features;
    await harness.controller();
    await bind();
    await harness.until('ServiceBinding', 'creds', isReady);
    expect(harness.broker.seen.at(-1)?.query).toEqual({});
  });
});

describe('an asynchronous unbind', () => {
  beforeEach(async () => {
    await bind();
    await harness.until('ServiceBinding', 'creds', isReady);
    harness.broker.script('DELETE', BINDING, ACCEPTED);
  });

  const polled: [string, Answer][] = [
    ['succeeded', state('succeeded')],
    ['410', { status: 410, body: {} }],
  ];
  test.each(polled)('ends when its poll says %s', async (_case, answer) => {
    harness.broker.script('GET', LAST_OPERATION, state('in progress', 'soon'), answer);
    await harness.remove('ServiceBinding', 'creds');
    const taken = await harness.untilReason('ServiceBinding', 'creds', 'Unbinding');
    expect(condition(taken)?.message).toBe('The binding is being deleted asynchronously');
    expect(await harness.get('Secret', 'creds')).toBeUndefined();
    await pass(1000);
    await pass(2000);
    await harness.untilGone('ServiceBinding', 'creds');
    expect(harness.broker.seen.find(({ method }) => method === 'DELETE')?.query).toEqual({
      accepts_incomplete: 'true',
      service_id: 'db-id',
      plan_id: 'db-small-id',
    });
  });

  test('that fails is asked for again', async () => {
    harness.broker.script('GET', LAST_OPERATION, state('failed'));
    await harness.remove('ServiceBinding', 'creds');
    await pass(1000);
    const failed = await harness.untilReason('ServiceBinding', 'creds', 'UnbindCallFailed');
    expect(condition(failed)).toMatchObject({
      status: 'Unknown',
      message: 'Unbind call failed: (no description provided)',
    });
    await pass(1000);
    await harness.untilGone('ServiceBinding', 'creds');
    expect(requests()).toEqual(['PUT', 'DELETE', 'POLL', 'DELETE']);
  });

  test('that is not done in the time of its plan is asked for again', async () => {
    harness.broker.script('GET', LAST_OPERATION, state('in progress'));
    await harness.remove('ServiceBinding', 'creds');
    await harness.clock.scheduled(1000);
    harness.clock.advance(60_000);
    await harness.untilReason('ServiceBinding', 'creds', 'AsyncOperationTimeout');
    await pass(1000);
    await harness.untilGone('ServiceBinding', 'creds');
  });
});
