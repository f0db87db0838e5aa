export type { InstanceRecord } from './instance-record.js';
export type { InstanceFilter, InstanceStore, StoredInstance } from './instance-store.js';
export { RecordTooLarge, StoreConflict, StoreUnavailable } from './instance-store.js';
export type { OpenStore, StoreConfig, StoreReports } from './open-store.js';
export { openStore } from './open-store.js';
export { RecordUnreadable } from './record-codec.js';
export type { ResealOutcome } from './reseal.js';
