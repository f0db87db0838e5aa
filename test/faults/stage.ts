import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Kube, KubeObject } from '@mesitis/kube';
import { loadClient, type KubeClient } from '@mesitis/kube/client';
import { startBroker, type Broker } from '../cluster/broker.js';
import { endpointOf } from '../cluster/kubeconfig.js';
import { kubectlFor } from '../cluster/kubectl.js';
import { launchCluster, type Cluster } from '../cluster/launch.js';
import { startApiServerProxy, type ApiServerProxy } from './api-server-proxy.js';
import { offering, type Offering, type Plan } from './offering.js';

/** A real API server. */
export interface Stage {
  cluster: Cluster;
  /** The administrator's client, past all proxies. */
  kube: KubeClient;
  close: () => Promise<void>;
}

/** How long a whole stage may take to stand. */
export const STAGE_MS = 120_000;

/** Starts the cluster. */
export async function raiseStage(): Promise<Stage> {
  const cluster = await launchCluster('real');
  const kube = await loadClient({ kubeconfig: cluster.kubeconfig });
  return {
    cluster,
    kube,
    close: async () => {
      kube.close();
      await cluster.stop();
    },
  };
}

/** A broker behind a proxy, with its namespaces and its offerings. */
export interface Lane {
  broker: Broker;
  proxy: ApiServerProxy;
  /** Its platforms don't poll. */
  plain: Offering;
  /** Its platforms poll. */
  awaited: Offering;
  /** Where the objects are. */
  objects: string;
  close: () => Promise<void>;
}

/** As short as the broker allows: what a crash leaves is taken over after that. */
const LEASE_SECONDS = 2;

/** Installs a broker with the kubernetes store in a namespace of its own, and publishes its offerings. */
export async function openLane({ cluster, kube }: Stage, namespace: string): Promise<Lane> {
  const objects = `${namespace}-objects`;
  const kubectl = await kubectlFor(cluster);
  const endpoint = endpointOf(await kubectl.must(['config', 'view', '--minify', '--flatten', '--raw']));
  const proxy = await startApiServerProxy({ endpoint });
  const broker = await startBroker(cluster, {
    namespace,
    provisionNamespaces: [objects],
    process: {
      apiServer: proxy.url,
      environment: {
        STORE: 'kubernetes',
        OPERATION_LEASE_SECONDS: String(LEASE_SECONDS),
        // They are started dozens of times: compiling everything anew is a third of that.
        NODE_COMPILE_CACHE: join(cluster.directory, 'compile-cache'),
      },
    },
  });
  const lane = {
    broker,
    proxy,
    objects,
    plain: offering(false, objects),
    awaited: offering(true, objects),
    close: async () => {
      await broker.stop();
      await proxy.close();
    },
  };
  for (const object of [...lane.plain.configMaps, ...lane.awaited.configMaps]) {
    await kube.create({ ...object, metadata: { ...object.metadata, namespace } });
  }
  return lane;
}

/** What there is of an instance in the cluster. */
export interface Traces {
  /** What carries its mark, as `Kind name` without the instance's part of the name, sorted. */
  objects: string[];
  /** The data of the ConfigMap that plans differ in. */
  size: Plan | undefined;
  /** The generated password in its Secret. */
  password: string | undefined;
  /** The states of its records; more than one would be a mistake. */
  records: string[];
}

const KINDS = [
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['v1', 'Service'],
  ['apps/v1', 'Deployment'],
] as const;

/** Looks for all that there is of an instance. */
export async function tracesOf(kube: Pick<Kube, 'list'>, lane: Lane, id: string): Promise<Traces> {
  // As the broker marks what it makes; to read what all instances have would be most of the API server's work.
  const labelSelector = `mesitis/instance-id=${createHash('sha224').update(id).digest('hex')}`;
  const { namespace } = lane.broker;
  const [records, ...lists] = await Promise.all([
    kube.list({ apiVersion: 'v1', kind: 'Secret', namespace, fieldSelector: 'type=mesitis.io/instance' }),
    ...KINDS.map(async ([apiVersion, kind]) =>
      kube.list({ apiVersion, kind, namespace: lane.objects, labelSelector }),
    ),
  ]);
  const made = lists.flatMap(({ items }) => items);
  const password = dataOf(made, 'Secret', 'password');
  return {
    objects: made.map(({ kind, metadata }) => `${kind} ${shortName(metadata.name)}`).toSorted(),
    size: dataOf(made, 'ConfigMap', 'size') as Plan | undefined,
    password: password === undefined ? undefined : Buffer.from(password, 'base64').toString(),
    records: records.items
      .filter(({ metadata }) => metadata.annotations?.['mesitis/instance'] === id)
      .map(({ metadata }) => metadata.labels?.['mesitis/state'] ?? 'without a state'),
  };
}

/** No object, no record. */
export const NOTHING: Traces = { objects: [], size: undefined, password: undefined, records: [] };

function shortName(name = ''): string {
  return name.split('-')[0] ?? '';
}

function dataOf(objects: readonly KubeObject[], kind: string, key: string): string | undefined {
  const values = objects
    .filter((object) => object.kind === kind)
    .map((object) => (object['data'] as Record<string, string> | undefined)?.[key]);
  return values.find((value) => value !== undefined);
}
