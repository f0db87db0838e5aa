import type { CacheChange, Kube } from '@mesitis/kube';
import { isKubeError } from '@mesitis/kube';
import type { Logger } from 'pino';
import { BindingReconciler } from './binding/binding-reconciler.js';
import { BrokerReconciler } from './broker/broker-reconciler.js';
import { EntryReconciler } from './entry/entry-reconciler.js';
import { InstanceReconciler } from './instance/instance-reconciler.js';
import { Unresolved } from './instance/references.js';
import { residenceOf } from './instance/residence.js';
import { credentialEnds } from './metrics/credential-ends.js';
import { noMetrics } from './metrics/metrics.js';
import type { BrokerCount, Metrics, Snapshot } from './metrics/metrics.js';
import type { CatalogView } from './model/catalog-view.js';
import { BINDING_KIND, INSTANCE_KIND, SCOPES } from './model/kinds.js';
import { asClassOrPlan, asInstance } from './model/objects.js';
import type { ServiceBinding } from './model/objects.js';
import type { OsbTransport } from './osb/osb.js';
import { affectedKeys, keysNamingSecret, keysToRetry } from './runtime/affected.js';
import { BrokerCalls } from './runtime/broker-calls.js';
import { confirmCalls } from './runtime/confirm-calls.js';
import type { Clock } from './runtime/clock.js';
import type { Context, Reconciler } from './runtime/context.js';
import { describeError } from './runtime/describe-error.js';
import { EventRecorder } from './runtime/event-recorder.js';
import { DEFAULT_FEATURES } from './runtime/features.js';
import type { Features } from './runtime/features.js';
import { TERMS } from './runtime/indexes.js';
import { keyOf, refOfKey } from './runtime/keys.js';
import { metered } from './runtime/metered.js';
import { observedCatalog } from './runtime/observed-catalog.js';
import { Observed } from './runtime/observed.js';
import { WorkQueue } from './runtime/work-queue.js';

/** Everything the controller depends on. */
export interface ControllerOptions {
  kube: Kube;
  /** Sends requests to brokers. */
  send: OsbTransport;
  /** The id that brokers know this cluster by. */
  clusterId: string;
  clock: Clock;
  /** A new UUID. */
  newId: () => string;
  log: Logger;
  /** How many objects of one kind are worked on at once. */
  concurrency: number;
  /** Between two fetches of the catalog of brokers that don't say. */
  relistIntervalMs: number;
  /** What differs from {@link DEFAULT_FEATURES}. */
  features?: Partial<Features>;
  /** Who counts; nobody when left out. */
  metrics?: Metrics;
}

interface Lane {
  reconciler: Reconciler;
  queue: WorkQueue;
}

/** The controller of `servicecatalog.k8s.io/v1beta1`: watches all eight kinds and brings each object in order. */
export class CatalogController {
  readonly #observed: Observed;
  readonly #catalog: CatalogView;
  readonly #clock: Clock;
  readonly #events: EventRecorder;
  readonly #log: Logger;
  readonly #calls: BrokerCalls;
  readonly #brokers: BrokerReconciler;
  #isWorking = false;
  readonly #lanes: Record<'brokers' | 'entries' | 'instances' | 'bindings', Lane>;

  /** Begins to watch at once, and to work after {@link start}: one that stands by has everything at hand. */
  constructor(options: ControllerOptions) {
    const { kube, clock, log, metrics = noMetrics } = options;
    this.#log = log;
    this.#clock = clock;
    this.#events = new EventRecorder(kube, clock, log);
    this.#observed = new Observed(kube, {
      onChange: (change) => {
        this.#route(change);
      },
      onSecretChange: (change) => {
        this.#routeSecret(change);
      },
      onError: (error) => {
        log.warn({ err: describeError(error) }, 'watch interrupted');
      },
    });
    this.#catalog = observedCatalog(this.#observed);
    const features = { ...DEFAULT_FEATURES, ...options.features };
    this.#calls = new BrokerCalls(kube, options.send, { features, clock, metrics });
    const context: Context = {
      ...options,
      features,
      observed: this.#observed,
      catalog: this.#catalog,
      brokers: this.#calls,
      events: this.#events,
    };
    const lane = (reconciler: Reconciler): Lane => ({
      reconciler,
      queue: this.#queueFor(reconciler, { ...options, metrics }),
    });
    this.#brokers = new BrokerReconciler(context, options.relistIntervalMs);
    this.#lanes = {
      brokers: lane(this.#brokers),
      entries: lane(new EntryReconciler(context)),
      instances: lane(new InstanceReconciler(context)),
      bindings: lane(new BindingReconciler(context)),
    };
  }

  /** Resolves when everything was listed once; rejects when it is stopped before. */
  async synced(): Promise<void> {
    await this.#observed.synced();
  }

  /**
   * Resolves when every kind was listed once and work has begun. Decisions need the whole picture. Nobody else may work
   * from here on.
   */
  async start(): Promise<void> {
    await this.synced();
    await confirmCalls(this.#observed);
    this.#isWorking = true;
    for (const object of this.#observed.all()) this.#laneOf(keyOf(object)).queue.add(keyOf(object));
    for (const { queue } of Object.values(this.#lanes)) queue.start();
  }

  /** Whether every kind was listed once. */
  isReady(): boolean {
    return this.#observed.isSynced();
  }

  /** Takes up no new work, resolves when what is under way is stored. */
  async stop(): Promise<void> {
    await Promise.all(Object.values(this.#lanes).map(({ queue }) => queue.stop()));
    await Promise.all([this.#observed.stop(), this.#events.flush()]);
  }

  /** What the metrics tell of this moment; of brokers nothing before work has begun. */
  snapshot(): Snapshot {
    const queues = Object.entries(this.#lanes).map(([name, { queue }]) => [name, queue.depth] as const);
    return {
      works: this.#isWorking,
      queues: Object.fromEntries(queues),
      brokers: this.#isWorking ? this.#brokerCounts() : [],
    };
  }

  #brokerCounts(): BrokerCount[] {
    const ends = credentialEnds(this.#observed.items(BINDING_KIND), {
      now: this.#clock.now(),
      brokerOf: (binding) => this.#brokerOf(binding),
    });
    return SCOPES.flatMap(({ brokerKind, classKind }) =>
      this.#observed.items(brokerKind).map((broker) => {
        const offered = this.#observed
          .find(TERMS.ofBroker(keyOf(broker)))
          .filter((entry) => asClassOrPlan(entry).status?.removedFromBrokerCatalog !== true);
        const classes = offered.filter(({ kind }) => kind === classKind).length;
        const { name = '', namespace } = broker.metadata;
        const credentials = ends.get(keyOf(broker));
        return {
          broker: name,
          namespace,
          classes,
          plans: offered.length - classes,
          ...(credentials === undefined ? {} : { credentials }),
        };
      }),
    );
  }

  #brokerOf({ metadata, spec }: ServiceBinding): string | undefined {
    const name = spec.instanceRef?.name ?? '';
    const instance = this.#observed.get(INSTANCE_KIND, metadata.namespace, name);
    const residence = instance && residenceOf(asInstance(instance), this.#catalog);
    return residence === undefined || residence instanceof Unresolved ? undefined : keyOf(residence.broker);
  }

  #queueFor(
    reconciler: Reconciler,
    { clock, concurrency, metrics }: ControllerOptions & { metrics: Metrics },
  ): WorkQueue {
    return new WorkQueue({
      reconcile: metered((key) => reconciler.reconcile(key), { clock, metrics }),
      concurrency,
      clock,
      onError: (key, error) => {
        // Someone else wrote first: the newest version is already here, and the key comes back at once.
        if (isKubeError(error, 'conflict')) this.#log.debug({ key }, 'conflict');
        else this.#log.error({ key, err: describeError(error) }, 'reconcile failed');
      },
    });
  }

  #route(change: CacheChange): void {
    // Whoever works now sees to it; what is left is found when it is our turn.
    if (!this.#isWorking) return;
    const keysUnder = (term: string): string[] => this.#observed.keys(term);
    for (const key of keysToRetry(change, keysUnder)) this.#retry(key);
    for (const key of affectedKeys(change, keysUnder)) this.#laneOf(key).queue.add(key);
    if (change.type === 'deleted') {
      this.#laneOf(keyOf(change.object)).reconciler.forget(change.object.metadata.uid);
      this.#calls.forget(change.object.metadata.uid);
    }
  }

  #routeSecret(change: CacheChange): void {
    for (const key of keysNamingSecret(change, (term) => this.#observed.keys(term))) {
      const isBroker = this.#laneOf(key) === this.#lanes.brokers;
      // What the first list tells is how things were left, not a change.
      if (isBroker && (this.#isWorking || change.type !== 'added')) this.#brokers.credentialsChanged(key);
      if (this.#isWorking) this.#retry(key);
    }
  }

  /** What the object waits for may have come: its pauses are over. */
  #retry(key: string): void {
    const { kind, namespace, name } = refOfKey(key);
    const { reconciler, queue } = this.#laneOf(key);
    reconciler.forget(this.#observed.get(kind, namespace, name)?.metadata.uid);
    queue.add(key);
  }

  #laneOf(key: string): Lane {
    switch (refOfKey(key).kind) {
      case INSTANCE_KIND:
        return this.#lanes.instances;
      case BINDING_KIND:
        return this.#lanes.bindings;
      case 'ClusterServiceBroker':
      case 'ServiceBroker':
        return this.#lanes.brokers;
      default:
        return this.#lanes.entries;
    }
  }
}
