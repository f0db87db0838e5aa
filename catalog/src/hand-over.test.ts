import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Kube, KubeObject } from '@mesitis/kube';
import { fencedKube } from './runtime/fence.js';
import { Harness, condition, isReady } from './testing/harness.js';
import { catalogOf } from './testing/scripted-broker.js';

const BY_NAME = { clusterServiceClassExternalName: 'db', clusterServicePlanExternalName: 'small' };

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start(catalogOf('db', 'small'));
});
afterEach(() => harness.stop());

/** The API server as one sees it whose watches tell nothing after the first list. */
function withoutWatches(kube: Kube): Kube {
  return {
    ...fencedKube(kube, () => true),
    // oxlint-disable-next-line require-yield
    watch: async function* (_query, _version, options) {
      await new Promise((resolve) => options?.signal?.addEventListener('abort', resolve, { once: true }));
    },
  };
}

/** Holds the broker's answers to these requests back until the result is called. */
function heldBack(method: string, status: number): () => void {
  let release: () => void = () => undefined;
  const after = new Promise<void>((resolve) => (release = resolve));
  harness.broker.script(method, /service_instances/, { status, body: {}, after });
  return release;
}

function isProvisioning(stored: KubeObject): boolean {
  return (stored['status'] as { currentOperation?: string } | undefined)?.currentOperation === 'Provision';
}

test('one that stands by leaves everything to the one that works, and goes on from there', async () => {
  const leader = await harness.controller();
  const standby = await harness.standby();
  await harness.register();
  await harness.create('ServiceInstance', 'first', BY_NAME);
  const first = await harness.until('ServiceInstance', 'first', isReady);
  await leader.stop();
  await standby.start();
  await harness.create('ServiceInstance', 'second', BY_NAME);
  await harness.until('ServiceInstance', 'second', isReady);
  await standby.stop();
  expect(harness.broker.calls()).toEqual([
    'PUT /v2/service_instances/id-1',
    'PUT /v2/service_instances/id-2',
  ]);
  expect(harness.broker.seen.filter(({ path }) => path === '/v2/catalog')).toHaveLength(1);
  expect(await harness.get('ServiceInstance', 'first')).toEqual(first);
});

test('one that takes over finishes what it finds in flight', async () => {
  const standby = await harness.standby();
  const release = heldBack('PUT', 201);
  const leader = await harness.controller();
  await harness.register();
  await harness.create('ServiceInstance', 'mine', BY_NAME);
  await harness.until('ServiceInstance', 'mine', isProvisioning);
  void leader.stop();
  await standby.start();
  await harness.until('ServiceInstance', 'mine', isReady);
  release();
  expect([...harness.broker.instances]).toEqual(['id-1']);
});

test('one whose watch is behind does not repeat a request that was answered since', async () => {
  const release = heldBack('PUT', 201);
  const leader = await harness.controller();
  await harness.register();
  await harness.create('ServiceInstance', 'mine', BY_NAME);
  await harness.until('ServiceInstance', 'mine', isProvisioning);
  const standby = await harness.standby(withoutWatches(harness.kube));
  release();
  await harness.until('ServiceInstance', 'mine', isReady);
  await leader.stop();
  await standby.start();
  await standby.stop();
  expect(harness.broker.calls()).toEqual(['PUT /v2/service_instances/id-1']);
  expect(condition(await harness.get('ServiceInstance', 'mine'))?.status).toBe('True');
});

test('one whose watch is behind does not provision for an instance that is gone', async () => {
  const release = heldBack('PUT', 201);
  const leader = await harness.controller();
  await harness.register();
  await harness.create('ServiceInstance', 'mine', BY_NAME);
  await harness.until('ServiceInstance', 'mine', isProvisioning);
  const standby = await harness.standby(withoutWatches(harness.kube));
  release();
  await harness.until('ServiceInstance', 'mine', isReady);
  await harness.remove('ServiceInstance', 'mine');
  await harness.untilGone('ServiceInstance', 'mine');
  await leader.stop();
  await standby.start();
  await standby.stop();
  expect(harness.broker.instances.size).toBe(0);
});
