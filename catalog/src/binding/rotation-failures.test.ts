import { afterEach, describe, expect, test } from '@jest/globals';
import { condition, isReady } from '../testing/harness.js';
import {
  FIRST,
  granted,
  HOUR_MS,
  LAST_OPERATION,
  RotatingBinding,
  statusOf,
  SUCCESSOR,
} from '../testing/rotating-binding.js';
import type { Answer } from '../testing/scripted-broker.js';

let rotating: RotatingBinding;

afterEach(async () => {
  await rotating.harness.stop();
});

describe('a rotation that fails', () => {
  test.each<[string, Answer, string[]]>([
    ['422', { status: 422, body: { error: 'ConcurrencyError' } }, ['PUT next', 'PUT next']],
    ['500', { status: 500, body: {} }, ['PUT next', 'DELETE next', 'PUT next']],
    ['no answer', 'hang', ['PUT next', 'DELETE next', 'PUT next']],
  ])(
    'with %s leaves the binding ready, nothing behind, and is tried again',
    async (_case, answer, expected) => {
      rotating = await RotatingBinding.start({});
      rotating.harness.broker.script('PUT', SUCCESSOR, answer, granted('second'));
      await rotating.annotate({ 'mesitis/rotate': '1' });
      const failed = await rotating.untilReason('BindCallFailed', 'Rotating');
      expect(isReady(failed)).toBe(true);
      if (expected.length > 2) {
        await rotating.harness.until(
          'ServiceBinding',
          'creds',
          (stored) => statusOf(stored)['predecessors'] === undefined,
        );
      }
      await rotating.harness.clock.scheduled(1000);
      rotating.harness.clock.advance(1000);
      const after = await rotating.rotated();
      expect(rotating.requests()).toEqual(expected);
      expect(statusOf(after)['predecessors']).toHaveLength(1);
      expect(await rotating.eventReasons()).toContain('BindCallFailed');
    },
  );

  test('because the broker does not know the predecessor any more becomes another bind', async () => {
    rotating = await RotatingBinding.start({});
    rotating.harness.broker.script('PUT', SUCCESSOR, { status: 400, body: {} }, granted('second'));
    await rotating.annotate({ 'mesitis/rotate': '1' });
    await rotating.rotated();
    const [named, plain] = rotating.harness.broker.seen.slice(-2);
    expect(named?.body).toHaveProperty('predecessor_binding_id', 'first');
    expect(plain?.body).toMatchObject({ parameters: { a: 1 } });
    expect(plain?.body).not.toHaveProperty('predecessor_binding_id');
    expect(plain?.path).toBe(named?.path);
  });

  test('because the broker wants none is shown, and tried again', async () => {
    rotating = await RotatingBinding.start({});
    rotating.harness.broker.script('PUT', SUCCESSOR, { status: 400 }, { status: 400 }, granted('second'));
    await rotating.annotate({ 'mesitis/rotate': '1' });
    const failed = await rotating.untilReason('BindCallFailed', 'Rotating');
    expect(isReady(failed)).toBe(true);
    await rotating.pass(1000);
    await rotating.rotated();
  });

  test('is tried again at once when it is asked for once more', async () => {
    rotating = await RotatingBinding.start({});
    rotating.harness.broker.script('PUT', SUCCESSOR, { status: 409, body: {} }, granted('second'));
    await rotating.annotate({ 'mesitis/rotate': '1' });
    await rotating.untilReason('BindCallFailed', 'Rotating');
    await rotating.annotate({ 'mesitis/rotate': '2' });
    await rotating.rotated();
  });

  test('at the end of the old credentials is shown, and repeated until they are gone', async () => {
    rotating = await RotatingBinding.start({});
    rotating.harness.broker.script('PUT', SUCCESSOR, granted('second'));
    rotating.harness.broker.script('DELETE', FIRST, { status: 500, body: {} });
    await rotating.annotate({ 'mesitis/rotate': '1' });
    await rotating.rotated();
    await rotating.pass(HOUR_MS);
    const failed = await rotating.untilReason('UnbindCallFailed', 'Retiring');
    expect(isReady(failed)).toBe(true);
    await rotating.pass(1000);
    const clean = await rotating.harness.until(
      'ServiceBinding',
      'creds',
      (stored) => statusOf(stored)['predecessors'] === undefined,
    );
    expect(condition(clean, 'Retiring')).toBeUndefined();
  });
});

describe('an asynchronous rotation', () => {
  const accepted: Answer = { status: 202, body: { operation: 'op' } };
  const state = (name: string): Answer => ({ status: 200, body: { state: name } });

  test('is polled, then the credentials are read and delivered', async () => {
    rotating = await RotatingBinding.start({});
    rotating.harness.broker.script('PUT', SUCCESSOR, accepted);
    rotating.harness.broker.script('GET', LAST_OPERATION, state('in progress'), state('succeeded'));
    rotating.harness.broker.script(
      'GET',
      SUCCESSOR,
      { status: 503 },
      { status: 200, body: { credentials: { uri: 'second' } } },
    );
    await rotating.annotate({ 'mesitis/rotate': '1' });
    await rotating.pass(1000);
    await rotating.pass(2000);
    const failed = await rotating.untilReason('FetchingBindingFailed', 'Rotating');
    expect(isReady(failed)).toBe(true);
    await rotating.pass(1000);
    await rotating.rotated();
    expect(await rotating.harness.get('Secret', 'creds')).toMatchObject({ data: { uri: 'c2Vjb25k' } });
    expect(rotating.harness.broker.seen.find(({ path }) => LAST_OPERATION.test(path))?.query).toMatchObject({
      operation: 'op',
    });
  });

  test.each<[string, Answer, number]>([
    ['fails', state('failed'), 1000],
    ['is not done in the time of its plan', state('in progress'), 60_000],
  ])('that %s is taken back, and another one asked for', async (_case, answer, pause) => {
    rotating = await RotatingBinding.start({});
    rotating.harness.broker.script('PUT', SUCCESSOR, accepted, granted('second'));
    rotating.harness.broker.script('GET', LAST_OPERATION, answer);
    await rotating.annotate({ 'mesitis/rotate': '1' });
    await rotating.harness.clock.scheduled(1000);
    rotating.harness.clock.advance(pause);
    await rotating.harness.until(
      'ServiceBinding',
      'creds',
      (stored) => statusOf(stored)['rotateAt'] !== undefined,
    );
    await rotating.harness.until(
      'ServiceBinding',
      'creds',
      (stored) => statusOf(stored)['predecessors'] === undefined,
    );
    await rotating.harness.clock.scheduled(2000);
    rotating.harness.clock.advance(2000);
    await rotating.rotated();
    expect(rotating.requests()).toEqual(['PUT next', 'GET next/last_operation', 'DELETE next', 'PUT next']);
  });

  test('takes the old binding back asynchronously too', async () => {
    rotating = await RotatingBinding.start({ annotations: { 'mesitis/rotation-overlap': '10s' } });
    rotating.harness.broker.script('PUT', SUCCESSOR, granted('second'));
    rotating.harness.broker.script('DELETE', FIRST, accepted);
    const poll = /service_bindings\/first\/last_operation$/;
    rotating.harness.broker.script('GET', poll, state('in progress'), state('succeeded'));
    await rotating.annotate({ 'mesitis/rotate': '1' });
    await rotating.rotated();
    await rotating.pass(10_000);
    await rotating.pass(1000);
    await rotating.pass(2000);
    await rotating.harness.until(
      'ServiceBinding',
      'creds',
      (stored) => statusOf(stored)['predecessors'] === undefined,
    );
    expect(rotating.harness.broker.bindings.has('first')).toBe(true);
  });
});
