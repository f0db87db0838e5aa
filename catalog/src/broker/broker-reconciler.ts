import { storedInstances } from '../entry/stored-instances.js';
import { withoutFinalizer } from '../model/finalizer.js';
import { scopeOfKind } from '../model/kinds.js';
import { asBroker, asInstance } from '../model/objects.js';
import type { ServiceBroker } from '../model/objects.js';
import { describeResult } from '../osb/osb.js';
import type { OsbRequest } from '../osb/osb.js';
import type { Context, Reconciler } from '../runtime/context.js';
import { TERMS } from '../runtime/indexes.js';
import { keyFor, keyOf, refOfKey } from '../runtime/keys.js';
import { OUTAGE_RETRIES } from '../runtime/limits.js';
import { RetryLedger } from '../runtime/retry-ledger.js';
import { isNews } from '../runtime/store-status.js';
import { readCatalog } from './catalog-payload.js';
import { restrict } from './catalog-restrictions.js';
import { dismantle, syncCatalog } from './catalog-sync.js';
import { afterFetch, decideBroker, deletedReason } from './decide-broker.js';
import type { BrokerStep, BrokerWorld, FetchOutcome } from './decide-broker.js';

const CATALOG: OsbRequest = { method: 'GET', path: ['v2', 'catalog'] };

/** Takes the steps that {@link decideBroker} names, one after the other, until there is none to take now. */
export class BrokerReconciler implements Reconciler {
  readonly #context: Context;
  readonly #relistIntervalMs: number;
  readonly #retries = new RetryLedger();
  /** The keys of brokers whose credentials changed since their catalog was fetched. */
  readonly #changed = new Set<string>();

  constructor(context: Context, relistIntervalMs: number) {
    this.#context = context;
    this.#relistIntervalMs = relistIntervalMs;
  }

  async reconcile(key: string): Promise<number | undefined> {
    const { observed } = this.#context;
    const { kind, namespace, name } = refOfKey(key);
    for (;;) {
      const object = observed.get(kind, namespace, name);
      if (object === undefined) {
        this.#changed.delete(key);
        return undefined;
      }
      const broker = asBroker(object);
      const step = decideBroker(broker, this.#world(broker));
      if (step.type === 'idle') return undefined;
      if (step.type === 'wait') return step.until;
      await this.#take(step, broker);
    }
  }

  forget(uid: string | undefined): void {
    this.#retries.forget(uid);
  }

  /** Notes that the Secret of a broker changed: its catalog is fetched with it once, which shows whether it serves. */
  credentialsChanged(key: string): void {
    this.#changed.add(key);
  }

  async #take(step: Exclude<BrokerStep, { type: 'idle' | 'wait' }>, broker: ServiceBroker): Promise<void> {
    const { observed } = this.#context;
    switch (step.type) {
      case 'update-object':
        await observed.update(step.object);
        return;
      case 'update-status':
        await observed.update({ ...broker, status: step.status }, { subresource: 'status' });
        return;
      case 'fetch':
        await this.#fetch(broker);
        return;
      case 'dismantle':
        await this.#dismantle(broker);
    }
  }

  #world(broker: ServiceBroker): BrokerWorld {
    return {
      now: this.#context.clock.now(),
      retryAt: this.#retries.notBefore(broker),
      relistIntervalMs: this.#relistIntervalMs,
      credentialsChanged: this.#changed.has(keyOf(broker)),
      instances: () => this.#instancesOf(broker),
    };
  }

  #instancesOf(broker: ServiceBroker): string[] {
    const { observed } = this.#context;
    const entries = observed.keys(TERMS.ofBroker(keyOf(broker)));
    const instances = entries.flatMap((key) => observed.find(TERMS.using(key)));
    return [
      ...new Set(instances.map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`)),
    ];
  }

  async #fetch(broker: ServiceBroker): Promise<void> {
    const { clock, events, log, observed } = this.#context;
    this.#changed.delete(keyOf(broker));
    const outcome = await this.#catalogOf(broker);
    const now = clock.now();
    if (outcome.ok) this.#retries.forget(broker.metadata.uid);
    else this.#retries.postpone(broker, now, { limits: OUTAGE_RETRIES });
    log.info(
      { broker: keyOf(broker), ...(outcome.ok ? { notes: outcome.notes } : { problem: outcome.message }) },
      outcome.ok ? 'catalog fetched' : 'catalog not fetched',
    );
    const status = afterFetch(broker, outcome, now);
    await observed.update({ ...broker, status }, { subresource: 'status' });
    if ((outcome.ok && outcome.notes.length === 0) || !isNews(broker.status, status)) return;
    events.record(broker, {
      type: 'Warning',
      reason: outcome.ok ? 'ErrorSyncingCatalog' : (outcome.eventReason ?? outcome.reason),
      message: outcome.ok ? outcome.notes.join('; ') : outcome.message,
    });
  }

  async #catalogOf(broker: ServiceBroker): Promise<FetchOutcome> {
    const { brokers, kube } = this.#context;
    const connection = await brokers.connect(broker);
    if (!connection.ok && connection.about === 'credentials') {
      const outcome = notFetched(`Error getting broker auth credentials: ${connection.message}`);
      return { ...outcome, eventReason: 'ErrorGettingAuthCredentials' };
    }
    const result = await brokers.call(broker, CATALOG);
    const isCatalog = result.type === 'answer' && result.status === 200;
    const payload = isCatalog ? readCatalog(result.body) : undefined;
    if (payload === undefined) {
      const why = isCatalog ? 'the answer has no list of services' : describeResult(result);
      return notFetched(`Error getting broker catalog: ${why}`);
    }
    const restricted = restrict(scopeOfKind(broker.kind), broker.spec.catalogRestrictions, payload.services);
    if (!restricted.ok) return notSynced(broker, restricted.message);
    const [first, ...others] = await syncCatalog(kube, broker, restricted.services);
    if (first === undefined) return { ok: true, notes: payload.skipped };
    return notSynced(broker, others.length === 0 ? first : `${first} (and ${others.length} more)`);
  }

  async #dismantle(broker: ServiceBroker): Promise<void> {
    const { events, kube, observed } = this.#context;
    if (await this.#isInUse(broker)) {
      // The watch is about to show the instance, and that decides again.
      throw new Error(`an instance of ${keyOf(broker)} appeared while it was being deleted`);
    }
    await dismantle(kube, broker);
    events.record(broker, {
      type: 'Normal',
      reason: deletedReason(broker),
      message: 'The broker was deleted successfully',
    });
    await observed.update(withoutFinalizer(broker));
  }

  /** Asks the API server, because what was decided from the caches is about to become final. */
  async #isInUse(broker: ServiceBroker): Promise<boolean> {
    const { kube, observed } = this.#context;
    const { namespace } = broker.metadata;
    const scope = scopeOfKind(broker.kind);
    const entries = new Set(observed.keys(TERMS.ofBroker(keyOf(broker))));
    const instances = await storedInstances(kube, namespace === undefined ? {} : { namespace });
    return instances.some((item) => {
      const name = asInstance(item).spec[scope.classRef]?.name;
      return name !== undefined && entries.has(keyFor(scope.classKind, namespace, name));
    });
  }
}

function notFetched(message: string): Extract<FetchOutcome, { ok: false }> {
  return { ok: false, reason: 'ErrorFetchingCatalog', message: `Error fetching catalog.${message}` };
}

function notSynced(broker: ServiceBroker, message: string): FetchOutcome {
  return {
    ok: false,
    reason: 'ErrorSyncingCatalog',
    message: `Error syncing catalog from ${broker.kind}.${message}`,
  };
}
