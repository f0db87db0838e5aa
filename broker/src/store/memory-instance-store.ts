import type { InstanceRecord } from './instance-record.js';
import type { InstanceStore, StoredInstance } from './instance-store.js';
import { StoreConflict } from './instance-store.js';

/** What is kept: the record as JSON, so that nobody holds a reference into the store. */
interface Slot {
  json: string;
  version: string;
}

/** The store of the bare process: gone when the process ends. */
export class MemoryInstanceStore implements InstanceStore {
  readonly #slots = new Map<string, Slot>();
  #writes = 0;

  get(instanceId: string): Promise<StoredInstance | undefined> {
    const slot = this.#slots.get(instanceId);
    return Promise.resolve(slot === undefined ? undefined : toStored(slot));
  }

  put(record: InstanceRecord, expected: string | undefined): Promise<string> {
    if (this.#slots.get(record.instanceId)?.version !== expected) {
      return Promise.reject(new StoreConflict(record.instanceId));
    }
    this.#writes += 1;
    const version = String(this.#writes);
    this.#slots.set(record.instanceId, { json: JSON.stringify(record), version });
    return Promise.resolve(version);
  }

  delete(instanceId: string, expected: string): Promise<void> {
    if (this.#slots.get(instanceId)?.version !== expected) {
      return Promise.reject(new StoreConflict(instanceId));
    }
    this.#slots.delete(instanceId);
    return Promise.resolve();
  }

  list(): Promise<StoredInstance[]> {
    return Promise.resolve([...this.#slots.values()].map(toStored));
  }
}

function toStored({ json, version }: Slot): StoredInstance {
  return { record: JSON.parse(json) as InstanceRecord, version };
}
