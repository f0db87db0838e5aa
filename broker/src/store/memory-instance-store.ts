import type { InstanceRecord } from './instance-record.js';
import type { InstanceFilter, InstanceStore, StoredInstance } from './instance-store.js';
import { matchesFilter, StoreConflict } from './instance-store.js';

/** What is kept: the record as JSON, so that nobody holds a reference into the store. */
interface Slot {
  json: string;
  version: string;
}

/** The store of the bare process: gone when the process ends. */
export class MemoryInstanceStore implements InstanceStore {
  readonly keepsSecrets = true;
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

  async *list(filter?: InstanceFilter): AsyncGenerator<StoredInstance> {
    for (const slot of [...this.#slots.values()]) {
      const stored = await Promise.resolve(toStored(slot));
      if (matchesFilter(stored.record, filter)) yield stored;
    }
  }

  async count(filter: InstanceFilter): Promise<number> {
    let count = 0;
    for await (const stored of this.list(filter)) if (stored.version !== '') count += 1;
    return count;
  }

  isAvailable(): Promise<boolean> {
    return Promise.resolve(true);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function toStored({ json, version }: Slot): StoredInstance {
  return { record: JSON.parse(json) as InstanceRecord, version };
}
