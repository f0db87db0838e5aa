import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { helmChart, startHelm } from '@mesitis/broker/helm';
import type { Kube, KubeObject } from '@mesitis/kube';
import { loadClient } from '@mesitis/kube/client';
import { launchCluster } from '../cluster/launch.js';
import { findTools } from '../cluster/tools.js';
import { until } from '../cluster/wait.js';
import type { ChartSources } from './helm-charts.js';
import { serveCharts } from './helm-charts.js';

export type HelmProvisioner = ReturnType<typeof helmChart>;
export type HelmProvision = Parameters<HelmProvisioner['plan']>[0];
export type Resources = Awaited<ReturnType<HelmProvisioner['plan']>>;

/** Work for one instance, which the test can end. */
export type TestWork = Parameters<HelmProvisioner['make']>[1] & {
  /** What was told as progress. */
  told: string[];
  end: (reason: Error) => void;
};

const PATIENCE_MS = 30_000;

/** The real API server, the real helm, and charts to install. */
export class HelmStage {
  readonly kube: Kube & { close: () => void };
  readonly charts: ChartSources;
  readonly provisioner: HelmProvisioner;
  /** Where releases go. */
  readonly namespace: string;
  /** Where helm works; empty when it does not. */
  readonly temporaryFolder: string;
  readonly #close: () => Promise<void>;

  private constructor(
    parts: Pick<HelmStage, 'kube' | 'charts' | 'provisioner' | 'namespace' | 'temporaryFolder'>,
    close: () => Promise<void>,
  ) {
    this.kube = parts.kube;
    this.charts = parts.charts;
    this.provisioner = parts.provisioner;
    this.namespace = parts.namespace;
    this.temporaryFolder = parts.temporaryFolder;
    this.#close = close;
  }

  static async start(): Promise<HelmStage> {
    const [directory, temporaryFolder] = await Promise.all([
      mkdtemp(join(tmpdir(), 'mesitis-charts-')),
      mkdtemp(join(tmpdir(), 'mesitis-helm-')),
    ]);
    const cluster = await launchCluster('real');
    const charts = await serveCharts(directory);
    const kube = await loadClient({ kubeconfig: cluster.kubeconfig });
    const started = await startHelm({
      file: (await findTools()).helm,
      environment: { PATH: process.env['PATH'], SSL_CERT_FILE: charts.authorityFile },
      kubeconfig: cluster.kubeconfig,
      temporaryFolder,
      chartsDirectory: charts.folder,
      removalSeconds: 3,
    });
    if (!started.ok) throw new Error(started.reason);
    const { metadata } = await kube.create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { generateName: 'helm-' },
    });
    const provisioner = helmChart({ helm: started.helm, kube, clusterDomain: 'cluster.local' });
    return new HelmStage(
      { kube, charts, provisioner, namespace: metadata.name ?? '', temporaryFolder },
      async () => {
        kube.close();
        await charts.close();
        await cluster.stop();
        await rm(directory, { recursive: true, force: true });
        await rm(temporaryFolder, { recursive: true, force: true });
      },
    );
  }

  async close(): Promise<void> {
    await this.#close();
  }

  /** What an instance consists of; with a limit, helm waits for it. */
  async planned(instanceId: string, data: Partial<HelmProvision>, waitSeconds?: number): Promise<Resources> {
    const { namespace } = this;
    const provision = { kind: 'ProvisionHelmChart', namespace, name: 'db', ...data } as HelmProvision;
    const resources = await this.provisioner.plan(provision, instanceId, (value) => value);
    const release = { ...releaseOf(resources), ...(waitSeconds === undefined ? {} : { waitSeconds }) };
    return { ...resources, release };
  }

  /** Everything that has the release in its name, helm's own records included. */
  async inCluster(resources: Resources): Promise<string[]> {
    const { namespace, kube } = this;
    const { name } = releaseOf(resources);
    const kinds = ['Service', 'ConfigMap', 'Pod', 'Secret'];
    const lists = await Promise.all(
      kinds.map(async (kind) => kube.list({ apiVersion: 'v1', kind, namespace })),
    );
    return lists
      .flatMap(({ items }) => items)
      .filter(({ metadata }) => metadata.name?.includes(name) === true)
      .map(({ kind, metadata }) => `${kind} ${metadata.name?.replaceAll(name, 'NAME') ?? ''}`);
  }

  /** The data of the ConfigMap that the chart makes of its values. */
  async settingsOf(resources: Resources): Promise<unknown> {
    return (await this.kube.get(this.#ref('ConfigMap', resources)))?.['data'];
  }

  /** Holds the ConfigMap of a release when it is deleted, until it is let go. */
  async hold(resources: Resources, finalizers: string[] | null): Promise<void> {
    const body = { metadata: { finalizers } };
    await this.kube.patch(this.#ref('ConfigMap', resources), { type: 'merge', body });
  }

  /** Makes the Pod of a chart ready once helm waits for it. */
  async makeReady(resources: Resources, work: TestWork): Promise<void> {
    await untilAwaited(work, `Pod ${this.namespace}/${releaseOf(resources).name}: in progress`);
    const ref = this.#ref('Pod', resources);
    const pod = await until<KubeObject>({ what: 'the Pod', timeoutMs: PATIENCE_MS }, async () =>
      this.kube.get(ref),
    );
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
    await this.kube.update({ ...pod, status }, { subresource: 'status' });
  }

  #ref(
    kind: string,
    resources: Resources,
  ): { apiVersion: string; kind: string; namespace: string; name: string } {
    return { apiVersion: 'v1', kind, namespace: this.namespace, name: releaseOf(resources).name };
  }
}

/** Begins work for an instance. */
export function workFor(instanceId: string): TestWork {
  const controller = new AbortController();
  const told: string[] = [];
  return {
    instanceId,
    signal: controller.signal,
    told,
    progress: (text) => told.push(text),
    end: (reason) => controller.abort(reason),
  };
}

/** The release of an instance. @throws an Error when it has none */
export function releaseOf({ release }: Resources): NonNullable<Resources['release']> {
  if (release === undefined) throw new Error('There is no release.');
  return release;
}

/** Resolves once helm waits: for what is named, or for anything. */
export async function untilAwaited({ told }: TestWork, text?: string): Promise<void> {
  await until({ what: `helm to wait for ${text ?? 'anything'}`, timeoutMs: PATIENCE_MS }, async () =>
    Promise.resolve(told.find((line) => text === undefined || line === text)),
  );
}

/** Kills helm while it waits, as a node that loses its power would. */
export async function killHelm(command: string, work: TestWork): Promise<void> {
  await untilAwaited(work);
  const running = (await helmProcesses()).find((candidate) => candidate.command === command);
  if (running === undefined) throw new Error(`No helm ${command} runs.`);
  process.kill(running.pid, 'SIGKILL');
}

/** The helm processes that this one has started, by what they do. */
export async function helmProcesses(): Promise<{ pid: number; command: string }[]> {
  const numbers = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    numbers.map(async (name) => {
      const read = async (file: string): Promise<string> =>
        readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '');
      const [status, commandLine] = [await read('status'), await read('cmdline')];
      const isOurs = /^PPid:\s+(\d+)$/m.exec(status)?.[1] === String(process.pid);
      const [file = '', command = ''] = commandLine.split('\0');
      return isOurs && file.endsWith('/helm') ? [{ pid: Number(name), command }] : [];
    }),
  );
  return found.flat();
}
