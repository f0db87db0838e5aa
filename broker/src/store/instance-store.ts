import type { InstanceRecord } from './instance-record.js';

/** A record with the version under which it was read; opaque to everybody but the store. */
export interface StoredInstance {
  record: InstanceRecord;
  version: string;
}

/** Somebody else wrote or deleted the record in between. */
export class StoreConflict extends Error {
  override readonly name = 'StoreConflict';

  constructor(instanceId: string) {
    super(`the record of instance ${JSON.stringify(instanceId)} was changed by somebody else in between`);
  }
}

/**
 * Where instance records live. Every write is a compare-and-swap, so that several brokers over one store can't act on
 * one instance at a time. Implementations are held to `describeStoreContract`.
 */
export interface InstanceStore {
  /** The record, or undefined. */
  get(instanceId: string): Promise<StoredInstance | undefined>;
  /**
   * Writes the record if the stored one still has the expected version; undefined means that there must be none.
   * Gives the new version. @throws StoreConflict
   */
  put(record: InstanceRecord, expected: string | undefined): Promise<string>;
  /** Deletes the record if it still has the expected version. @throws StoreConflict */
  delete(instanceId: string, expected: string): Promise<void>;
  /** All records, in no particular order. */
  list(): Promise<StoredInstance[]>;
}
