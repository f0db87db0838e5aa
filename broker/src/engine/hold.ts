import { isDeepStrictEqual } from 'node:util';
import type { Backoff } from '@mesitis/kube';
import { delay } from '../delay.js';
import type { InstanceRecord } from '../store/instance-record.js';
import type { InstanceStore, StoredInstance } from '../store/instance-store.js';
import { RecordTooLarge, StoreConflict, StoreUnavailable } from '../store/instance-store.js';
import { shortened } from './transitions.js';

/** The record is not this process's to act on any more: somebody wrote it, or the process is told to stop. */
export class HoldLost extends Error {
  override readonly name = 'HoldLost';
}

/** What a hold needs. */
export interface HoldOptions {
  store: InstanceStore;
  /** Between two tries while the store can't be reached. */
  backoff: Backoff;
  /** Ends the tries. */
  signal: AbortSignal;
}

/**
 * One process's hold on a record while it acts on the instance. Writes go one after the other, each against the version
 * before it; one that meets somebody else's write ends the hold, because then the record says something new. A store
 * that can't be reached is waited for: nothing else would be safe.
 */
export class Hold {
  readonly #options: HoldOptions;
  #stored: StoredInstance;
  #tail: Promise<unknown> = Promise.resolve();
  #isDeleted = false;

  constructor(options: HoldOptions, stored: StoredInstance) {
    this.#options = options;
    this.#stored = stored;
  }

  /** The record as last written. */
  get record(): InstanceRecord {
    return this.#stored.record;
  }

  /** Whether the record was deleted through this hold. */
  get isDeleted(): boolean {
    return this.#isDeleted;
  }

  /** Writes what `change` makes of the record, or deletes it when that is nothing. @throws HoldLost, RecordTooLarge */
  async write(change: (record: InstanceRecord) => InstanceRecord | undefined): Promise<void> {
    await this.#inTurn(async () => {
      const record = change(this.#stored.record);
      if (record === undefined) {
        await this.#delete();
        return;
      }
      try {
        await this.#put(record);
      } catch (error) {
        if (!(error instanceof RecordTooLarge)) throw error;
        await this.#put(shortened(record));
      }
    });
  }

  /** Deletes the record. @throws HoldLost */
  async delete(): Promise<void> {
    await this.write(() => undefined);
  }

  /** Shows that the holder lives, so that nobody takes the record over. @throws HoldLost */
  async renew(): Promise<void> {
    await this.write((record) => ({
      ...record,
      operation: { ...record.operation, heartbeat: record.operation.heartbeat + 1 },
    }));
  }

  async #put(record: InstanceRecord): Promise<void> {
    const { store } = this.#options;
    const version = await this.#persistently(
      async () => store.put(record, this.#stored.version),
      async () => {
        const found = await store.get(record.instanceId);
        return found !== undefined && isDeepStrictEqual(found.record, asJson(record))
          ? found.version
          : undefined;
      },
    );
    this.#stored = { record, version };
  }

  async #delete(): Promise<void> {
    const { store } = this.#options;
    const { record, version } = this.#stored;
    await this.#persistently(
      async () => {
        await store.delete(record.instanceId, version);
        return true;
      },
      async () => ((await store.get(record.instanceId)) === undefined ? true : undefined),
    );
    this.#isDeleted = true;
  }

  async #inTurn(task: () => Promise<void>): Promise<void> {
    const turn = this.#tail.then(async () => {
      if (this.#isDeleted) throw new HoldLost('the record was deleted');
      await task();
    });
    this.#tail = turn.catch(() => undefined);
    await turn;
  }

  /** @param landed gives the write's result when it happened although the store could not say so */
  async #persistently<Result>(
    write: () => Promise<Result>,
    landed: () => Promise<Result | undefined>,
  ): Promise<Result> {
    const { backoff, signal } = this.#options;
    for (let failures = 0; ;) {
      if (signal.aborted) throw new HoldLost('the process gives the record up');
      try {
        return await write();
      } catch (error) {
        if (error instanceof StoreConflict) {
          const result = failures === 0 ? undefined : await landed();
          if (result !== undefined) return result;
          throw new HoldLost('the record was written by somebody else', { cause: error });
        }
        if (!(error instanceof StoreUnavailable)) throw error;
        failures += 1;
        await delay(backoff(failures), signal);
      }
    }
  }
}

/** As it comes back from a store. */
function asJson(record: InstanceRecord): unknown {
  return JSON.parse(JSON.stringify(record));
}
