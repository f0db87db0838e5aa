import type { CacheChange, Kube, KubeObject, WatchCache } from '@mesitis/kube';
import { startWatchCache } from '@mesitis/kube';
import type { KubeClient } from '@mesitis/kube/client';
import { loadClient } from '@mesitis/kube/client';
import { installCatalogAlone } from '../cluster/catalog-alone.js';
import { GrantingBroker } from '../cluster/granting-broker.js';
import { kubectlFor } from '../cluster/kubectl.js';
import { launchCluster } from '../cluster/launch.js';
import type { Server } from '../cluster/server.js';
import { startServer } from '../cluster/server.js';

/** The API of the kinds that are measured. */
export const API_VERSION = 'servicecatalog.k8s.io/v1beta1';

/** Where the instances and bindings are. */
export const NAMESPACE = 'default';

/** The catalog on a real API server, with a broker that grants everything at once. */
export interface Stage {
  /** The administrator's client. */
  kube: KubeClient;
  catalog: Server;
  broker: GrantingBroker;
  instances: Watched;
  bindings: Watched;
  close: () => Promise<void>;
}

/** Starts all of it, and waits until the broker's catalog is there. */
export async function raiseStage(): Promise<Stage> {
  const cluster = await launchCluster('real');
  const kube = await loadClient({ kubeconfig: cluster.kubeconfig });
  const broker = new GrantingBroker();
  const closers: (() => unknown)[] = [() => cluster.stop(), () => kube.close(), () => broker.close()];
  const close = async (): Promise<void> => {
    for (const closer of closers.toReversed()) await closer();
  };
  try {
    const kubectl = await kubectlFor(cluster);
    const catalog = await startServer(cluster, kubectl, await installCatalogAlone(cluster, kubectl));
    closers.push(() => catalog.stop());
    const url = await broker.listen();
    const brokers = new Watched(kube, 'ClusterServiceBroker');
    const instances = new Watched(kube, 'ServiceInstance');
    const bindings = new Watched(kube, 'ServiceBinding');
    closers.push(() => Promise.all([brokers, instances, bindings].map((watched) => watched.stop())));
    await kube.create(object('ClusterServiceBroker', 'granting', { url }));
    await brokers.until('granting', isReady);
    return { kube, catalog, broker, instances, bindings, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** An object of the API; of {@link NAMESPACE} when it has one. */
export function object(kind: string, name: string, spec: Record<string, unknown>): KubeObject {
  return {
    apiVersion: API_VERSION,
    kind,
    metadata: { name, ...(kind.startsWith('Cluster') ? {} : { namespace: NAMESPACE }) },
    spec,
  };
}

/** What is waited for; undefined stands for an object that is not there. */
export type Wanted = (object: KubeObject | undefined) => boolean;

/** Whether an object is there and ready. */
export function isReady(stored: KubeObject | undefined): boolean {
  const status = stored?.['status'] as { conditions?: { type: string; status: string }[] } | undefined;
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;
}

/** Whether it is not there. */
export function isGone(stored: KubeObject | undefined): boolean {
  return stored === undefined;
}

/** All objects of a kind by one watch, and who waits for one of them. */
export class Watched {
  readonly #cache: WatchCache;
  readonly #waiting = new Map<string, { wanted: Wanted; resolve: () => void }>();

  constructor(kube: Pick<Kube, 'list' | 'watch'>, kind: string) {
    this.#cache = startWatchCache(kube, {
      query: { apiVersion: API_VERSION, kind },
      onChange: (change) => {
        this.#tell(change);
      },
    });
  }

  /** Resolves when the watch has shown the object as wanted. */
  async until(name: string, wanted: Wanted): Promise<void> {
    await this.#cache.synced;
    if (wanted(this.#cache.get(name, NAMESPACE) ?? this.#cache.get(name))) return;
    await new Promise<void>((resolve) => this.#waiting.set(name, { wanted, resolve }));
  }

  stop(): Promise<void> {
    return this.#cache.stop();
  }

  #tell({ type, object: changed }: CacheChange): void {
    const name = changed.metadata.name ?? '';
    const waiting = this.#waiting.get(name);
    if (waiting?.wanted(type === 'deleted' ? undefined : changed) !== true) return;
    this.#waiting.delete(name);
    waiting.resolve();
  }
}
