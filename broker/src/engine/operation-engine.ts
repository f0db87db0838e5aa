import type { Backoff } from '@mesitis/kube';
import type { Logger } from 'pino';
import { delay } from '../delay.js';
import { BrokerError } from '../errors.js';
import type { Metrics } from '../metrics/metrics.js';
import type { InstanceRecord } from '../store/instance-record.js';
import type { InstanceStore, StoredInstance } from '../store/instance-store.js';
import { Hold, HoldLost } from './hold.js';
import { isFired, keepRenewing } from './renewal.js';
import type { Settled, Step, StepContext } from './step.js';
import { takeStep } from './step.js';

/** What the engine works with. */
export interface EngineOptions extends Pick<StepContext, 'provisionerOf' | 'revoke'> {
  store: InstanceStore;
  logger: Logger;
  metrics: Pick<Metrics, 'operationFinished' | 'operationsRunning'>;
  /** This process's id in `operation.holder`. */
  holder: string;
  /** How long a record may go without a sign of life before another process takes it over, in milliseconds. */
  leaseMs: number;
  /** How long a step that a platform waits for may take, in milliseconds. */
  synchronousMs: number;
  /** How long an operation may take that platforms poll, in milliseconds. */
  asynchronousMs: number;
  backoff: Backoff;
  /** Monotonic milliseconds. */
  now: () => number;
  /** Milliseconds since 1970. */
  clock: () => number;
  /** Told when an operation of this process has made or changed an instance, or taken it away. */
  onSettled?: (record: InstanceRecord, isGone: boolean) => void;
}

/** What came of running an operation here; `lost`: another process, or the next one, goes on with it. */
export type Finished = Settled | { outcome: 'lost' };

interface Running {
  /** Which operation the promise speaks of. */
  operation: string;
  finished: Promise<Finished>;
  halt: AbortController;
  hold: Hold;
  /** What is awaited now, and whether a write is queued that is still to look at it. */
  progress: { text?: string; isQueued: boolean };
}

/** Trouble that passes by itself. */
const PASSING: readonly string[] = [
  'ClusterUnavailable',
  'StoreUnavailable',
  'CredentialSourceUnavailable',
] as const;

/**
 * Carries out the operations that records describe (design section 3): one at a time per instance, many instances at
 * once, each from the record alone, so that it does not matter which process began it.
 */
export class OperationEngine {
  readonly #options: EngineOptions;
  readonly #running = new Map<string, Running>();

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** This process's id among the holders of records. */
  get holder(): string {
    return this.#options.holder;
  }

  /** How many operations this process carries out now. */
  get running(): number {
    return this.#running.size;
  }

  /** Whether this process acts on the instance. */
  isRunning(instanceId: string): boolean {
    return this.#running.has(instanceId);
  }

  /** What comes of the operation that runs here, of this one alone when it is named; undefined when none does. */
  finished(instanceId: string, operation?: string): Promise<Finished> | undefined {
    const running = this.#running.get(instanceId);
    return operation === undefined || running?.operation === operation ? running?.finished : undefined;
  }

  /**
   * Acts on a record that this process has just written as its holder. Joins the operation if it runs already; another
   * one on the instance is over or about to notice, and is waited for. Never rejects.
   */
  run(stored: StoredInstance): Promise<Finished> {
    const { instanceId, operation } = stored.record;
    const before = this.#running.get(instanceId);
    if (before?.operation === operation.id) return before.finished;
    const halt = new AbortController();
    const running: Running = {
      operation: operation.id,
      halt,
      hold: new Hold(this.#holdOptions(halt.signal), stored),
      finished: Promise.resolve({ outcome: 'lost' }),
      progress: { isQueued: false },
    };
    this.#running.set(instanceId, running);
    this.#options.metrics.operationsRunning(this.#running.size);
    running.finished = this.#drive(running, stored, before).finally(() => {
      if (this.#running.get(instanceId) === running) this.#running.delete(instanceId);
      this.#options.metrics.operationsRunning(this.#running.size);
    });
    return running.finished;
  }

  /** Stops acting on the instance, if this process does, and resolves when nothing of it goes on any more. */
  async halt(instanceId: string): Promise<void> {
    const running = this.#running.get(instanceId);
    if (running === undefined) return;
    running.halt.abort(new HoldLost('halted by another request'));
    await running.finished;
  }

  /**
   * Records that the platform is told 202, so that a failure stays to be polled. Whether that is recorded: false when the
   * operation has just ended, or does not run here any more.
   */
  async makeAsynchronous(instanceId: string, operation: string): Promise<boolean> {
    const running = this.#running.get(instanceId);
    if (running?.operation !== operation) return false;
    try {
      await running.hold.write((record) => {
        const { operation } = withProgress(record, running.progress.text);
        return { ...record, operation: { ...operation, asynchronous: true } };
      });
      if (running.hold.record.operation.progress !== running.progress.text) this.#tell(running);
      return true;
    } catch (error) {
      if (error instanceof HoldLost) return false;
      throw error;
    }
  }

  /**
   * Waits for what runs to end, for so many milliseconds, and then gives the records up in such a way that the next
   * process goes on with them at once.
   */
  async stop(graceMs: number): Promise<void> {
    const grace = new AbortController();
    await Promise.race([this.#idle(grace.signal), delay(graceMs, grace.signal)]);
    grace.abort();
    const all = [...this.#running.values()];
    for (const { halt } of all) halt.abort(new HoldLost('the process is stopping'));
    await Promise.all(
      all.map(async (running) => {
        await running.finished;
        await this.#release(running.hold);
      }),
    );
  }

  /** One operation may be followed by another on the same instance. */
  async #idle(signal: AbortSignal): Promise<void> {
    while (this.#running.size > 0 && !signal.aborted)
      await Promise.all([...this.#running.values()].map(async ({ finished }) => finished));
  }

  async #drive(running: Running, first: StoredInstance, before: Running | undefined): Promise<Finished> {
    const { logger, metrics, now } = this.#options;
    const { instanceId, operation } = first.record;
    const began = now();
    try {
      if (before !== undefined) {
        await before.finished;
        if (!(await this.#lookAgain(running, instanceId))) return { outcome: 'lost' };
      }
      for (;;) {
        const finished = await this.#drivePersistently(running, instanceId);
        if (finished.outcome !== 'lost') {
          metrics.operationFinished(operation.type, finished.outcome, (now() - began) / 1000);
          this.#options.onSettled?.(running.hold.record, running.hold.isDeleted);
          return finished;
        }
        if (!(await this.#lookAgain(running, instanceId))) return finished;
      }
    } catch (error) {
      logger.error({ instance: instanceId, operation: operation.id, err: error }, 'operation broke off');
      return { outcome: 'lost' };
    }
  }

  /**
   * Somebody wrote the record. When it still names this process, it says what to do: to go on (true), or something else
   * instead, which whoever waits for the operation before is not told of.
   */
  async #lookAgain(running: Running, instanceId: string): Promise<boolean> {
    if (isFired(running.halt.signal)) return false;
    const stored = await this.#options.store.get(instanceId);
    if (isFired(running.halt.signal) || stored?.record.operation.holder !== this.holder) return false;
    if (stored.record.operation.id !== running.operation) {
      if (this.#running.get(instanceId) === running) void this.run(stored);
      return false;
    }
    running.hold = new Hold(this.#holdOptions(running.halt.signal), stored);
    return true;
  }

  async #drivePersistently(running: Running, instanceId: string): Promise<Finished> {
    const { logger, backoff } = this.#options;
    const { hold, progress } = running;
    const lost = new AbortController();
    const stopped = AbortSignal.any([running.halt.signal, lost.signal]);
    const renewal = keepRenewing(hold, this.#options.leaseMs, stopped, () =>
      lost.abort(new HoldLost('the record was taken over')),
    );
    const turnedBackBy = {};
    try {
      for (let failures = 0; ;) {
        try {
          const settled = await this.#step({ hold, halt: stopped, turnedBackBy, progress }, instanceId);
          if (settled !== undefined) return settled;
          failures = 0;
        } catch (error) {
          if (error instanceof HoldLost || stopped.aborted) return { outcome: 'lost' };
          failures += 1;
          logger.warn(
            { instance: instanceId, operation: hold.record.operation.id, err: error },
            'step is tried again',
          );
          await delay(backoff(failures), stopped);
        }
      }
    } finally {
      lost.abort(new HoldLost('done'));
      await renewal;
    }
  }

  async #step(
    {
      hold,
      halt,
      turnedBackBy,
      progress,
    }: Pick<Step, 'hold' | 'halt' | 'turnedBackBy'> & Pick<Running, 'progress'>,
    instanceId: string,
  ): Promise<Settled | undefined> {
    const { provisionerOf, revoke, logger, synchronousMs } = this.#options;
    const timeUp = AbortSignal.timeout(
      hold.record.operation.asynchronous ? this.#limitOf(hold.record) : synchronousMs,
    );
    return takeStep(
      { provisionerOf, revoke, logger },
      {
        hold,
        halt,
        turnedBackBy,
        work: {
          instanceId,
          signal: AbortSignal.any([halt, timeUp]),
          progress: (text) => this.#report({ hold, progress }, text),
        },
        isPassing: (error) => this.#isPassing(hold.record, error, timeUp.aborted),
      },
    );
  }

  /** An entry may allow more time for readiness than operations have; there has to be time to take it back, too. */
  #limitOf({ readinessSeconds = 0, target }: InstanceRecord): number {
    const seconds = Math.max(readinessSeconds, target?.readinessSeconds ?? 0);
    return Math.max(this.#options.asynchronousMs, seconds * 1000 + this.#options.synchronousMs);
  }

  /** Only what a platform polls can wait for better times; whoever waits for the answer hears of trouble at once. */
  #isPassing(record: InstanceRecord, error: unknown, timeUp: boolean): boolean {
    const { operation } = record;
    if (!operation.asynchronous) return false;
    const limit = operation.startedAt * 1000 + this.#limitOf(record);
    if (this.#options.clock() >= limit) return false;
    return timeUp || (error instanceof BrokerError && PASSING.includes(error.code));
  }

  #report({ hold, progress }: Pick<Running, 'hold' | 'progress'>, text: string): void {
    if (progress.text === text) return;
    progress.text = text;
    this.#tell({ hold, progress });
  }

  /** Only a platform that polls reads it; for one that waits for the answer it would be a write for nothing. */
  #tell({ hold, progress }: Pick<Running, 'hold' | 'progress'>): void {
    if (!hold.record.operation.asynchronous || progress.isQueued) return;
    progress.isQueued = true;
    hold
      .write((record) => {
        // What is reported from here on needs a write of its own.
        progress.isQueued = false;
        return withProgress(record, progress.text);
      })
      .catch(() => {
        // Whoever acts will notice by its own write; progress is only told.
        progress.isQueued = false;
      });
  }

  async #release({ record, isDeleted }: Hold): Promise<void> {
    const { store } = this.#options;
    if (isDeleted || record.operation.state !== 'in progress') return;
    try {
      const stored = await store.get(record.instanceId);
      if (stored?.record.operation.holder !== this.holder) return;
      const { holder, ...operation } = stored.record.operation;
      await store.put({ ...stored.record, operation }, stored.version);
    } catch {
      // The next process takes it over when the lease is up.
    }
  }

  #holdOptions(signal: AbortSignal): ConstructorParameters<typeof Hold>[0] {
    return { store: this.#options.store, backoff: this.#options.backoff, signal };
  }
}

function withProgress(record: InstanceRecord, progress: string | undefined): InstanceRecord {
  return progress === undefined ? record : { ...record, operation: { ...record.operation, progress } };
}
