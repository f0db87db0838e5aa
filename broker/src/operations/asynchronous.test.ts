import { describe, expect, jest, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { KubeError } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { MemoryInstanceStore } from '../store/memory-instance-store.js';
import { objectsEntry, provisionBody, wrapped } from '../testing/fixtures.js';
import type { TestBroker } from '../testing/test-broker.js';
import { madeObjects, testBrokers } from '../testing/test-broker.js';

const INSTANCE = '/v2/service_instances/i';
const ASYNC = `${INSTANCE}?accepts_incomplete=true`;
const IDS = '?service_id=s&plan_id=web-id';
const start = testBrokers();

/** An offering that is ready when its Pod is. */
function awaited(timeoutseconds = 300): KubeObject[] {
  return [
    objectsEntry('web', { readiness: { timeoutseconds } }),
    wrapped({ kind: 'Pod', name: 'web-${instance.shortId}' }, 'web', 1),
  ];
}

/** What the node would report. */
async function setReady(kube: MemoryKube): Promise<void> {
  const pod = kube.objects().find(({ kind }) => kind === 'Pod');
  if (pod === undefined) throw new Error('there is a Pod');
  await kube.update(
    { ...pod, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } },
    { subresource: 'status' },
  );
}

/** Polls until the operation is no longer in progress. */
async function polled({ send }: TestBroker, operation: unknown): Promise<unknown> {
  for (;;) {
    const { body } = await send('GET', `${INSTANCE}/last_operation?operation=${String(operation)}`);
    if ((body as { state?: string }).state !== 'in progress') return body;
  }
}

function operationOf(body: unknown): string {
  return (body as { operation: string }).operation;
}

describe('an offering that is waited for', () => {
  test('is refused to platforms that can not poll, at any request', async () => {
    const { send } = await start({ objects: awaited() });
    for (const answer of [
      await send('PUT', INSTANCE, provisionBody('web')),
      await send('DELETE', `${INSTANCE}${IDS}`),
    ]) {
      expect([answer.status, answer.body]).toMatchObject([422, { error: 'AsyncRequired' }]);
    }
  });

  test('is provisioned while the platform polls, told what is awaited', async () => {
    const kube = new MemoryKube();
    const broker = await start({ kube, objects: awaited() });
    const { send } = broker;
    const first = await send('PUT', ASYNC, provisionBody('web'));
    expect([first.status, first.body]).toEqual([
      202,
      { operation: expect.stringMatching(/^provision-[0-9a-f-]{36}$/) },
    ]);
    expect((await send('PUT', ASYNC, provisionBody('web'))).body).toEqual(first.body);
    expect((await send('GET', INSTANCE)).status).toBe(404);
    const waiting = await waitFor(async () => {
      const { body } = await send('GET', `${INSTANCE}/last_operation`);
      return 'description' in (body as object) ? body : undefined;
    });
    expect(waiting).toEqual({ state: 'in progress', description: expect.stringContaining('Pod web-') });
    await setReady(kube);
    expect(await polled(broker, operationOf(first.body))).toEqual({ state: 'succeeded' });
    expect((await send('PUT', ASYNC, provisionBody('web'))).status).toBe(200);
  });

  test('that does not get ready in time is taken back, and the poll says what was missing', async () => {
    const kube = new MemoryKube();
    const broker = await start({ kube, objects: awaited(1) });
    const { body } = await broker.send('PUT', ASYNC, provisionBody('web'));
    expect(await polled(broker, operationOf(body))).toEqual({
      state: 'failed',
      description: expect.stringMatching(/Pod web-.*not ready within 1 s/),
    });
    expect(madeObjects(kube)).toEqual([]);
  });

  test('is deprovisioned while the platform polls with its token, or without one', async () => {
    const kube = new MemoryKube();
    const broker = await start({ kube, objects: awaited() });
    const { send } = broker;
    const put = await send('PUT', ASYNC, provisionBody('web'));
    // Halts the provision, which still waits.
    const { status, body } = await send('DELETE', `${INSTANCE}${IDS}&accepts_incomplete=true`);
    expect([status, body]).toEqual([202, { operation: expect.stringMatching(/^deprovision-/) }]);
    const gone = await waitFor(async () => {
      const answer = await send('GET', `${INSTANCE}/last_operation?operation=${operationOf(body)}`);
      return answer.status === 410 ? answer : undefined;
    });
    expect(gone.body).toEqual({});
    expect((await send('GET', `${INSTANCE}/last_operation`)).body).toEqual({ state: 'succeeded' });
    expect(
      (await send('GET', `${INSTANCE}/last_operation?operation=${operationOf(put.body)}`)).body,
    ).toMatchObject({
      state: 'failed',
    });
    expect(madeObjects(kube)).toEqual([]);
    expect((await send('DELETE', `${INSTANCE}${IDS}&accepts_incomplete=true`)).status).toBe(410);
  });

  test('goes on in the next process when the first one ends', async () => {
    const kube = new MemoryKube();
    const first = await start({ kube, objects: awaited() });
    const { body } = await first.send('PUT', ASYNC, provisionBody('web'));
    await first.stop();
    const second = await start({ kube, store: first.store });
    await setReady(kube);
    expect(await polled(second, operationOf(body))).toEqual({ state: 'succeeded' });
  });
});

/** Asks again until there is a value; the test's own time limit ends it. */
async function waitFor<Value>(ask: () => Promise<Value | undefined>): Promise<Value> {
  for (;;) {
    const value = await ask();
    if (value !== undefined) return value;
  }
}

describe('an operation that takes longer than a request should', () => {
  test('becomes one to poll when the platform accepts that', async () => {
    const kube = new MemoryKube();
    const objects = [objectsEntry('slow'), wrapped({ kind: 'ConfigMap', name: 'held' }, 'slow', 1)];
    const broker = await start({ kube, objects, times: { syncBudgetMs: 1, removalTimeoutMs: 4_000 } });
    expect((await broker.send('PUT', INSTANCE, provisionBody('slow'))).status).toBe(201);
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'api-ns', name: 'held' };
    await kube.patch(ref, { type: 'merge', body: { metadata: { finalizers: ['example.com/hold'] } } });
    const { status, body } = await broker.send(
      'DELETE',
      `${INSTANCE}?service_id=s&plan_id=slow-id&accepts_incomplete=true`,
    );
    expect([status, body]).toEqual([202, { operation: expect.stringMatching(/^deprovision-/) }]);
    await kube.patch(ref, { type: 'merge', body: { metadata: { finalizers: [] } } });
    await waitFor(async () => {
      const answer = await broker.send('GET', `${INSTANCE}/last_operation?operation=${operationOf(body)}`);
      return answer.status === 410 ? answer : undefined;
    });
    expect(await kube.get(ref)).toBeUndefined();
  });
});

test('a refusal can be polled at one process although another one carried the provisioning out', async () => {
  const kube = new MemoryKube();
  const store = new MemoryInstanceStore();
  const objects = [objectsEntry('web'), wrapped({ kind: 'ConfigMap', name: 'web' }, 'web', 1)];
  const [one, other] = await Promise.all([start({ kube, store, objects }), start({ kube, store })]);
  let creating: () => void = () => undefined;
  let refuse: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (creating = resolve));
  const refused = new Promise<void>((resolve) => (refuse = resolve));
  jest.spyOn(kube, 'create').mockImplementation(async () => {
    creating();
    await refused;
    throw new KubeError('invalid', 'spec.ports: Required value');
  });
  const first = one.send('PUT', INSTANCE, provisionBody('web'));
  await begun;
  const second = await other.send('PUT', ASYNC, provisionBody('web'));
  expect(second.status).toBe(202);
  refuse();
  expect((await first).status).toBe(400);
  expect(await polled(other, operationOf(second.body))).toMatchObject({
    state: 'failed',
    description: expect.stringContaining('spec.ports: Required value'),
  });
});
