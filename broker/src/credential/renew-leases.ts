import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '@mesitis/kube';
import type { Logger } from 'pino';
import type { KeyQueue } from '../key-queue.js';
import type { Metrics } from '../metrics/metrics.js';
import type { BindingRecord, InstanceRecord } from '../store/instance-record.js';
import type { InstanceStore } from '../store/instance-store.js';
import { StoreConflict } from '../store/instance-store.js';
import type { CredentialSource } from './credential-source.js';

/** What was issued for a binding and is to be prolonged. */
export interface DueRenewal {
  bindingId: string;
  source: CredentialSource;
  issued: JsonObject;
  /** When it came due, in milliseconds since 1970. */
  dueAt: number;
}

/** What of a record is due at `now` (milliseconds since 1970); with `now` Infinity, whatever will be due some day. */
export function dueRenewals(
  { bindings }: Pick<InstanceRecord, 'bindings'>,
  sources: readonly CredentialSource[],
  now: number,
): DueRenewal[] {
  return bindings.flatMap(({ state, bindingId, issued }): DueRenewal[] => {
    if (state !== 'bound' || issued === undefined) return [];
    const source = sources.find(({ kind }) => kind === issued['kind']);
    const dueAt = source?.renewalDue(issued);
    return source === undefined || dueAt === undefined || dueAt > now
      ? []
      : [{ bindingId, source, issued, dueAt }];
  });
}

/** What the renewal works with. */
export interface LeaseRenewalOptions {
  store: Pick<InstanceStore, 'list' | 'get' | 'put'>;
  sources: readonly CredentialSource[];
  /** Keeps out of the way of requests of this process for the same instance. */
  queue: Pick<KeyQueue, 'run'>;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Runs the callback once, so many milliseconds later; the result cancels it. */
  setTimer: (run: () => void, milliseconds: number) => () => void;
  logger: Pick<Logger, 'info' | 'warn'>;
  metrics: Pick<Metrics, 'leaseRenewed'>;
  /** How often what is due is renewed; 30 s when left out. */
  everyMs?: number;
  /** How often the whole store is read, for what other processes bound; 5 min when left out. */
  surveyEveryMs?: number;
}

/** How many instances are renewed at once. */
const AT_ONCE = 8;

/**
 * Prolongs leases while their bindings last. It keeps only ids and times in memory; the records are read when they are
 * due. Several processes may do the same: a record is written only over the version that was read.
 */
export class LeaseRenewal {
  readonly #options: LeaseRenewalOptions;
  /** When the first lease of an instance comes due. */
  readonly #due = new Map<string, number>();
  /** Renewals that came to nothing, by instance and binding, so that they are told once. */
  readonly #failing = new Map<string, Map<string, Failing>>();
  #surveyAt = -Infinity;
  #cancelTimer: () => void = () => undefined;
  #round: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: LeaseRenewalOptions) {
    this.#options = options;
  }

  /** Looks at once, and then again and again. */
  start(): void {
    const { setTimer, everyMs = 30_000 } = this.#options;
    this.#round = this.look().then(() => {
      if (!this.#isStopped) this.#cancelTimer = setTimer(() => this.start(), everyMs);
    });
  }

  /** Ends the loop; resolves when the last round is over. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelTimer();
    await this.#round;
  }

  /** Tells of a record that this process wrote, so that a new lease need not wait for the next survey. */
  noticed(record: InstanceRecord): void {
    const { sources } = this.#options;
    const failing = this.#failing.get(record.instanceId);
    for (const id of failing?.keys() ?? []) {
      if (!record.bindings.some(({ bindingId }) => bindingId === id)) failing?.delete(id);
    }
    const renewable = dueRenewals(record, sources, Infinity).filter((due) => !isOver(failing, due));
    if (renewable.length === 0) this.#due.delete(record.instanceId);
    else this.#due.set(record.instanceId, Math.min(...renewable.map(({ dueAt }) => dueAt)));
  }

  /** One round. Never rejects: what failed is tried in the next one. */
  async look(): Promise<void> {
    const { now, logger, surveyEveryMs = 300_000 } = this.#options;
    try {
      if (now() >= this.#surveyAt) {
        await this.#survey();
        this.#surveyAt = now() + surveyEveryMs;
      }
    } catch (error) {
      logger.warn({ err: error }, 'looking for leases failed');
    }
    const due = [...this.#due].filter(([, dueAt]) => dueAt <= now()).map(([instanceId]) => instanceId);
    const worker = async (): Promise<void> => {
      for (let id = due.pop(); id !== undefined && !this.#isStopped; id = due.pop()) await this.#renew(id);
    };
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, due.length) }, worker));
  }

  async #survey(): Promise<void> {
    const seen = new Set<string>();
    for await (const { record } of this.#options.store.list()) {
      if (this.#isStopped) return;
      this.noticed(record);
      seen.add(record.instanceId);
    }
    for (const id of this.#due.keys()) if (!seen.has(id)) this.#due.delete(id);
    for (const id of this.#failing.keys()) if (!seen.has(id)) this.#failing.delete(id);
  }

  async #renew(instanceId: string): Promise<void> {
    const { store, sources, now, queue, logger } = this.#options;
    try {
      // Behind a request that is under way, which may end the lease.
      const stored = await queue.run(instanceId, async () => store.get(instanceId));
      if (stored === undefined) {
        this.#forget(instanceId);
        return;
      }
      const failing = this.#failing.get(instanceId);
      const due = dueRenewals(stored.record, sources, now()).filter(
        (candidate) => !isOver(failing, candidate),
      );
      // Vault may take its time for each: requests for the instance that come then do not wait for that.
      const renewed = await this.#prolongAll(stored.record, due);
      await queue.run(instanceId, async () => this.#writeDown(instanceId, renewed));
    } catch (error) {
      // Another process was first; the next round sees what it left.
      if (error instanceof StoreConflict) return;
      logger.warn({ instance: instanceId, err: error }, 'renewing leases failed');
    }
  }

  async #prolongAll(record: InstanceRecord, due: readonly DueRenewal[]): Promise<Map<string, Prolonged>> {
    const renewed = new Map<string, Prolonged>();
    for (const renewal of due) {
      if (this.#isStopped) break;
      const after = await this.#prolong(record, renewal);
      if (after !== undefined) renewed.set(renewal.bindingId, { before: renewal.issued, after });
    }
    return renewed;
  }

  async #writeDown(instanceId: string, renewed: ReadonlyMap<string, Prolonged>): Promise<void> {
    const { store } = this.#options;
    const stored = await store.get(instanceId);
    if (stored === undefined) {
      this.#forget(instanceId);
      return;
    }
    const { record, version } = stored;
    const bindings = record.bindings.map((binding) => withIssued(binding, renewed));
    // A record under operation is its holder's alone to write. The lease was prolonged all the same, and is again in
    // the next round, until that can be written down.
    const isOurs = record.operation.state !== 'in progress';
    const isChanged = bindings.some((binding, index) => binding !== record.bindings[index]);
    const after = isOurs && isChanged ? { ...record, bindings } : record;
    if (after !== record) await store.put(after, version);
    this.noticed(after);
  }

  #forget(instanceId: string): void {
    this.#due.delete(instanceId);
    this.#failing.delete(instanceId);
  }

  /** Remembers a failure; whether it is another one than before. */
  #isNew({ instance, binding }: { instance: string; binding: string }, failure: Failing): boolean {
    const failing = this.#failing.get(instance) ?? new Map<string, Failing>();
    this.#failing.set(instance, failing);
    const before = failing.get(binding);
    failing.set(binding, failure);
    return before?.dueAt !== failure.dueAt || before.isOver !== failure.isOver;
  }

  /** What to keep from now on; undefined when nothing was prolonged. */
  async #prolong(
    record: InstanceRecord,
    { bindingId, source, issued, dueAt }: DueRenewal,
  ): Promise<JsonObject | undefined> {
    const { logger, metrics } = this.#options;
    const ids = { instance: record.instanceId, binding: bindingId };
    try {
      const renewed = await source.renew(issued);
      metrics.leaseRenewed(renewed !== undefined);
      if (renewed === undefined) {
        if (this.#isNew(ids, { dueAt, isOver: true })) logger.warn(ids, LAST_TIME);
        return undefined;
      }
      this.#failing.get(ids.instance)?.delete(bindingId);
      if (source.renewalDue(renewed.issued) === undefined) logger.warn(ids, LAST_TIME);
      return renewed.issued;
    } catch (error) {
      metrics.leaseRenewed(false);
      if (this.#isNew(ids, { dueAt, isOver: false }))
        logger.warn({ ...ids, err: error }, 'renewing a lease failed');
      return undefined;
    }
  }
}

/** A renewal that came to nothing. */
interface Failing {
  /** Which renewal: a new lease of the same binding is due at another time. */
  dueAt: number;
  /** Whether it can't be prolonged any more. */
  isOver: boolean;
}

const LAST_TIME = 'a lease can not be prolonged any more';

function isOver(
  failing: ReadonlyMap<string, Failing> | undefined,
  { bindingId, dueAt }: DueRenewal,
): boolean {
  const failure = failing?.get(bindingId);
  return failure !== undefined && failure.isOver && failure.dueAt === dueAt;
}

/** What was issued, and what to keep of it from now on. */
interface Prolonged {
  before: JsonObject;
  after: JsonObject;
}

/** A binding that was made anew under the same id meanwhile is another one. */
function withIssued(binding: BindingRecord, renewed: ReadonlyMap<string, Prolonged>): BindingRecord {
  const prolonged = renewed.get(binding.bindingId);
  return prolonged !== undefined && isDeepStrictEqual(binding.issued, prolonged.before)
    ? { ...binding, issued: prolonged.after }
    : binding;
}
