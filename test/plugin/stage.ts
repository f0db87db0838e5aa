import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { startSandbox, type Sandbox } from '@mesitis/sandbox';
import { parse } from 'yaml';
import { repositoryRoot } from '../cluster/folders.js';
import { until } from '../cluster/wait.js';
import { runPlatform } from './platform.js';
import { DATABASE, binding, brokerObjects, instance, offerings } from './world.js';

/** A sandbox in which two teams offer and a namespace has something of theirs. */
export interface PluginStage {
  readonly sandbox: Sandbox;
  /** The sandbox's state, without HTTP. */
  readonly kube: MemoryKube;
  /** A folder for the stage's files; gone after close(). */
  readonly folder: string;
  /** The path of a kubeconfig whose context has the namespace `client-ns`. */
  readonly kubeconfig: string;
  close(): Promise<void>;
}

/** Starts it. What `client-ns` has: `orders`, bound, and `weather`; `other-ns` has `jobs`. */
export async function startPluginStage(now: () => Date = () => new Date()): Promise<PluginStage> {
  const sandbox = await startSandbox({ now });
  const kube = new MemoryKube({ server: sandbox.server, strict: true });
  const folder = await mkdtemp(join(tmpdir(), 'mesitis-plugin-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, withNamespace(sandbox.kubeconfig, 'client-ns'));
  const end = new AbortController();
  kube.seed(...(await definitions()));
  kube.seed(...['client-ns', 'other-ns', 'provider-ns'].map(namespace));
  kube.seed(...offerings(), ...brokerObjects(), DATABASE);
  kube.seed(instance('orders', 'queue', '3'), binding('orders'), instance('weather', 'weather', '2'));
  kube.seed(instance('jobs', 'queue', '4', 'other-ns'));
  const platform = runPlatform(kube, now, end.signal);
  await settled(kube);
  return {
    sandbox,
    kube,
    folder,
    kubeconfig,
    async close() {
      end.abort();
      await platform;
      await sandbox.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The CustomResourceDefinitions of the platform's chart; their files are plain YAML. */
async function definitions(): Promise<KubeObject[]> {
  const path = join(repositoryRoot(), 'manifests', 'mesitis-platform', 'templates', 'crds');
  const files = await readdir(path);
  return Promise.all(
    files.map(async (file) => parse(await readFile(join(path, file), 'utf8')) as KubeObject),
  );
}

function namespace(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function withNamespace(kubeconfig: string, name: string): string {
  const config = parse(kubeconfig) as { contexts: { context: Record<string, string> }[] };
  for (const { context } of config.contexts) context['namespace'] = name;
  return JSON.stringify(config);
}

/** Waits until the platform has looked at everything. */
export async function settled(kube: MemoryKube): Promise<void> {
  await until({ what: 'the platform to look at everything', timeoutMs: 10_000, intervalMs: 5 }, () => {
    const waiting = kube.objects().filter((object) => {
      const isTheirs = /^(ServiceInstance|ServiceBinding|ClusterServiceBroker)$/.test(object.kind);
      return isTheirs && object['status'] === undefined;
    });
    return Promise.resolve(waiting.length === 0 ? true : undefined);
  });
}
