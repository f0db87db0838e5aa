import { MemoryInstanceStore } from './memory-instance-store.js';
import { describeStoreContract } from './store-contract.js';

describeStoreContract('memory', {
  newPlace: () => {
    const store = new MemoryInstanceStore();
    return Promise.resolve(() => store);
  },
  keepsSecrets: true,
});
