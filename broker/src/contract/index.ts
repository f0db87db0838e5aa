export type { StoreContract, StorePlace } from '../store/store-contract.js';
export { describeStoreContract } from '../store/store-contract.js';
export { instanceRecord } from '../testing/record-fixture.js';
