import { MemoryInstanceStore } from './memory-instance-store.js';
import { describeStoreContract } from './store-contract.js';

describeStoreContract('memory', () => Promise.resolve(new MemoryInstanceStore()));
