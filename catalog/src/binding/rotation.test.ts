import { afterEach, describe, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { API_VERSION } from '../model/kinds.js';
import { condition, Harness, isReady, NAMESPACE, object } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';
import type { Answer } from '../testing/scripted-broker.js';

const FIRST = /service_bindings\/first$/;
const SUCCESSOR = /service_bindings\/id-\d+$/;
const LAST_OPERATION = /service_bindings\/id-\d+\/last_operation$/;
const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 0, 1);

let harness: Harness;

afterEach(async () => {
  await harness.stop();
});

interface World {
  /** OSB `metadata` of the first bind. */
  metadata?: JsonObject;
  annotations?: Record<string, string>;
  rotatable?: boolean;
  retrievable?: boolean;
}

/** A binding that is ready, with `uri: first` in its Secret. */
async function start({
  metadata,
  annotations = {},
  rotatable = true,
  retrievable = true,
}: World): Promise<void> {
  const catalog = JSON.stringify(catalogOf('db', 'small'))
    .replace('"bindable":true', `"bindable":true,"bindings_retrievable":${retrievable}`)
    .replace(
      '"name":"small"',
      `"name":"small","maximum_polling_duration":60,"binding_rotatable":${rotatable}`,
    );
  harness = await Harness.start(JSON.parse(catalog) as JsonObject);
  await harness.controller();
  await harness.register();
  await harness.create('ServiceInstance', 'mine', { clusterServiceClassExternalName: 'db' });
  await harness.until('ServiceInstance', 'mine', isReady);
  harness.broker.script('PUT', FIRST, granted('first', metadata));
  harness.broker.bindings.add('first');
  const spec = { instanceRef: { name: 'mine' }, externalID: 'first', parameters: { a: 1 } };
  const binding = object('ServiceBinding', 'creds', spec);
  await harness.kube.create({ ...binding, metadata: { ...binding.metadata, annotations } });
  await harness.until('ServiceBinding', 'creds', isReady);
}

const granted = (uri: string, metadata?: JsonObject): Answer => ({
  status: 201,
  body: { credentials: { uri }, ...(metadata === undefined ? {} : { metadata }) },
});

const at = (milliseconds: number): string => new Date(START + milliseconds).toISOString();

async function annotate(annotations: Record<string, string>): Promise<void> {
  const ref = { apiVersion: API_VERSION, kind: 'ServiceBinding', namespace: NAMESPACE, name: 'creds' };
  await harness.kube.patch(ref, { type: 'merge', body: { metadata: { annotations } } });
}

async function pass(milliseconds: number): Promise<void> {
  await harness.clock.scheduled(milliseconds);
  harness.clock.advance(milliseconds);
}

const holds =
  (uri: string) =>
  (secret: KubeObject): boolean =>
    (secret['data'] as JsonObject)['uri'] === Buffer.from(uri).toString('base64');

const statusOf = (stored: KubeObject | undefined): JsonObject => stored?.['status'] as JsonObject;

/** The binding once its successor's credentials are delivered. */
const rotated = (): Promise<KubeObject> =>
  harness.until('ServiceBinding', 'creds', (stored) => statusOf(stored)['currentBindingID'] !== undefined);

/** The requests about bindings since the first. */
const requests = (): string[] =>
  harness.broker.seen
    .filter(({ path }) => path.includes('service_bindings'))
    .slice(1)
    .map(
      ({ method, path }) =>
        `${method} ${path.replace(/^.*service_bindings\//, '').replace(/id-\d+/, 'next')}`,
    );

const eventReasons = async (): Promise<unknown[]> => {
  const { items } = await harness.kube.list({ apiVersion: 'v1', kind: 'Event', namespace: NAMESPACE });
  return items.map((event) => event['reason']);
};

describe('a rotation', () => {
  test('is asked for by annotation: a successor’s credentials, and after the overlap the end of the old ones', async () => {
    await start({});
    harness.broker.script('PUT', SUCCESSOR, granted('second'));
    await annotate({ 'mesitis/rotate': '1' });
    const after = await rotated();
    expect(await harness.get('Secret', 'creds')).toMatchObject({ data: { uri: 'c2Vjb25k' } });
    expect(statusOf(after)).toMatchObject({
      answeredRequests: { rotate: '1' },
      predecessors: [{ id: 'first', unbindAt: '2026-01-01T01:00:00Z' }],
      unbindStatus: 'Required',
      lastConditionState: 'Ready',
    });
    expect(after).toHaveProperty('spec.externalID', 'first');
    expect(statusOf(after)).not.toHaveProperty('successor');
    expect(harness.broker.seen.at(-1)).toMatchObject({
      method: 'PUT',
      query: { accepts_incomplete: 'true' },
      body: {
        service_id: 'db-id',
        plan_id: 'db-small-id',
        predecessor_binding_id: 'first',
        context: { platform: 'kubernetes', namespace: NAMESPACE },
      },
    });
    expect(harness.broker.seen.at(-1)?.body).not.toHaveProperty('parameters');
    await pass(HOUR_MS);
    await harness.until(
      'ServiceBinding',
      'creds',
      (stored) => statusOf(stored)['predecessors'] === undefined,
    );
    expect(requests()).toEqual(['PUT next', 'DELETE first']);
    expect(await eventReasons()).toContain('BindingRotated');
  });

  test('keeps the binding ready all the time, and shows what it is at in front of that', async () => {
    await start({});
    let answer: (value?: unknown) => void = () => undefined;
    const after = new Promise((resolve) => (answer = resolve));
    harness.broker.script('PUT', SUCCESSOR, { status: 201, body: { credentials: { uri: 'second' } }, after });
    await annotate({ 'mesitis/rotate': '1' });
    const during = await harness.untilReason('ServiceBinding', 'creds', 'RotationInFlight', 'Rotating');
    expect(statusOf(during)).toMatchObject({
      conditions: [
        { type: 'Rotating', status: 'True' },
        { type: 'Ready', status: 'True', reason: 'InjectedBindResult' },
      ],
      lastConditionState: 'Ready',
      successor: { id: expect.stringMatching(/^id-/) },
    });
    answer();
    expect(statusOf(await rotated())['conditions']).toMatchObject([{ type: 'Ready', status: 'True' }]);
  });

  test.each([
    ['expires_at', { expires_at: at(9 * HOUR_MS) }],
    ['renew_before, which is sooner', { expires_at: at(20 * HOUR_MS), renew_before: at(9 * HOUR_MS) }],
  ])('is due at two thirds of the time until %s', async (_case, metadata) => {
    await start({ metadata });
    harness.broker.script('GET', FIRST, { status: 200, body: { credentials: { uri: 'first' }, metadata } });
    harness.broker.script('PUT', SUCCESSOR, granted('second', { expires_at: at(18 * HOUR_MS) }));
    expect(statusOf(await harness.get('ServiceBinding', 'creds'))['rotateAt']).toBe('2026-01-01T06:00:00Z');
    await pass(6 * HOUR_MS);
    expect(statusOf(await rotated())).toMatchObject({
      credentialsExpireAt: '2026-01-01T18:00:00Z',
      rotateAt: '2026-01-01T14:00:00Z',
    });
    expect(requests()).toEqual(['GET first', 'PUT next']);
  });

  test('is put off when the broker has prolonged the credentials', async () => {
    await start({ metadata: { expires_at: at(9 * HOUR_MS) } });
    const metadata = { expires_at: at(12 * HOUR_MS) };
    harness.broker.script('GET', FIRST, { status: 200, body: { credentials: { uri: 'first' }, metadata } });
    await pass(6 * HOUR_MS);
    const later = await harness.until(
      'ServiceBinding',
      'creds',
      (stored) => statusOf(stored)['rotateAt'] === '2026-01-01T10:00:00Z',
    );
    expect(statusOf(later)).not.toHaveProperty('successor');
    expect(requests()).toEqual(['GET first']);
  });

  test('of a plan that knows no rotation is another bind', async () => {
    await start({ rotatable: false });
    harness.broker.script('PUT', SUCCESSOR, granted('second'));
    await annotate({ 'mesitis/rotate': '1' });
    await rotated();
    expect(harness.broker.seen.at(-1)?.body).toMatchObject({ parameters: { a: 1 } });
    expect(harness.broker.seen.at(-1)?.body).not.toHaveProperty('predecessor_binding_id');
  });

  test('of credentials that have ended names no predecessor', async () => {
    await start({ metadata: { expires_at: at(1000) } });
    harness.broker.script('PUT', SUCCESSOR, granted('second'));
    await pass(1000);
    await pass(59_000);
    await rotated();
    expect(harness.broker.seen.at(-1)?.body).not.toHaveProperty('predecessor_binding_id');
  });

  test('that was asked for before the bind is none', async () => {
    await start({ annotations: { 'mesitis/rotate': 'from the manifest' } });
    await annotate({ 'mesitis/rotation-overlap': '1m' });
    harness.broker.script('PUT', SUCCESSOR, granted('second'));
    await annotate({ 'mesitis/rotate': 'later' });
    expect(statusOf(await rotated())).toMatchObject({
      predecessors: [{ id: 'first', unbindAt: '2026-01-01T00:01:00Z' }],
    });
    expect(requests()).toEqual(['PUT next']);
  });

  test('gives a binding credentials whose own are not to be had any more', async () => {
    await start({ retrievable: false });
    harness.broker.script('PUT', FIRST, { status: 409, body: {} });
    harness.clock.advance(5000);
    await harness.remove('Secret', 'creds');
    await harness.untilReason('ServiceBinding', 'creds', 'BindCallFailed');
    harness.broker.script('PUT', SUCCESSOR, granted('second'));
    await annotate({ 'mesitis/rotate': '1' });
    await harness.until('Secret', 'creds', holds('second'));
    await harness.until('ServiceBinding', 'creds', isReady);
  });

  test('makes the Secret’s repair ask for the successor', async () => {
    await start({});
    harness.broker.script('PUT', SUCCESSOR, granted('second'));
    await annotate({ 'mesitis/rotate': '1' });
    await rotated();
    harness.clock.advance(5000);
    harness.broker.script('GET', SUCCESSOR, { status: 200, body: { credentials: { uri: 'second' } } });
    await harness.remove('Secret', 'creds');
    await harness.until('Secret', 'creds', holds('second'));
    expect(requests()).toEqual(['PUT next', 'GET next']);
  });
});

describe('a rotation that fails', () => {
  test.each<[string, Answer, string[]]>([
    ['422', { status: 422, body: { error: 'ConcurrencyError' } }, ['PUT next', 'PUT next']],
    ['500', { status: 500, body: {} }, ['PUT next', 'DELETE next', 'PUT next']],
    ['no answer', 'hang', ['PUT next', 'DELETE next', 'PUT next']],
  ])(
    'with %s leaves the binding ready, nothing behind, and is tried again',
    async (_case, answer, expected) => {
      await start({});
      harness.broker.script('PUT', SUCCESSOR, answer, granted('second'));
      await annotate({ 'mesitis/rotate': '1' });
      const failed = await harness.untilReason('ServiceBinding', 'creds', 'BindCallFailed', 'Rotating');
      expect(isReady(failed)).toBe(true);
      if (expected.length > 2) {
        await harness.until(
          'ServiceBinding',
          'creds',
          (stored) => statusOf(stored)['predecessors'] === undefined,
        );
      }
      await harness.clock.scheduled(1000);
      harness.clock.advance(1000);
      const after = await rotated();
      expect(requests()).toEqual(expected);
      expect(statusOf(after)['predecessors']).toHaveLength(1);
      expect(await eventReasons()).toContain('BindCallFailed');
    },
  );

  test('because the broker does not know the predecessor any more becomes another bind', async () => {
    await start({});
    harness.broker.script('PUT', SUCCESSOR, { status: 400, body: {} }, granted('second'));
    await annotate({ 'mesitis/rotate': '1' });
    await rotated();
    const [named, plain] = harness.broker.seen.slice(-2);
    expect(named?.body).toHaveProperty('predecessor_binding_id', 'first');
    expect(plain?.body).toMatchObject({ parameters: { a: 1 } });
    expect(plain?.body).not.toHaveProperty('predecessor_binding_id');
    expect(plain?.path).toBe(named?.path);
  });

  test('because the broker wants none is shown, and tried again', async () => {
    await start({});
    harness.broker.script('PUT', SUCCESSOR, { status: 400 }, { status: 400 }, granted('second'));
    await annotate({ 'mesitis/rotate': '1' });
    const failed = await harness.untilReason('ServiceBinding', 'creds', 'BindCallFailed', 'Rotating');
    expect(isReady(failed)).toBe(true);
    await pass(1000);
    await rotated();
  });

  test('is tried again at once when it is asked for once more', async () => {
    await start({});
    harness.broker.script('PUT', SUCCESSOR, { status: 409, body: {} }, granted('second'));
    await annotate({ 'mesitis/rotate': '1' });
    await harness.untilReason('ServiceBinding', 'creds', 'BindCallFailed', 'Rotating');
    await annotate({ 'mesitis/rotate': '2' });
    await rotated();
  });

  test('at the end of the old credentials is shown, and repeated until they are gone', async () => {
    await start({});
    harness.broker.script('PUT', SUCCESSOR, granted('second'));
    harness.broker.script('DELETE', FIRST, { status: 500, body: {} });
    await annotate({ 'mesitis/rotate': '1' });
    await rotated();
    await pass(HOUR_MS);
    const failed = await harness.untilReason('ServiceBinding', 'creds', 'UnbindCallFailed', 'Retiring');
    expect(isReady(failed)).toBe(true);
    await pass(1000);
    const clean = await harness.until(
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
    await start({});
    harness.broker.script('PUT', SUCCESSOR, accepted);
    harness.broker.script('GET', LAST_OPERATION, state('in progress'), state('succeeded'));
    harness.broker.script(
      'GET',
      SUCCESSOR,
      { status: 503 },
      { status: 200, body: { credentials: { uri: 'second' } } },
    );
    await annotate({ 'mesitis/rotate': '1' });
    await pass(1000);
    await pass(2000);
    const failed = await harness.untilReason('ServiceBinding', 'creds', 'FetchingBindingFailed', 'Rotating');
    expect(isReady(failed)).toBe(true);
    await pass(1000);
    await rotated();
    expect(await harness.get('Secret', 'creds')).toMatchObject({ data: { uri: 'c2Vjb25k' } });
    expect(harness.broker.seen.find(({ path }) => LAST_OPERATION.test(path))?.query).toMatchObject({
      operation: 'op',
    });
  });

  test.each<[string, Answer, number]>([
    ['fails', state('failed'), 1000],
    ['is not done in the time of its plan', state('in progress'), 60_000],
  ])('that %s is taken back, and another one asked for', async (_case, answer, pause) => {
    await start({});
    harness.broker.script('PUT', SUCCESSOR, accepted, granted('second'));
    harness.broker.script('GET', LAST_OPERATION, answer);
    await annotate({ 'mesitis/rotate': '1' });
    await harness.clock.scheduled(1000);
    harness.clock.advance(pause);
    await harness.until('ServiceBinding', 'creds', (stored) => statusOf(stored)['rotateAt'] !== undefined);
    await harness.until(
      'ServiceBinding',
      'creds',
      (stored) => statusOf(stored)['predecessors'] === undefined,
    );
    await harness.clock.scheduled(2000);
    harness.clock.advance(2000);
    await rotated();
    expect(requests()).toEqual(['PUT next', 'GET next/last_operation', 'DELETE next', 'PUT next']);
  });

  test('takes the old binding back asynchronously too', async () => {
    await start({ annotations: { 'mesitis/rotation-overlap': '10s' } });
    harness.broker.script('PUT', SUCCESSOR, granted('second'));
    harness.broker.script('DELETE', FIRST, accepted);
    const poll = /service_bindings\/first\/last_operation$/;
    harness.broker.script('GET', poll, state('in progress'), state('succeeded'));
    await annotate({ 'mesitis/rotate': '1' });
    await rotated();
    await pass(10_000);
    await pass(1000);
    await pass(2000);
    await harness.until(
      'ServiceBinding',
      'creds',
      (stored) => statusOf(stored)['predecessors'] === undefined,
    );
    expect(harness.broker.bindings.has('first')).toBe(true);
  });
});

describe('a deletion', () => {
  test('takes the old binding back without waiting for the overlap, then the one in use', async () => {
    await start({});
    await annotate({ 'mesitis/rotate': '1' });
    await rotated();
    await harness.remove('ServiceBinding', 'creds');
    await harness.untilGone('ServiceBinding', 'creds');
    expect(requests()).toEqual(['PUT next', 'DELETE first', 'DELETE next']);
    expect(harness.broker.bindings.size).toBe(0);
    expect(await harness.get('Secret', 'creds')).toBeUndefined();
  });

  test('in the middle of a rotation leaves nothing behind', async () => {
    await start({});
    harness.broker.script('PUT', SUCCESSOR, { status: 409, body: {} });
    await annotate({ 'mesitis/rotate': '1' });
    await harness.untilReason('ServiceBinding', 'creds', 'BindCallFailed', 'Rotating');
    await harness.remove('ServiceBinding', 'creds');
    await harness.untilGone('ServiceBinding', 'creds');
    expect(requests()).toEqual(['PUT next', 'DELETE next', 'DELETE first']);
  });

  test('is held up by an old binding that the broker does not take back', async () => {
    await start({});
    harness.broker.script('DELETE', FIRST, { status: 500, body: {} });
    await annotate({ 'mesitis/rotate': '1' });
    await rotated();
    await harness.remove('ServiceBinding', 'creds');
    const failed = await harness.untilReason('ServiceBinding', 'creds', 'UnbindCallFailed');
    expect(condition(failed)?.status).toBe('Unknown');
    expect(await harness.get('Secret', 'creds')).toBeUndefined();
    await pass(1000);
    await harness.untilGone('ServiceBinding', 'creds');
  });
});
