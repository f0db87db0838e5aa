import type { Logger } from 'pino';
import type { KeyQueue } from '../key-queue.js';
import type { InstanceRecord } from '../store/instance-record.js';
import { UNSETTLED } from '../store/instance-record.js';
import type { InstanceStore, StoredInstance } from '../store/instance-store.js';
import { StoreConflict } from '../store/instance-store.js';
import type { OperationEngine } from './operation-engine.js';

/** What recovery works with. */
export interface RecoveryOptions {
  store: InstanceStore;
  engine: OperationEngine;
  /** One decision at a time per instance; the key is the instance id. */
  queue: Pick<KeyQueue, 'run'>;
  logger: Logger;
  /** As the engine's. */
  leaseMs: number;
  /** Monotonic milliseconds. */
  now: () => number;
}

/** How many operations this process carries out before it takes none over; the rest comes at a later look. */
const AT_ONCE = 50;

/** A record as it was when it was last seen to change. */
interface Sighting {
  version: string;
  since: number;
}

/** What is to be done about a record that is not settled. */
export type Claim = 'leave' | 'take over';

/**
 * Whether an interrupted operation should be gone on with here. Clocks of different machines are not compared: a record
 * is abandoned when nobody wrote it while this process looked on for the length of a lease.
 * @param unchangedMs for how long this process has seen it unchanged
 */
export function claimOf(
  { operation }: InstanceRecord,
  self: { holder: string; isRunning: boolean },
  { unchangedMs, leaseMs }: { unchangedMs: number; leaseMs: number },
): Claim {
  if (operation.state !== 'in progress' || self.isRunning) return 'leave';
  // Its own and not running: the write that began it seemed to fail.
  const isFree = operation.holder === undefined || operation.holder === self.holder;
  return isFree || unchangedMs >= leaseMs ? 'take over' : 'leave';
}

/** Finds operations that a process left unfinished, by a crash above all, and goes on with them (design section 3). */
export class Recovery {
  readonly #options: RecoveryOptions;
  #sightings = new Map<string, Sighting>();

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  /** Looks through the unsettled records once; to be called again and again, more often than the lease is long. */
  async look(): Promise<void> {
    const { store, now } = this.#options;
    const seen = new Map<string, Sighting>();
    for await (const stored of store.list({ states: UNSETTLED })) {
      const { instanceId } = stored.record;
      const before = this.#sightings.get(instanceId);
      const sighting =
        before?.version === stored.version ? before : { version: stored.version, since: now() };
      seen.set(instanceId, sighting);
      await this.#claim(stored, now() - sighting.since);
    }
    this.#sightings = seen;
  }

  /** In the instance's queue, so that no request of this process decides about it between the write and the run. */
  async #claim(stored: StoredInstance, unchangedMs: number): Promise<void> {
    const { engine, queue, logger } = this.#options;
    const { instanceId } = stored.record;
    if (!this.#isClaimed(stored, unchangedMs) || engine.running >= AT_ONCE) return;
    try {
      await queue.run(instanceId, async () => {
        if (this.#isClaimed(stored, unchangedMs)) await this.#takeOver(stored);
      });
    } catch (error) {
      // Written in between: by another process, or by an operation that ended here.
      if (error instanceof StoreConflict) return;
      // The others are looked at all the same.
      logger.warn({ instance: instanceId, err: error }, 'taking an operation over failed');
    }
  }

  #isClaimed({ record }: StoredInstance, unchangedMs: number): boolean {
    const { engine, leaseMs } = this.#options;
    const self = { holder: engine.holder, isRunning: engine.isRunning(record.instanceId) };
    return claimOf(record, self, { unchangedMs, leaseMs }) === 'take over';
  }

  /** By a write, because what was listed may be of long ago. */
  async #takeOver({ record, version }: StoredInstance): Promise<void> {
    const { store, engine, logger } = this.#options;
    const { instanceId } = record;
    // Whoever waited for the answer may be gone, so what comes of it has to stay to be polled.
    const operation = {
      ...record.operation,
      holder: engine.holder,
      heartbeat: record.operation.heartbeat + 1,
      asynchronous: true,
    };
    const taken = { ...record, operation };
    const stored = { record: taken, version: await store.put(taken, version) };
    logger.info({ instance: instanceId, operation: operation.id }, 'operation taken over');
    void engine.run(stored);
  }
}
