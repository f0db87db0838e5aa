import { afterEach, describe, expect, test } from '@jest/globals';
import { condition, isReady, NAMESPACE } from '../testing/harness.js';
import {
  at,
  FIRST,
  granted,
  holds,
  HOUR_MS,
  RotatingBinding,
  statusOf,
  SUCCESSOR,
} from '../testing/rotating-binding.js';

let rotating: RotatingBinding;

afterEach(async () => {
  await rotating.harness.stop();
});

describe('a rotation', () => {
  test('is asked for by annotation: a successor’s credentials, and after the overlap the end of the old ones', async () => {
    rotating = await RotatingBinding.start({});
    rotating.harness.broker.script('PUT', SUCCESSOR, granted('second'));
    await rotating.annotate({ 'mesitis/rotate': '1' });
    const after = await rotating.rotated();
    expect(await rotating.harness.get('Secret', 'creds')).toMatchObject({ data: { uri: 'c2Vjb25k' } });
    expect(statusOf(after)).toMatchObject({
      answeredRequests: { rotate: '1' },
      predecessors: [{ id: 'first', unbindAt: '2026-01-01T01:00:00Z' }],
      unbindStatus: 'Required',
      lastConditionState: 'Ready',
    });
    expect(after).toHaveProperty('spec.externalID', 'first');
    expect(statusOf(after)).not.toHaveProperty('successor');
    expect(rotating.harness.broker.seen.at(-1)).toMatchObject({
      method: 'PUT',
      query: { accepts_incomplete: 'true' },
      body: {
        service_id: 'db-id',
        plan_id: 'db-small-id',
        predecessor_binding_id: 'first',
        context: { platform: 'kubernetes', namespace: NAMESPACE },
      },
    });
    expect(rotating.harness.broker.seen.at(-1)?.body).not.toHaveProperty('parameters');
    await rotating.pass(HOUR_MS);
    await rotating.harness.until(
      'ServiceBinding',
      'creds',
      (stored) => statusOf(stored)['predecessors'] === undefined,
    );
    expect(rotating.requests()).toEqual(['PUT next', 'DELETE first']);
    expect(await rotating.eventReasons()).toContain('BindingRotated');
  });

  test('keeps the binding ready all the time, and shows what it is at in front of that', async () => {
    rotating = await RotatingBinding.start({});
    let answer: (value?: unknown) => void = () => undefined;
    const after = new Promise((resolve) => (answer = resolve));
    rotating.harness.broker.script('PUT', SUCCESSOR, {
      status: 201,
      body: { credentials: { uri: 'second' } },
      after,
    });
    await rotating.annotate({ 'mesitis/rotate': '1' });
    const during = await rotating.untilReason('RotationInFlight', 'Rotating');
    expect(statusOf(during)).toMatchObject({
      conditions: [
        { type: 'Rotating', status: 'True' },
        { type: 'Ready', status: 'True', reason: 'InjectedBindResult' },
      ],
      lastConditionState: 'Ready',
      successor: { id: expect.stringMatching(/^id-/) },
    });
    answer();
    expect(statusOf(await rotating.rotated())['conditions']).toMatchObject([
      { type: 'Ready', status: 'True' },
    ]);
  });

  test.each([
    ['expires_at', { expires_at: at(9 * HOUR_MS) }],
    ['renew_before, which is sooner', { expires_at: at(20 * HOUR_MS), renew_before: at(9 * HOUR_MS) }],
  ])('is due at two thirds of the time until %s', async (_case, metadata) => {
    rotating = await RotatingBinding.start({ metadata });
    rotating.harness.broker.script('GET', FIRST, {
      status: 200,
      body: { credentials: { uri: 'first' }, metadata },
    });
    rotating.harness.broker.script('PUT', SUCCESSOR, granted('second', { expires_at: at(18 * HOUR_MS) }));
    expect(statusOf(await rotating.harness.get('ServiceBinding', 'creds'))['rotateAt']).toBe(
      '2026-01-01T06:00:00Z',
    );
    await rotating.pass(6 * HOUR_MS);
    expect(statusOf(await rotating.rotated())).toMatchObject({
      credentialsExpireAt: '2026-01-01T18:00:00Z',
      rotateAt: '2026-01-01T14:00:00Z',
    });
    expect(rotating.requests()).toEqual(['GET first', 'PUT next']);
  });

  test('is put off when the broker has prolonged the credentials', async () => {
    rotating = await RotatingBinding.start({ metadata: { expires_at: at(9 * HOUR_MS) } });
    const metadata = { expires_at: at(12 * HOUR_MS) };
    rotating.harness.broker.script('GET', FIRST, {
      status: 200,
      body: { credentials: { uri: 'first' }, metadata },
    });
    await rotating.pass(6 * HOUR_MS);
    const later = await rotating.harness.until(
      'ServiceBinding',
      'creds',
      (stored) => statusOf(stored)['rotateAt'] === '2026-01-01T10:00:00Z',
    );
    expect(statusOf(later)).not.toHaveProperty('successor');
    expect(rotating.requests()).toEqual(['GET first']);
  });

  test('of a plan that knows no rotation is another bind', async () => {
    rotating = await RotatingBinding.start({ rotatable: false });
    rotating.harness.broker.script('PUT', SUCCESSOR, granted('second'));
    await rotating.annotate({ 'mesitis/rotate': '1' });
    await rotating.rotated();
    expect(rotating.harness.broker.seen.at(-1)?.body).toMatchObject({ parameters: { a: 1 } });
    expect(rotating.harness.broker.seen.at(-1)?.body).not.toHaveProperty('predecessor_binding_id');
  });

  test('of credentials that have ended names no predecessor', async () => {
    rotating = await RotatingBinding.start({ metadata: { expires_at: at(1000) } });
    rotating.harness.broker.script('PUT', SUCCESSOR, granted('second'));
    await rotating.pass(1000);
    await rotating.pass(59_000);
    await rotating.rotated();
    expect(rotating.harness.broker.seen.at(-1)?.body).not.toHaveProperty('predecessor_binding_id');
  });

  test('that was asked for before the bind is none', async () => {
    rotating = await RotatingBinding.start({ annotations: { 'mesitis/rotate': 'from the manifest' } });
    await rotating.annotate({ 'mesitis/rotation-overlap': '1m' });
    rotating.harness.broker.script('PUT', SUCCESSOR, granted('second'));
    await rotating.annotate({ 'mesitis/rotate': 'later' });
    expect(statusOf(await rotating.rotated())).toMatchObject({
      predecessors: [{ id: 'first', unbindAt: '2026-01-01T00:01:00Z' }],
    });
    expect(rotating.requests()).toEqual(['PUT next']);
  });

  test('gives a binding credentials whose own are not to be had any more', async () => {
    rotating = await RotatingBinding.start({ retrievable: false });
    rotating.harness.broker.script('PUT', FIRST, { status: 409, body: {} });
    rotating.harness.clock.advance(5000);
    await rotating.harness.remove('Secret', 'creds');
    await rotating.untilReason('BindCallFailed');
    rotating.harness.broker.script('PUT', SUCCESSOR, granted('second'));
    await rotating.annotate({ 'mesitis/rotate': '1' });
    await rotating.harness.until('Secret', 'creds', holds('second'));
    await rotating.harness.until('ServiceBinding', 'creds', isReady);
  });

  test('makes the Secret’s repair ask for the successor', async () => {
    rotating = await RotatingBinding.start({});
    rotating.harness.broker.script('PUT', SUCCESSOR, granted('second'));
    await rotating.annotate({ 'mesitis/rotate': '1' });
    await rotating.rotated();
    rotating.harness.clock.advance(5000);
    rotating.harness.broker.script('GET', SUCCESSOR, {
      status: 200,
      body: { credentials: { uri: 'second' } },
    });
    await rotating.harness.remove('Secret', 'creds');
    await rotating.harness.until('Secret', 'creds', holds('second'));
    expect(rotating.requests()).toEqual(['PUT next', 'GET next']);
  });
});

describe('a deletion', () => {
  test('takes the old binding back without waiting for the overlap, then the one in use', async () => {
    rotating = await RotatingBinding.start({});
    await rotating.annotate({ 'mesitis/rotate': '1' });
    await rotating.rotated();
    await rotating.harness.remove('ServiceBinding', 'creds');
    await rotating.harness.untilGone('ServiceBinding', 'creds');
    expect(rotating.requests()).toEqual(['PUT next', 'DELETE first', 'DELETE next']);
    expect(rotating.harness.broker.bindings.size).toBe(0);
    expect(await rotating.harness.get('Secret', 'creds')).toBeUndefined();
  });

  test('in the middle of a rotation leaves nothing behind', async () => {
    rotating = await RotatingBinding.start({});
    rotating.harness.broker.script('PUT', SUCCESSOR, { status: 409, body: {} });
    await rotating.annotate({ 'mesitis/rotate': '1' });
    await rotating.untilReason('BindCallFailed', 'Rotating');
    await rotating.harness.remove('ServiceBinding', 'creds');
    await rotating.harness.untilGone('ServiceBinding', 'creds');
    expect(rotating.requests()).toEqual(['PUT next', 'DELETE next', 'DELETE first']);
  });

  test('is held up by an old binding that the broker does not take back', async () => {
    rotating = await RotatingBinding.start({});
    rotating.harness.broker.script('DELETE', FIRST, { status: 500, body: {} });
    await rotating.annotate({ 'mesitis/rotate': '1' });
    await rotating.rotated();
    await rotating.harness.remove('ServiceBinding', 'creds');
    const failed = await rotating.untilReason('UnbindCallFailed');
    expect(condition(failed)?.status).toBe('Unknown');
    expect(await rotating.harness.get('Secret', 'creds')).toBeUndefined();
    await rotating.pass(1000);
    await rotating.harness.untilGone('ServiceBinding', 'creds');
  });
});
