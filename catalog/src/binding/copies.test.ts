import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { API_VERSION, FINALIZER } from '../model/kinds.js';
import { asBinding } from '../model/objects.js';
import { condition, Harness, isReady, NAMESPACE, object } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';

const ELSEWHERE = 'restored-ns';
const SPEC = { instanceRef: { name: 'mine' }, externalID: 'shared' };

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start(catalogOf('db', 'small'));
  harness.kube.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: ELSEWHERE } });
  await harness.controller();
  await harness.register();
  await harness.create('ServiceInstance', 'mine', { clusterServiceClassExternalName: 'db' });
  await harness.until('ServiceInstance', 'mine', isReady);
  await bind('first');
});

afterEach(async () => {
  await harness.stop();
});

async function bind(name: string): Promise<void> {
  await harness.create('ServiceBinding', name, SPEC);
  await harness.until('ServiceBinding', name, isReady);
}

async function remove(name: string): Promise<void> {
  await harness.remove('ServiceBinding', name);
  await harness.untilGone('ServiceBinding', name);
}

/** A binding as a backup brings it back with its status, under another name. */
async function restore(name: string): Promise<void> {
  const { spec, status } = asBinding((await harness.get('ServiceBinding', 'first')) as KubeObject);
  const metadata = { name, namespace: NAMESPACE, generation: 1, finalizers: [FINALIZER] };
  harness.kube.seed({ ...object('ServiceBinding', name, { ...spec, secretName: name }), metadata, status });
}

const inUse = (): string[] => [...harness.broker.bindings].sort();

test('a copy with the same externalID is not bound, and its deletion ends nobody’s credentials', async () => {
  await harness.create('ServiceBinding', 'copy', SPEC);
  const refused = await harness.untilReason('ServiceBinding', 'copy', 'ExternalIDInUse');
  expect(condition(refused)?.message).toContain(
    'knows the ServiceBinding "first" by the externalID "shared"',
  );
  expect(await harness.get('Secret', 'copy')).toBeUndefined();
  await remove('copy');
  expect(inUse()).toEqual(['shared']);
});

test('a copy takes over when the original is gone', async () => {
  await harness.create('ServiceBinding', 'heir', SPEC);
  await harness.untilReason('ServiceBinding', 'heir', 'ExternalIDInUse');
  await remove('first');
  await harness.until('ServiceBinding', 'heir', isReady);
  expect(inUse()).toEqual(['shared']);
});

test('a copy in another namespace waits too, of whatever instance, and is not told whose the id is', async () => {
  const metadata = { name: 'mine', namespace: ELSEWHERE };
  const instance = object('ServiceInstance', 'mine', { clusterServiceClassExternalName: 'db' });
  await harness.kube.create({ ...instance, metadata });
  const copy = { ...object('ServiceBinding', 'first', SPEC), metadata: { ...metadata, name: 'first' } };
  await harness.kube.create(copy);
  const stored = { apiVersion: API_VERSION, kind: 'ServiceBinding', namespace: ELSEWHERE };
  const { resourceVersion } = await harness.kube.list(stored);
  let told: string | undefined;
  for await (const { object: seen } of harness.kube.watch(stored, resourceVersion)) {
    if (condition(seen)?.reason !== 'ExternalIDInUse') continue;
    told = condition(seen)?.message;
    break;
  }
  expect(told).toContain('knows a ServiceBinding in another namespace');
  expect(inUse()).toEqual(['shared']);
});

test('of two that were restored with their statuses the last to be deleted is unbound, not the first', async () => {
  await restore('restored');
  await remove('first');
  expect(inUse()).toEqual(['shared']);
  await remove('restored');
  expect(inUse()).toEqual([]);
});

test('what a rotation replaces goes on while another binding uses it', async () => {
  await restore('restored');
  const annotations = { 'mesitis/rotate': '1', 'mesitis/rotation-overlap': '0s' };
  const ref = { apiVersion: API_VERSION, kind: 'ServiceBinding', namespace: NAMESPACE, name: 'first' };
  await harness.kube.patch(ref, { type: 'merge', body: { metadata: { annotations } } });
  const rotated = await harness.until('ServiceBinding', 'first', (seen) => {
    const { currentBindingID, predecessors } = asBinding(seen).status ?? {};
    return currentBindingID !== undefined && predecessors === undefined;
  });
  const id = asBinding(rotated).status?.currentBindingID ?? '';
  expect(inUse()).toEqual([id, 'shared'].sort());
});
