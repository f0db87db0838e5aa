import type { RequestListener } from 'node:http';
import type { Kube, WatchCache } from '@mesitis/kube';
import { startWatchCache } from '@mesitis/kube';
import { LABELS } from '@mesitis/offering';
import type { Logger } from 'pino';
import type { RejectedConfigMap } from './catalog/build-catalog.js';
import { LiveCatalog } from './catalog/live-catalog.js';
import { credentialFromCatalog } from './credential/from-catalog.js';
import { credentialFromClusterSecret } from './credential/from-cluster-secret.js';
import { noCredential } from './credential/no-credential.js';
import { createApp } from './http/app.js';
import type { BasicCredentials } from './http/authentication.js';
import { basicAuthenticator } from './http/authentication.js';
import { KeyQueue } from './key-queue.js';
import type { OperationContext } from './operations/context.js';
import { configMapObjects } from './provision/config-map-objects.js';
import { existingClusterService } from './provision/existing-cluster-service.js';
import { nonClusterUrl } from './provision/non-cluster-url.js';
import { RecentlyDeleted } from './recently-deleted.js';
import type { InstanceStore } from './store/instance-store.js';

/** What a broker is made of; the composition root decides. */
export interface BrokerOptions {
  kube: Kube;
  store: InstanceStore;
  logger: Logger;
  /** The broker's own: where its ConfigMaps and credential Secrets are. */
  namespace: string;
  /** The cluster's DNS domain, `cluster.local` as a rule. */
  clusterDomain: string;
  /** Any of these lets a platform in. */
  credentials: readonly BasicCredentials[];
  /** Monotonic milliseconds. */
  now: () => number;
  /** The time of day. */
  today: () => Date;
  newRequestId: () => string;
  /** How long a removal may wait for objects to be gone, in milliseconds; platforms give up after 60 s. */
  removalTimeoutMs?: number;
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
  /** Resolves when the catalog has been read for the first time. */
  readonly synced: Promise<void>;
  /** Ends the watch. */
  stop(): Promise<void>;
}

/** How long and how many deletions last_operation can still tell of. */
const REMEMBERED = { keepMs: 10 * 60_000, limit: 10_000 };

/** Puts a broker together and starts watching its ConfigMaps. */
export function createBroker(options: BrokerOptions): Broker {
  const { logger, now } = options;
  const { cache, catalog } = watchCatalog(options);
  const app = createApp({
    catalog,
    operations: createOperations(options, catalog),
    isAuthorized: basicAuthenticator(options.credentials),
    logger,
    now,
    newRequestId: options.newRequestId,
  });
  return {
    listener: app,
    isReady: () => catalog.isReady(),
    status: () => statusOf(catalog),
    synced: cache.synced,
    stop: async () => cache.stop(),
  };
}

function watchCatalog(options: BrokerOptions): { cache: WatchCache; catalog: LiveCatalog } {
  const { kube, logger, namespace, today } = options;
  const cache: WatchCache = startWatchCache(kube, {
    query: { apiVersion: 'v1', kind: 'ConfigMap', namespace, labelSelector: LABELS.kind },
    onChange: () => catalog.onChange(),
    onError: (error) => logger.warn({ err: error }, 'watching configmaps failed'),
  });
  const catalog = new LiveCatalog({ configMaps: cache, logger, now: today });
  // An empty first list brings no change, but it is a catalog too. Stopped before it: nothing to build.
  cache.synced.then(catalog.onChange, () => undefined);
  return { cache, catalog };
}

function createOperations(options: BrokerOptions, catalog: LiveCatalog): OperationContext {
  const { kube, store, logger, namespace, clusterDomain, now, removalTimeoutMs = 45_000 } = options;
  return {
    catalog,
    store,
    queue: new KeyQueue(),
    provisioners: [
      nonClusterUrl,
      existingClusterService(kube, clusterDomain),
      configMapObjects({
        kube,
        resources: () => catalog.current(),
        clusterDomain,
        removalTimeoutMs,
      }),
    ],
    credentialSources: [credentialFromCatalog, credentialFromClusterSecret(kube, namespace), noCredential],
    recentlyDeleted: new RecentlyDeleted({ now, ...REMEMBERED }),
    logger,
  };
}

function statusOf(catalog: LiveCatalog): BrokerStatus {
  if (!catalog.isReady()) return { ready: false, services: 0, plans: 0, resources: 0, rejected: [] };
  const { services, plans, resources, rejected } = catalog.current();
  return { ready: true, services: services.length, plans: plans.size, resources: resources.length, rejected };
}
