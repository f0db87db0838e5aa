import type { Backoff, Kube } from '@mesitis/kube';
import { exponentialBackoff, refOf } from '@mesitis/kube';
import { delay as realDelay } from '../delay.js';
import type { InstanceRecord } from '../store/instance-record.js';
import type { InstanceStore } from '../store/instance-store.js';
import type { FollowOptions } from './follow.js';
import { Follow } from './follow.js';
import type { InstanceCheckOptions } from './instance-check.js';
import { InstanceCheck } from './instance-check.js';
import { RepairBudget } from './repair-budget.js';
import type { RepairLimits } from './repair-budget.js';
import type { ObjectKey, Place } from './tracked-objects.js';
import { fingerprintOf, objectId, TrackedObjects } from './tracked-objects.js';
import type { Scope } from './work-queue.js';
import { WorkQueue } from './work-queue.js';

/** What {@link DriftRepair} works with; what is left out has a default. */
export interface DriftRepairOptions extends Pick<InstanceCheckOptions, 'logger' | 'metrics' | 'repairs'> {
  kube: Pick<Kube, 'get' | 'pages' | 'watch' | 'create' | 'patch' | 'remove'>;
  store: Pick<InstanceStore, 'get' | 'list'>;
  /** Runs a task while nothing else is done to the instance by this process. */
  exclusive?: <Result>(instanceId: string, task: () => Promise<Result>) => Promise<Result>;
  limits?: RepairLimits;
  /** How many instances are looked at at the same time; 4. */
  workers?: number;
  /** How often the store is asked for instances that other replicas made, in milliseconds; 10 minutes. */
  adoptionMs?: number;
  /** The wait after failures; the default goes from one second to one minute. */
  backoff?: Backoff;
  /** Resolves after so many milliseconds, or when the signal fires; {@link realDelay} when left out. */
  delay?: FollowOptions['delay'];
  /** Milliseconds since 1970. */
  now?: () => number;
}

const DEFAULTS = {
  exclusive: async <Result>(_instanceId: string, task: () => Promise<Result>): Promise<Result> => task(),
  limits: { repairs: 5, windowMs: 600_000, firstPauseMs: 1_000, restMs: 3_600_000 },
  workers: 4,
  adoptionMs: 600_000,
  backoff: exponentialBackoff({ initialMs: 1_000, maxMs: 60_000 }),
  delay: realDelay,
  now: () => Date.now(),
};

/**
 * Puts back objects of ready instances that were deleted or changed by hand. It watches the kinds and namespaces in which
 * instances have objects without keeping any; what it acts on is always the record as it is in the store now and the
 * object as it is in the cluster now. Several replicas may do so at once: what the one has put back the other finds in
 * order, because every write says which state it was made from.
 */
export class DriftRepair {
  readonly #options: Required<DriftRepairOptions>;
  readonly #tracked = new TrackedObjects();
  readonly #budget: RepairBudget;
  readonly #check: InstanceCheck;
  readonly #queue: WorkQueue<ObjectKey>;
  readonly #follows = new Map<number, Follow>();
  readonly #stopped = new AbortController();
  /** Failed looks in a row, by instance. */
  readonly #failures = new Map<string, number>();
  /** What is waited for before it is looked at again. */
  readonly #scheduled = new Set<string>();
  /** What has to come to its end before stop() does. */
  readonly #ending = new Set<Promise<void>>();

  constructor(options: DriftRepairOptions) {
    this.#options = { ...DEFAULTS, ...options };
    const { kube, store, logger, metrics, repairs, limits, workers, now } = this.#options;
    this.#budget = new RepairBudget(limits);
    this.#check = new InstanceCheck({
      ...{ kube, store, logger, metrics, repairs, now },
      tracked: this.#tracked,
      budget: this.#budget,
    });
    this.#queue = new WorkQueue(workers, async (instanceId, scope) => this.#look(instanceId, scope));
  }

  /** Begins with the instances that are in the store. Resolves when they are known; trouble is ridden out. */
  async start(): Promise<void> {
    const { delay, backoff } = this.#options;
    const { signal } = this.#stopped;
    for (let failures = 1; !signal.aborted && !(await this.#adopt()); failures += 1) {
      await delay(backoff(failures), signal);
    }
    this.#endBeforeStop(this.#adoptAgain(signal));
  }

  /** Takes in an instance that has become ready, new or updated, and looks at it. */
  track(record: InstanceRecord): void {
    const refs = record.resources.objects.flat().map(refOf);
    this.#tracked.set(record.instanceId, refs);
    this.#tracked.unsettle(record.instanceId);
    for (const ref of refs) this.#budget.forget(objectId(record.instanceId, this.#tracked.keyOf(ref)));
    if (refs.length > 0) this.#queue.add(record.instanceId);
    this.#followPlaces();
  }

  /** Forgets an instance that is gone. */
  forget(instanceId: string): void {
    this.#tracked.delete(instanceId);
    this.#queue.forget(instanceId);
    this.#failures.delete(instanceId);
    this.#followPlaces();
  }

  /** Ends it; resolves when nothing is being done any more. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all([...this.#follows.values()].map(async (follow) => follow.stop()));
    await this.#queue.stop();
    await Promise.all(this.#ending);
  }

  async #adoptAgain(signal: AbortSignal): Promise<void> {
    const { delay, adoptionMs } = this.#options;
    for (;;) {
      await delay(adoptionMs, signal);
      if (signal.aborted) return;
      await this.#adopt();
    }
  }

  /** Takes in what the store has, and looks at what it does not have any more. False when it could not be read. */
  async #adopt(): Promise<boolean> {
    const known = new Set(this.#tracked.instanceIds());
    try {
      for await (const { record } of this.#options.store.list({ states: ['ready'] })) {
        if (this.#stopped.signal.aborted) return true;
        known.delete(record.instanceId);
        const refs = record.resources.objects.flat().map(refOf);
        if (this.#tracked.set(record.instanceId, refs)) this.#queue.add(record.instanceId);
      }
    } catch (err) {
      this.#options.logger.warn({ err }, 'instances not read for drift repair');
      return false;
    }
    for (const instanceId of known) this.#queue.add(instanceId);
    this.#followPlaces();
    return true;
  }

  async #look(instanceId: string, scope: Scope<ObjectKey>): Promise<void> {
    const { exclusive, backoff, logger } = this.#options;
    try {
      const outcome = await exclusive(instanceId, async () => this.#check.run(instanceId, scope));
      this.#failures.delete(instanceId);
      if (outcome.kind === 'gone') {
        this.forget(instanceId);
        return;
      }
      for (const { key, milliseconds } of outcome.again) this.#lookLater(instanceId, milliseconds, key);
      this.#followPlaces();
    } catch (err) {
      const failures = (this.#failures.get(instanceId) ?? 0) + 1;
      this.#failures.set(instanceId, failures);
      logger.warn({ err, instance: instanceId }, 'objects not compared for now');
      this.#lookLater(instanceId, backoff(failures));
    }
  }

  #lookLater(instanceId: string, milliseconds: number, key?: ObjectKey): void {
    const id = objectId(instanceId, key);
    if (this.#scheduled.has(id)) return;
    this.#scheduled.add(id);
    const { signal } = this.#stopped;
    const later = async (): Promise<void> => {
      await this.#options.delay(milliseconds, signal);
      this.#scheduled.delete(id);
      if (!signal.aborted) this.#queue.add(instanceId, key);
    };
    this.#endBeforeStop(later());
  }

  /** Follows the places in which there is something now, and no others. */
  #followPlaces(): void {
    const { used, unused } = this.#tracked.takePlaces();
    for (const { id } of unused) {
      const follow = this.#follows.get(id);
      this.#follows.delete(id);
      if (follow !== undefined) this.#endBeforeStop(follow.stop());
    }
    if (this.#stopped.signal.aborted) return;
    for (const place of used) {
      if (!this.#follows.has(place.id)) this.#follows.set(place.id, this.#follow(place));
    }
  }

  #follow(place: Place): Follow {
    const { kube, logger, delay, now, backoff } = this.#options;
    /** During a pass: what is there. */
    let seen: Set<ObjectKey> | undefined;
    let lastError = '';
    return new Follow({
      ...{ kube, delay, now, backoff, query: place.query },
      onPassBegun: () => {
        seen = new Set();
      },
      onObject: (object) => {
        const owner = this.#tracked.ownerOf(place, object);
        if (owner === undefined) return;
        seen?.add(owner.key);
        const settled = this.#tracked.settledAt(owner.instanceId, owner.key);
        if (settled !== fingerprintOf(object)) this.#queue.add(owner.instanceId, owner.key);
      },
      onDeleted: (object) => {
        const owner = this.#tracked.ownerOf(place, object);
        if (owner !== undefined) this.#queue.add(owner.instanceId, owner.key);
      },
      onPassEnded: () => {
        lastError = '';
        for (const { instanceId, key } of this.#tracked.objectsIn(place)) {
          if (seen?.has(key) !== true) this.#queue.add(instanceId, key);
        }
        seen = undefined;
      },
      onError: (err) => {
        // A right that is missing would otherwise be told twice a minute for ever.
        const message = err instanceof Error ? err.message : '';
        if (message !== lastError) logger.warn({ err, ...place.query }, 'objects not watched for now');
        lastError = message;
      },
    });
  }

  #endBeforeStop(work: Promise<void>): void {
    this.#ending.add(work);
    void work.finally(() => this.#ending.delete(work));
  }
}
