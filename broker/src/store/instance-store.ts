import type { InstanceRecord, InstanceState } from './instance-record.js';

/** A record with the version under which it was read; opaque to everybody but the store. */
export interface StoredInstance {
  record: InstanceRecord;
  version: string;
}

/** Chooses records; what is absent does not restrict. */
export interface InstanceFilter {
  states?: readonly InstanceState[];
  planId?: string;
  consumer?: string;
}

/** Somebody else wrote or deleted the record in between. */
export class StoreConflict extends Error {
  override readonly name = 'StoreConflict';

  constructor(instanceId: string) {
    super(`the record of instance ${JSON.stringify(instanceId)} was changed by somebody else in between`);
  }
}

/** The store can't be reached, or refuses for now; a record may or may not have been written. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** The record is too large for the store, whatever is tried. */
export class RecordTooLarge extends Error {
  override readonly name = 'RecordTooLarge';
}

/**
 * Where instance records live. Every write is a compare-and-swap, so that several brokers over one store can't act on
 * one instance at a time. Implementations are held to `describeStoreContract`. Every method throws
 * {@link StoreUnavailable} when the store can't be reached; messages never quote a record.
 */
export interface InstanceStore {
  /** Whether records may hold secrets here: nobody reads them who may not, not even on a disk. */
  readonly keepsSecrets: boolean;
  /** The record, or undefined. */
  get(instanceId: string): Promise<StoredInstance | undefined>;
  /**
   * Writes the record if the stored one still has the expected version; undefined means that there must be none.
   * Gives the new version, which differs from every earlier one of this instance.
   * @throws StoreConflict, RecordTooLarge
   */
  put(record: InstanceRecord, expected: string | undefined): Promise<string>;
  /** Deletes the record if it still has the expected version. @throws StoreConflict */
  delete(instanceId: string, expected: string): Promise<void>;
  /** The records that match, in no particular order, page by page so that memory stays small. */
  list(filter?: InstanceFilter): AsyncIterable<StoredInstance>;
  /** How many records match. */
  count(filter: InstanceFilter): Promise<number>;
  /** Whether the store answers now; for readiness. Never throws. */
  isAvailable(): Promise<boolean>;
  /** Ends connections. */
  close(): Promise<void>;
}

/** The `type` of a Secret that holds a record: what carries it is never delivered to anybody. */
export const RECORD_SECRET_TYPE = 'mesitis.io/instance';

/** Whether a record is chosen by a filter. */
export function matchesFilter(record: InstanceRecord, filter: InstanceFilter = {}): boolean {
  const { states, planId, consumer } = filter;
  return (
    (states === undefined || states.includes(record.state)) &&
    (planId === undefined || record.attributes.planId === planId) &&
    (consumer === undefined || record.consumer === consumer)
  );
}
