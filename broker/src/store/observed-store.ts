import type { InstanceRecord } from './instance-record.js';
import type { InstanceStore } from './instance-store.js';

/** The same store; what is written through it is told. */
export function observedStore(store: InstanceStore, onPut: (record: InstanceRecord) => void): InstanceStore {
  return {
    keepsSecrets: store.keepsSecrets,
    get: async (instanceId) => store.get(instanceId),
    async put(record, expected) {
      const version = await store.put(record, expected);
      onPut(record);
      return version;
    },
    delete: async (instanceId, expected) => store.delete(instanceId, expected),
    list: (filter) => store.list(filter),
    count: async (filter) => store.count(filter),
    isAvailable: async () => store.isAvailable(),
    close: async () => store.close(),
  };
}
