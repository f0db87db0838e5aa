import type { RequestListener } from 'node:http';
import type { Kube, WatchCache } from '@mesitis/kube';
import { exponentialBackoff, startWatchCache } from '@mesitis/kube';
import { LABELS } from '@mesitis/offering';
import type { Logger } from 'pino';
import type { RejectedConfigMap } from './catalog/build-catalog.js';
import { LiveCatalog } from './catalog/live-catalog.js';
import type { CredentialOf, CredentialSource } from './credential/credential-source.js';
import { credentialFromCatalog } from './credential/from-catalog.js';
import { credentialFromClusterSecret } from './credential/from-cluster-secret.js';
import { credentialFromProvisionedSecret } from './credential/from-provisioned-secret.js';
import { noCredential } from './credential/no-credential.js';
import { revokeIssued } from './credential/revoke.js';
import type { EngineOptions } from './engine/operation-engine.js';
import { OperationEngine } from './engine/operation-engine.js';
import { Recovery } from './engine/recovery.js';
import { startRecovery } from './engine/recovery-loop.js';
import { createApp } from './http/app.js';
import type { Authenticator } from './http/authentication.js';
import { KeyQueue } from './key-queue.js';
import { countInstances } from './metrics/count-instances.js';
import type { InstanceCount, Metrics } from './metrics/metrics.js';
import type { OperationContext } from './operations/context.js';
import type { Provisioner, ProvisionOf } from './provision/provisioner.js';
import { provisionersOf } from './provision/provisioners.js';
import { RecentlyDeleted } from './recently-deleted.js';
import type { InstanceStore } from './store/instance-store.js';
import { observedStore } from './store/observed-store.js';
import type { Upkeep } from './upkeep.js';
import { startUpkeep } from './upkeep.js';

/** How long things may take, in milliseconds. */
export interface BrokerTimes {
  /** A record without a sign of life for so long is taken over by another process. */
  leaseMs: number;
  /** How long an operation may take that platforms poll. */
  timeoutMs: number;
  /** How long a request waits for its operation before it is answered with 202. */
  syncBudgetMs: number;
  /** How long a removal that a platform waits for may take; platforms give up after 60 s. */
  removalTimeoutMs: number;
  /** The longest that a request waits for anything; 55 s when left out, below the 60 s after which platforms give up. */
  patienceMs?: number;
}

/** What a broker is made of; the composition root decides. */
export interface BrokerOptions {
  kube: Kube;
  store: InstanceStore;
  logger: Logger;
  metrics: Metrics;
  /** The broker's own: where its ConfigMaps and credential Secrets are. */
  namespace: string;
  /** The cluster's DNS domain, `cluster.local` as a rule. */
  clusterDomain: string;
  authenticator: Authenticator;
  times: BrokerTimes;
  /** Absent: this broker installs no charts. */
  helmChart?: Provisioner<ProvisionOf<'ProvisionHelmChart'>>;
  /** Absent: this broker does not speak to Vault. */
  vault?: CredentialSource<CredentialOf<'CredentialFromVault'>>;
  /** Whether objects that were deleted or changed by hand are put back. */
  repairsDrift: boolean;
  /** Monotonic milliseconds. */
  now: () => number;
  /** The time of day. */
  today: () => Date;
  /** Makes an id that nobody else makes: of this process, of requests, of operations. */
  newId: () => string;
  /** Unpredictable bytes, for generated passwords. */
  randomBytes: (count: number) => Uint8Array;
}

/** The body of /status. */
export interface BrokerStatus {
  ready: boolean;
  services: number;
  plans: number;
  /** Enabled wrapped resources. */
  resources: number;
  /** What is left out of the catalog, and why. */
  rejected: readonly RejectedConfigMap[];
}

/** A broker that runs: hand `listener` to a server. */
export interface Broker {
  listener: RequestListener;
  isReady(): boolean;
  status(): BrokerStatus;
  /** For the metrics: reads the whole store. Rejects before the catalog has been read, and when the store is away. */
  countInstances(): Promise<readonly InstanceCount[]>;
  /** Resolves when the catalog has been read for the first time. */
  readonly synced: Promise<void>;
  /**
   * Ends the watch, waits for running operations for so many milliseconds, and leaves the rest to the next process. The
   * store stays open.
   */
  stop(graceMs: number): Promise<void>;
}

/** How long and how many deletions last_operation can still tell of. */
const REMEMBERED = { keepMs: 10 * 60_000, limit: 10_000 };

const PATIENCE_MS = 55_000;

/** How long a bind waits for a Secret that an operator still has to write. */
const SECRET_WAIT_MS = 20_000;

/** Puts a broker together, starts watching its ConfigMaps and goes on with what an earlier process left unfinished. */
export function createBroker(given: BrokerOptions): Broker {
  const { logger, now, times } = given;
  // It is told of what operations do, and is made of what they are made of.
  const upkeeping: { upkeep?: Upkeep } = {};
  const store = observedStore(given.store, (record) => upkeeping.upkeep?.onWritten(record));
  const options = { ...given, store };
  const { cache, catalog } = watchCatalog(options);
  const operations = createOperations(options, catalog, (record, isGone) =>
    upkeeping.upkeep?.onSettled(record, isGone),
  );
  const { engine, queue } = operations;
  const upkeep = startUpkeep(options, operations);
  upkeeping.upkeep = upkeep;
  const recovery = new Recovery({ store, engine, queue, logger, leaseMs: times.leaseMs, now });
  const recovering = startRecovery(recovery, times.leaseMs / 2, logger);
  const app = createApp({
    catalog,
    operations,
    authenticator: options.authenticator,
    metrics: options.metrics,
    logger,
    now,
    newRequestId: options.newId,
  });
  return {
    listener: app,
    isReady: () => catalog.isReady(),
    status: () => statusOf(catalog),
    countInstances: async () => countInstances(store, catalog.current()),
    synced: cache.synced,
    async stop(graceMs) {
      // Vault may keep the renewal of a lease waiting: what runs is given up in time all the same.
      const upkeepStopped = upkeep.stop();
      await recovering.stop();
      await engine.stop(graceMs);
      await upkeepStopped;
      await cache.stop();
    },
  };
}

function watchCatalog(options: BrokerOptions): { cache: WatchCache; catalog: LiveCatalog } {
  const { kube, logger, namespace, today, helmChart, store } = options;
  const cache: WatchCache = startWatchCache(kube, {
    query: { apiVersion: 'v1', kind: 'ConfigMap', namespace, labelSelector: LABELS.kind },
    onChange: () => catalog.onChange(),
    onError: (error) => logger.warn({ err: error }, 'watching configmaps failed'),
  });
  const capabilities = { runsHelm: helmChart !== undefined, keepsSecrets: store.keepsSecrets };
  const catalog = new LiveCatalog({ configMaps: cache, capabilities, logger, now: today });
  // An empty first list brings no change, but it is a catalog too. Stopped before it: nothing to build.
  cache.synced.then(catalog.onChange, () => undefined);
  return { cache, catalog };
}

function createOperations(
  options: BrokerOptions,
  catalog: LiveCatalog,
  onSettled: EngineOptions['onSettled'],
): OperationContext {
  const { store, logger, now, today, newId, randomBytes, times } = options;
  const provisionerOf = provisionersOf({ ...options, resources: () => catalog.current() });
  const credentialSources = credentialSourcesOf(options);
  const clock = (): number => today().getTime();
  const engine = new OperationEngine({
    store,
    provisionerOf,
    revoke: async ({ issued }) => {
      if (issued !== undefined) await revokeIssued(credentialSources, issued);
    },
    logger,
    metrics: options.metrics,
    holder: newId(),
    leaseMs: times.leaseMs,
    synchronousMs: times.removalTimeoutMs,
    asynchronousMs: times.timeoutMs,
    backoff: exponentialBackoff(),
    now,
    clock,
    ...(onSettled === undefined ? {} : { onSettled }),
  });
  return {
    catalog,
    store,
    queue: new KeyQueue(),
    limitQueue: new KeyQueue(),
    engine,
    provisionerOf,
    credentialSources,
    recentlyDeleted: new RecentlyDeleted({ now, ...REMEMBERED }),
    logger,
    newId,
    randomBytes,
    clock,
    budgetMs: times.syncBudgetMs,
    patienceMs: times.patienceMs ?? PATIENCE_MS,
  };
}

function credentialSourcesOf({ kube, namespace, vault }: BrokerOptions): readonly CredentialSource[] {
  return [
    credentialFromCatalog,
    credentialFromClusterSecret(kube, namespace),
    credentialFromProvisionedSecret({ kube, waitMs: SECRET_WAIT_MS }),
    ...(vault === undefined ? [] : [vault]),
    noCredential,
  ];
}

function statusOf(catalog: LiveCatalog): BrokerStatus {
  if (!catalog.isReady()) return { ready: false, services: 0, plans: 0, resources: 0, rejected: [] };
  const { services, plans, resources, rejected } = catalog.current();
  return { ready: true, services: services.length, plans: plans.size, resources: resources.length, rejected };
}
