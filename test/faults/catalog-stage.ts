import { join } from 'node:path';
import type { KubeObject, ObjectRef } from '@mesitis/kube';
import { installCatalogAlone } from '../cluster/catalog-alone.js';
import { GrantingBroker } from '../cluster/granting-broker.js';
import { endpointOf } from '../cluster/kubeconfig.js';
import { kubectlFor } from '../cluster/kubectl.js';
import { startServer, type Server } from '../cluster/server.js';
import { until } from '../cluster/wait.js';
import { startApiServerProxy, type ApiServerProxy } from './api-server-proxy.js';
import { raiseStage, type Stage } from './stage.js';

/** Where instances and bindings are. */
export const NAMESPACE = 'default';
export const API_VERSION = 'servicecatalog.k8s.io/v1beta1';

/** A real API server with the platform chart, a catalog, and a broker that grants everything at once. */
export interface CatalogStage extends Stage {
  /** Stands between the API server and the catalog. */
  proxy: ApiServerProxy;
  broker: GrantingBroker;
  catalog: Server;
  /** Starts another catalog, past the proxy; {@link close} ends it. */
  startAnother: () => Promise<Server>;
}

/** Starts all of it, without the admission part: whatever is done, the catalog does. */
export async function raiseCatalogStage(): Promise<CatalogStage> {
  const stage = await raiseStage();
  const { cluster, kube } = stage;
  const kubectl = await kubectlFor(cluster);
  const endpoint = endpointOf(await kubectl.must(['config', 'view', '--minify', '--flatten', '--raw']));
  const proxy = await startApiServerProxy({ endpoint });
  const broker = new GrantingBroker();
  const spec = await installCatalogAlone(cluster, kubectl);
  const environment = { NODE_COMPILE_CACHE: join(cluster.directory, 'compile-cache') };
  const catalog = await startServer(cluster, kubectl, spec, { apiServer: proxy.url, environment });
  const servers = [catalog];
  await kube.create({
    apiVersion: API_VERSION,
    kind: 'ClusterServiceBroker',
    metadata: { name: 'broker' },
    spec: { url: await broker.listen() },
  });
  return {
    ...stage,
    proxy,
    broker,
    catalog,
    startAnother: async () => {
      const server = await startServer(cluster, kubectl, spec, { environment });
      servers.push(server);
      return server;
    },
    close: async () => {
      await Promise.all(servers.map((server) => server.stop()));
      await proxy.close();
      broker.close();
      await stage.close();
    },
  };
}

/** An object of the API in {@link NAMESPACE}. */
export function object(kind: string, name: string, spec: Record<string, unknown>): KubeObject {
  return { apiVersion: API_VERSION, kind, metadata: { name, namespace: NAMESPACE }, spec };
}

/** An instance of the broker's only class. */
export function instance(name: string, plan = 'small'): KubeObject {
  return object('ServiceInstance', name, {
    clusterServiceClassExternalName: 'db',
    clusterServicePlanExternalName: plan,
    externalID: name,
  });
}

/** Where such an object is. */
export function refTo(kind: string, name: string): ObjectRef {
  return { apiVersion: API_VERSION, kind, namespace: NAMESPACE, name };
}

/** Resolves once the object is as wanted; undefined stands for one that is gone. */
export async function settled(
  { kube }: Stage,
  { kind, name }: { kind: string; name: string },
  isDone: (stored: KubeObject | undefined) => boolean,
): Promise<void> {
  await until({ what: `${kind} ${name}`, timeoutMs: 30_000 }, async () =>
    isDone(await kube.get(refTo(kind, name))) ? true : undefined,
  );
}

/** Whether an object is there and ready. */
export function isReady(stored: KubeObject | undefined): boolean {
  const { conditions = [] } = (stored?.['status'] ?? {}) as { conditions?: Record<string, string>[] };
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}
