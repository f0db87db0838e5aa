import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kube, KubeObject, ListQuery, ObjectRef } from '@mesitis/kube';
import { loadClient, type KubeClient } from '@mesitis/kube/client';
import { parseAllDocuments } from 'yaml';
import { repositoryRoot } from '../cluster/folders.js';
import { launchCluster, type Cluster } from '../cluster/launch.js';
import { startPlatform, type Platform, type PlatformOptions } from '../cluster/platform.js';

/** A real API server with the platform chart installed and its servers running. */
export interface Stage {
  cluster: Cluster;
  platform: Platform;
  /** The administrator's client. */
  kube: KubeClient;
  close: () => Promise<void>;
}

/** How long a whole stage may take to stand, and a test to run on it. */
export const STAGE_MS = 120_000;

/** What is waited for at most, in one step. */
const STEP_MS = 20_000;

/** Starts the cluster and the platform; closes what it started when that fails. */
export async function raiseStage(options: PlatformOptions = {}): Promise<Stage> {
  const cluster = await launchCluster('real');
  try {
    const platform = await startPlatform(cluster, options);
    const kube = await loadClient({ kubeconfig: cluster.kubeconfig });
    return {
      cluster,
      platform,
      kube,
      close: async () => {
        kube.close();
        await platform.stop();
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** Makes namespaces that may be there already. */
export async function makeNamespaces(kube: Kube, ...names: string[]): Promise<void> {
  for (const name of names) await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

/** The objects of a file in docs/examples, put into a namespace where they name none. */
export async function example(file: string, namespace: string): Promise<KubeObject[]> {
  const text = await readFile(join(repositoryRoot(), 'docs', 'examples', file), 'utf8');
  return parseAllDocuments(text).map((document) => {
    const object = document.toJS() as KubeObject;
    return { ...object, metadata: { namespace, ...object.metadata } };
  });
}

/** Registers a broker for the whole cluster under a name. */
export async function registerBroker(
  kube: Kube,
  name: string,
  broker: { url: string; namespace: string; secretName: string },
): Promise<ObjectRef> {
  const secretRef = { namespace: broker.namespace, name: broker.secretName };
  const registered = { apiVersion: SERVICE_CATALOG, kind: 'ClusterServiceBroker', metadata: { name } };
  await kube.create({ ...registered, spec: { url: broker.url, authInfo: { basic: { secretRef } } } });
  return { apiVersion: registered.apiVersion, kind: registered.kind, name };
}

export const SERVICE_CATALOG = 'servicecatalog.k8s.io/v1beta1';

/** A condition of an object's status. */
export interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
}

/** The condition of a type, or undefined. */
export function condition(object: KubeObject | undefined, type: string): Condition | undefined {
  const status = object?.['status'] as { conditions?: Condition[] | null } | undefined;
  return status?.conditions?.find((candidate) => candidate.type === type);
}

/** Whether a condition is True. */
export const isTrue =
  (type: string) =>
  (object: KubeObject | undefined): boolean =>
    condition(object, type)?.status === 'True';

/**
 * The object once it is as wanted (undefined: gone), found by watching it.
 * @throws an Error with the object's last state when it takes longer than 20 s.
 */
export async function untilObject(
  kube: Kube,
  ref: ObjectRef,
  wanted: (object: KubeObject | undefined) => boolean,
): Promise<KubeObject | undefined> {
  const query: ListQuery = {
    apiVersion: ref.apiVersion,
    kind: ref.kind,
    ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
    fieldSelector: `metadata.name=${ref.name}`,
  };
  const signal = AbortSignal.timeout(STEP_MS);
  const { items, resourceVersion } = await kube.list(query);
  let [last] = items;
  if (wanted(last)) return last;
  for await (const { type, object } of kube.watch(query, resourceVersion, { signal })) {
    if (type === 'BOOKMARK') continue;
    last = type === 'DELETED' ? undefined : object;
    if (wanted(last)) return last;
  }
  throw new Error(`${ref.kind} ${ref.name} did not become as wanted: ${JSON.stringify(last?.['status'])}`);
}

/** Waits until the object is gone. */
export async function untilGone(kube: Kube, ref: ObjectRef): Promise<void> {
  await untilObject(kube, ref, (object) => object === undefined);
}

/** The decoded data of a Secret; undefined when there is none. */
export async function secretData(
  kube: Kube,
  namespace: string,
  name: string,
): Promise<Record<string, string> | undefined> {
  const secret = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
  if (secret === undefined) return undefined;
  const data = Object.entries((secret['data'] ?? {}) as Record<string, string>);
  return Object.fromEntries(data.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}

/** A ServiceInstance by external names. */
export function instanceOf(namespace: string, name: string, offering: string, plan: string): KubeObject {
  return {
    apiVersion: SERVICE_CATALOG,
    kind: 'ServiceInstance',
    metadata: { name, namespace },
    spec: { clusterServiceClassExternalName: offering, clusterServicePlanExternalName: plan },
  };
}

/** A ServiceBinding of the instance with the same name. */
export function bindingOf(namespace: string, name: string): KubeObject {
  return {
    apiVersion: SERVICE_CATALOG,
    kind: 'ServiceBinding',
    metadata: { name, namespace },
    spec: { instanceRef: { name } },
  };
}
