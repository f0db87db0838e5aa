import { expect, test } from '@jest/globals';
import type { OsbPlan, OsbService } from '../catalog/osb-catalog.js';
import { MemoryInstanceStore } from '../store/memory-instance-store.js';
import { instanceRecord } from '../testing/record-fixture.js';
import { countInstances } from './count-instances.js';

test('instances are counted by the names of their plans, and together when those are gone', async () => {
  const store = new MemoryInstanceStore();
  await store.put(instanceRecord('1', { planId: 'p1', state: 'ready' }), undefined);
  await store.put(instanceRecord('2', { planId: 'p1', state: 'ready' }), undefined);
  await store.put(instanceRecord('3', { planId: 'p1', state: 'failed' }), undefined);
  await store.put(instanceRecord('4', { planId: 'gone-1', state: 'ready' }), undefined);
  await store.put(instanceRecord('5', { planId: 'gone-2', state: 'ready' }), undefined);
  const plan = { id: 'p1', name: 'api-url-1' } as OsbPlan;
  const services = [{ name: 'api-url', plans: [plan] } as OsbService];
  const api = { service: 'api-url', plan: 'api-url-1' };
  const gone = { service: 'unpublished', plan: 'unpublished' };
  expect(await countInstances(store, { services })).toEqual([
    { ...api, state: 'ready', count: 2 },
    { ...api, state: 'failed', count: 1 },
    { ...gone, state: 'ready', count: 2 },
  ]);
});
