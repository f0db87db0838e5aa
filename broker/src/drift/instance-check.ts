import { isDeepStrictEqual } from 'node:util';
import type { Kube, KubeObject } from '@mesitis/kube';
import { isKubeError, refOf } from '@mesitis/kube';
import type { Logger } from 'pino';
import { fromClusterError } from '../cluster-error.js';
import { publicMessage } from '../errors.js';
import type { Metrics } from '../metrics/metrics.js';
import { display } from '../provision/ownership.js';
import type { InstanceRecord } from '../store/instance-record.js';
import type { InstanceStore, StoredInstance } from '../store/instance-store.js';
import type { Finding } from './object-repair.js';
import { inspect, putBack } from './object-repair.js';
import type { RepairBudget } from './repair-budget.js';
import type { RepairReason } from './repair-events.js';
import { EventWriter, eventAbout } from './repair-events.js';
import type { ObjectKey, TrackedObjects } from './tracked-objects.js';
import { fingerprintOf, objectId } from './tracked-objects.js';
import type { Scope } from './work-queue.js';

/** What checking works with. */
export interface InstanceCheckOptions {
  kube: Pick<Kube, 'get' | 'create' | 'patch' | 'remove'>;
  store: Pick<InstanceStore, 'get'>;
  logger: Pick<Logger, 'info' | 'warn'>;
  metrics: Pick<Metrics, 'driftRepaired' | 'driftFailed'>;
  /** Whether the instance's entry wants its objects put back. */
  repairs: (record: InstanceRecord) => boolean;
  tracked: TrackedObjects;
  budget: RepairBudget;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** What looking at an instance came to. */
export type CheckOutcome =
  /** The store does not have it any more. */
  { kind: 'gone' } | { kind: 'looked'; again: LookAgain[] };

/** An object that has to be looked at once more. */
export interface LookAgain {
  key: ObjectKey;
  milliseconds: number;
}

/** The API server says that asking again will not help. */
const REFUSALS = ['forbidden', 'invalid'] as const;

/** Somebody was faster: looking again tells what is left to do. */
const OVERTAKEN = ['conflict', 'already-exists', 'not-found'] as const;

/** When to look again after that, in milliseconds. */
const OVERTAKEN_PAUSE_MS = 1_000;

/** How many of the places that were put back an Event names. */
const NAMED_PATHS = 5;

/** One object of an instance, as the record has it. */
interface Wanted {
  stored: StoredInstance;
  object: KubeObject;
  key: ObjectKey;
}

/** Looks at the objects of one instance, and puts back what is not as its record says. */
export class InstanceCheck {
  readonly #options: InstanceCheckOptions;
  readonly #events: EventWriter;

  constructor(options: InstanceCheckOptions) {
    this.#options = options;
    this.#events = new EventWriter(options.kube, options.logger);
  }

  /** @throws KubeError, StoreUnavailable: to be tried again */
  async run(instanceId: string, scope: Scope<ObjectKey>): Promise<CheckOutcome> {
    const { store, tracked } = this.#options;
    const stored = await store.get(instanceId);
    if (stored === undefined) return { kind: 'gone' };
    const again: LookAgain[] = [];
    if (!this.#isSettled(stored.record)) {
      tracked.unsettle(instanceId);
      return { kind: 'looked', again };
    }
    const objects = stored.record.resources.objects.flat();
    // Another replica may have updated it.
    const wasUpdated = tracked.set(instanceId, objects.map(refOf));
    for (const object of objects) {
      const key = tracked.keyOf(refOf(object));
      if (!wasUpdated && scope !== 'all' && !scope.has(key)) continue;
      const milliseconds = await this.#check({ stored, object, key });
      if (milliseconds !== undefined) again.push({ key, milliseconds });
    }
    return { kind: 'looked', again };
  }

  /** Whether the record says how things are to be; else somebody is at work on them. */
  #isSettled(record: InstanceRecord): boolean {
    return (
      record.state === 'ready' && record.operation.state !== 'in progress' && this.#options.repairs(record)
    );
  }

  /** @returns when to look again, in milliseconds; undefined when something would have to happen first */
  async #check(wanted: Wanted): Promise<number | undefined> {
    const { kube, tracked, logger } = this.#options;
    const { instanceId } = wanted.stored.record;
    const settled = tracked.settledAt(instanceId, wanted.key);
    const finding = await inspect(kube, wanted.object, { instanceId, settled });
    switch (finding.kind) {
      case 'settled':
        tracked.settle(instanceId, wanted.key, finding.state);
        return undefined;
      case 'left':
        return undefined;
      case 'foreign':
        logger.warn(about(wanted), 'object without our marks left alone');
        return undefined;
      case 'missing':
      case 'changed':
        return this.#repairIfAllowed(wanted, finding);
    }
  }

  async #repairIfAllowed(wanted: Wanted, finding: Finding): Promise<number | undefined> {
    const { budget, now } = this.#options;
    const permission = budget.ask(budgetKey(wanted), now());
    switch (permission.kind) {
      case 'wait':
        return permission.milliseconds;
      case 'given-up':
        if (permission.isNew) await this.#tellGivenUp(wanted, 'it is changed again each time it is put back');
        return permission.milliseconds;
      case 'granted':
        break;
    }
    // As late as can be: what is being updated or deprovisioned must not be put back.
    if (!(await this.#isUnchanged(wanted))) return OVERTAKEN_PAUSE_MS;
    try {
      if (finding.kind === 'changed') await this.#changeBack(wanted, finding);
      else await this.#makeAgain(wanted);
      return undefined;
    } catch (error) {
      if (isKubeError(error, ...OVERTAKEN)) return OVERTAKEN_PAUSE_MS;
      if (!isKubeError(error, ...REFUSALS)) throw error;
      const { milliseconds } = budget.giveUp(budgetKey(wanted), now());
      const refusal = fromClusterError(error, `putting back ${display(refOf(wanted.object))}`);
      await this.#tellGivenUp(wanted, publicMessage(refusal));
      return milliseconds;
    }
  }

  /** Whether the record still says so. It may have been written otherwise meanwhile: a binding is none of our business. */
  async #isUnchanged({ stored: { record, version } }: Wanted): Promise<boolean> {
    const now = await this.#options.store.get(record.instanceId);
    if (now === undefined || !this.#isSettled(now.record)) return false;
    return now.version === version || isDeepStrictEqual(now.record.resources, record.resources);
  }

  async #makeAgain(wanted: Wanted): Promise<void> {
    const { kube, logger } = this.#options;
    const made = await kube.create(wanted.object);
    // Had a removal begun meanwhile, it may have passed this object already. In doubt it goes: missing is mended again.
    if (!(await this.#isUnchanged(wanted).catch(() => false))) {
      const { uid } = made.metadata;
      await kube.remove(refOf(made), uid === undefined ? {} : { uid });
      logger.info(about(wanted), 'object made again was taken away, because the instance changed meanwhile');
      return;
    }
    const hint = 'deprovision the instance to be rid of it';
    await this.#tellRepaired(wanted, made, { what: 'deleted by hand and made again', hint });
  }

  async #changeBack(wanted: Wanted, { live, paths }: Finding & { kind: 'changed' }): Promise<void> {
    const { kube, tracked } = this.#options;
    const { instanceId } = wanted.stored.record;
    const { object, changed, state } = await putBack(kube, wanted.object, live);
    if (changed) {
      const more = paths.length > NAMED_PATHS ? ` and ${paths.length - NAMED_PATHS} more` : '';
      const what = `changed by hand and put back: ${paths.slice(0, NAMED_PATHS).join(', ')}${more}`;
      const hint = 'what is to last belongs in the wrapped resource of the offering';
      await this.#tellRepaired(wanted, object, { what, hint });
    }
    // Even if not all is as it was written: this is what the API server makes of it, and it would make it again.
    tracked.settle(instanceId, wanted.key, state);
  }

  async #tellRepaired(
    wanted: Wanted,
    object: KubeObject,
    { what, hint }: { what: string; hint: string },
  ): Promise<void> {
    const { budget, metrics, logger, tracked, now } = this.#options;
    budget.spend(budgetKey(wanted), now());
    tracked.settle(wanted.stored.record.instanceId, wanted.key, fingerprintOf(object));
    metrics.driftRepaired(object.kind);
    logger.info({ ...about(wanted), what }, 'drift repaired');
    await this.#write(object, 'DriftRepaired', `${what}; ${hint}`);
  }

  async #tellGivenUp(wanted: Wanted, why: string): Promise<void> {
    const { metrics, logger } = this.#options;
    metrics.driftFailed(wanted.object.kind);
    logger.warn({ ...about(wanted), why }, 'drift left as it is');
    await this.#write(wanted.object, 'DriftRepairGivenUp', `left as it is for a while: ${why}`);
  }

  async #write(object: KubeObject, reason: RepairReason, message: string): Promise<void> {
    await this.#events.write(eventAbout(object, reason, message, { now: this.#options.now() }));
  }
}

function budgetKey({ stored, key }: Wanted): string {
  return objectId(stored.record.instanceId, key);
}

function about({ stored, object }: Wanted): { instance: string; object: string } {
  return { instance: stored.record.instanceId, object: display(refOf(object)) };
}
