import type { Metrics } from '../metrics/metrics.js';
import type { InstanceStore } from './instance-store.js';
import { StoreUnavailable } from './instance-store.js';

/** The same store; whenever it can't be reached, that is counted. */
export function meteredStore(store: InstanceStore, metrics: Pick<Metrics, 'storeError'>): InstanceStore {
  const counted = async <Result>(call: Promise<Result>): Promise<Result> => {
    try {
      return await call;
    } catch (error) {
      if (error instanceof StoreUnavailable) metrics.storeError();
      throw error;
    }
  };
  return {
    keepsSecrets: store.keepsSecrets,
    get: async (instanceId) => counted(store.get(instanceId)),
    put: async (record, expected) => counted(store.put(record, expected)),
    delete: async (instanceId, expected) => counted(store.delete(instanceId, expected)),
    async *list(filter) {
      try {
        yield* store.list(filter);
      } catch (error) {
        if (error instanceof StoreUnavailable) metrics.storeError();
        throw error;
      }
    },
    count: async (filter) => counted(store.count(filter)),
    isAvailable: async () => store.isAvailable(),
    close: async () => store.close(),
  };
}
