import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { FINALIZER } from '../model/kinds.js';
import { asInstance } from '../model/objects.js';
import { condition, Harness, isReady, NAMESPACE, object } from '../testing/harness.js';
import { catalogOf } from '../testing/scripted-broker.js';

const SPEC = {
  clusterServiceClassExternalName: 'db',
  clusterServicePlanExternalName: 'small',
  externalID: 'shared',
};

let harness: Harness;

beforeEach(async () => {
  harness = await Harness.start(catalogOf('db', 'small'));
  await harness.controller();
  await harness.register();
  await harness.create('ServiceInstance', 'mine', SPEC);
  await harness.until('ServiceInstance', 'mine', isReady);
});

afterEach(async () => {
  await harness.stop();
});

async function remove(name: string): Promise<void> {
  await harness.remove('ServiceInstance', name);
  await harness.untilGone('ServiceInstance', name);
}

test('a copy with the same externalID stays away from the broker, and takes over when the original is gone', async () => {
  await harness.create('ServiceInstance', 'copy', SPEC);
  const refused = await harness.untilReason('ServiceInstance', 'copy', 'ExternalIDInUse');
  expect(condition(refused)?.message).toContain(
    'knows the ServiceInstance "mine" by the externalID "shared"',
  );
  await remove('copy');
  expect(harness.broker.calls()).toEqual(['PUT /v2/service_instances/shared']);

  await harness.create('ServiceInstance', 'heir', SPEC);
  await harness.untilReason('ServiceInstance', 'heir', 'ExternalIDInUse');
  await harness.remove('ServiceInstance', 'mine');
  await harness.until('ServiceInstance', 'heir', isReady);
});

test('of two that were restored with their statuses the last to be deleted is deprovisioned, not the first', async () => {
  const { spec, status } = asInstance((await harness.get('ServiceInstance', 'mine')) ?? object('', '', {}));
  const [metadata] = [{ name: 'restored', namespace: NAMESPACE, generation: 1, finalizers: [FINALIZER] }];
  harness.kube.seed({ ...object('ServiceInstance', 'restored', spec), metadata, status });
  await remove('mine');
  const { items } = await harness.kube.list({ apiVersion: 'v1', kind: 'Event', namespace: NAMESPACE });
  expect(items.filter(({ reason }) => reason === 'Abandoned').map(({ message }) => message)).toEqual([
    'Let go without a word to the broker, which knows the ServiceInstance "restored" by the same id.',
  ]);
  expect([...harness.broker.instances]).toEqual(['shared']);
  await remove('restored');
  expect([...harness.broker.instances]).toEqual([]);
});
