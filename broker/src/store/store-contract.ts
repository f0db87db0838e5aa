import { describe, expect, test } from '@jest/globals';
import type { InstanceRecord } from './instance-record.js';
import type { InstanceStore } from './instance-store.js';

/** A record with everything in it that JSON could lose. */
function record(instanceId: string, state: InstanceRecord['state'] = 'provisioning'): InstanceRecord {
  return {
    instanceId,
    attributes: {
      serviceId: 'service',
      planId: 'plan',
      organizationGuid: 'organization',
      spaceGuid: 'space',
      context: { platform: 'kubernetes', namespace: 'client-ns', odd: [null, 1.5, 'ü', {}] },
      parameters: { nested: { deep: [true] } },
    },
    requestedBy: { platform: 'kubernetes', user: 'jane' },
    state,
    provisionKind: 'ProvisionConfigMapObjects',
    objects: [[{ apiVersion: 'v1', kind: 'Service', namespace: 'api-ns', name: 'back-end' }], []],
    coordinates: { uri: 'http://host', host: 'host', port: 80, endpoints: [] },
    bindings: [
      { bindingId: 'b', attributes: { serviceId: 'service', planId: 'plan', context: {}, parameters: {} } },
    ],
  };
}

/**
 * Holds an instance store to what the port promises; every implementation runs it.
 * @param name of the implementation
 * @param create gives an empty store, which may outlive the test
 */
export function describeStoreContract(name: string, create: () => Promise<InstanceStore>): void {
  describe(`instance store: ${name}`, () => {
    test('knows nothing at first', async () => {
      const store = await create();
      expect(await store.get('i')).toBeUndefined();
      expect(await store.list()).toEqual([]);
    });

    test('gives back what was put, whole', async () => {
      const store = await create();
      const version = await store.put(record('i'), undefined);
      expect(await store.get('i')).toEqual({ record: record('i'), version });
    });

    test.each(['a/b', '..', 'ümlaut', '__proto__', ' ', 'x'.repeat(255)])('takes the id %j', async (id) => {
      const store = await create();
      await store.put(record(id), undefined);
      await store.put(record('other'), undefined);
      expect((await store.get(id))?.record.instanceId).toBe(id);
      expect((await store.list()).map((stored) => stored.record.instanceId).toSorted()).toEqual(
        [id, 'other'].toSorted(),
      );
    });

    test('replaces the version that was read', async () => {
      const store = await create();
      const first = await store.put(record('i'), undefined);
      const second = await store.put(record('i', 'ready'), first);
      expect(second).not.toBe(first);
      expect(await store.get('i')).toEqual({ record: record('i', 'ready'), version: second });
    });

    test('refuses to create what exists and to replace what changed or is gone', async () => {
      const store = await create();
      const first = await store.put(record('i'), undefined);
      const second = await store.put(record('i', 'ready'), first);
      await expect(store.put(record('i'), undefined)).rejects.toMatchObject({ name: 'StoreConflict' });
      await expect(store.put(record('i'), first)).rejects.toMatchObject({ name: 'StoreConflict' });
      await expect(store.put(record('absent'), first)).rejects.toMatchObject({ name: 'StoreConflict' });
      expect(await store.get('i')).toEqual({ record: record('i', 'ready'), version: second });
    });

    test('lets one of two writers win', async () => {
      const store = await create();
      const outcomes = await Promise.allSettled([
        store.put(record('i', 'ready'), undefined),
        store.put(record('i', 'failed'), undefined),
      ]);
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    });

    test('deletes the version that was read and no other', async () => {
      const store = await create();
      const first = await store.put(record('i'), undefined);
      const second = await store.put(record('i', 'ready'), first);
      await expect(store.delete('i', first)).rejects.toMatchObject({ name: 'StoreConflict' });
      await store.delete('i', second);
      expect(await store.get('i')).toBeUndefined();
      await expect(store.delete('i', second)).rejects.toMatchObject({ name: 'StoreConflict' });
    });

    test('takes a deleted id again, under a new version', async () => {
      const store = await create();
      const first = await store.put(record('i'), undefined);
      await store.delete('i', first);
      expect(await store.put(record('i'), undefined)).not.toBe(first);
    });

    test('hands out records that nobody shares', async () => {
      const store = await create();
      const given = record('i');
      await store.put(given, undefined);
      given.state = 'failed';
      const read = await store.get('i');
      if (read !== undefined) read.record.bindings = [];
      expect((await store.get('i'))?.record).toEqual(record('i'));
    });
  });
}
