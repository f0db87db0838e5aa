import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from '@mesitis/kube';
import type { KubeClient } from '@mesitis/kube/client';
import { loadClient } from '@mesitis/kube/client';
import { renderChart } from '../cluster/chart.js';
import { mustRun } from '../cluster/exec.js';
import { repositoryRoot } from '../cluster/folders.js';
import { kubectlFor } from '../cluster/kubectl.js';
import { launchCluster } from '../cluster/launch.js';
import { findTools } from '../cluster/tools.js';
import type { Figure } from './figures.js';
import { ms, seriesOf, times } from './figures.js';
import { NAMESPACE, object } from './granting-stage.js';
import { timeEach } from './load.js';

/** A command whose processes are timed from start to end. */
interface Timed {
  what: string;
  command: readonly [string, ...string[]];
  /** Compared with a Node that does nothing, with `kubectl get configmaps`, or with kubectl reading the same objects. */
  baseline: 'node' | 'kubectl' | 'same';
}

/** What `catalog` reads. */
const KINDS = ['clusterserviceclasses', 'clusterserviceplans', 'serviceclasses', 'serviceplans'];

/** The plugin as whole processes, beside Node that does nothing and kubectl that lists as much, on a real API server. */
export async function benchPlugin(rounds: number): Promise<Figure[]> {
  const cluster = await launchCluster('real');
  const kube = await loadClient({ kubeconfig: cluster.kubeconfig });
  try {
    const chart = {
      chart: 'mesitis-platform',
      name: 'mesitis',
      namespace: 'mesitis-system',
      values: {},
    } as const;
    const crds = (await renderChart(chart)).filter(({ kind }) => kind === 'CustomResourceDefinition');
    const kubectl = await kubectlFor(cluster);
    await kubectl.apply(crds);
    await kubectl.must(['wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all']);
    await createBinding(kube);
    const tools = await findTools();
    const bin = (name: string): string => join(repositoryRoot(), 'kubectl-plugin', 'bin', name);
    const plugin = (...args: string[]): Timed['command'] => [
      process.execPath,
      bin('kubectl-mesitis'),
      ...args,
    ];
    const environment = {
      KUBECONFIG: cluster.kubeconfig,
      KUBECACHEDIR: join(cluster.directory, 'kubectl-cache'),
      // What a plugin compiles it keeps for the next run there, as for its user.
      XDG_CACHE_HOME: join(cluster.directory, 'cache'),
    };
    const bare: Timed = { what: 'node -e 0', command: [process.execPath, '-e', '0'], baseline: 'node' };
    const listing: Timed = {
      what: 'kubectl get configmaps',
      command: [tools.kubectl, 'get', 'configmaps'],
      baseline: 'kubectl',
    };
    const same: Timed = {
      what: 'kubectl get classes, plans',
      command: [tools.kubectl, 'get', KINDS.join(',')],
      baseline: 'kubectl',
    };
    const bases = { node: bare, kubectl: listing, same };
    const timed: Timed[] = [
      { what: '--help', command: plugin('--help'), baseline: 'node' },
      { what: 'version', command: plugin('version'), baseline: 'node' },
      { what: 'secret', command: plugin('secret', 'bound'), baseline: 'kubectl' },
    ];
    const figures: Figure[] = [];
    for (const [from, to] of [
      [0, 20],
      [20, 1_000],
    ] as const) {
      await createOfferings(kube, from, to);
      const lists: Timed[] = [
        { what: `catalog of ${to}`, command: plugin('catalog'), baseline: 'kubectl' },
        { what: `catalog of ${to}, once more`, command: plugin('catalog'), baseline: 'same' },
        {
          what: `completion among ${to}`,
          command: [process.execPath, bin('kubectl_complete-mesitis'), 'provision', 'offering-1'],
          baseline: 'kubectl',
        },
      ];
      const all = [...(from === 0 ? timed : []), ...lists];
      const medians = await mediansOf([bare, listing, same, ...all], rounds, environment);
      for (const each of all) {
        const base = bases[each.baseline];
        const [median = NaN, other = NaN] = [medians.get(each), medians.get(base)];
        const peak = await peakMebibytes(each, environment, cluster.directory);
        figures.push({
          what: `kubectl mesitis ${each.what}: median of ${rounds} processes, at most ${peak.toFixed(0)} MiB`,
          value: ms(median),
          baseline: `${ms(other)} ${base.what}`,
          ratio: times(median, other),
        });
      }
    }
    return figures;
  } finally {
    kube.close();
    await cluster.stop();
  }
}

/** Runs the commands in turn, so that whatever else the machine does hits all of them; the first round does not count. */
async function mediansOf(
  all: readonly Timed[],
  rounds: number,
  env: NodeJS.ProcessEnv,
): Promise<Map<Timed, number>> {
  const timings = new Map<Timed, number[]>(all.map((each) => [each, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const each of all) {
      const [file, ...args] = each.command;
      const before = performance.now();
      await mustRun(file, args, { env });
      if (round > 0) timings.get(each)?.push(performance.now() - before);
    }
  }
  return new Map([...timings].map(([each, list]) => [each, seriesOf(list).p50]));
}

/** The largest resident memory of one more run, which the process notes at its end. */
async function peakMebibytes({ command }: Timed, env: NodeJS.ProcessEnv, directory: string): Promise<number> {
  const [note, peak] = [join(directory, 'note-peak.cjs'), join(directory, 'peak')];
  const script = `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS)));`;
  await writeFile(note, script);
  const [file, ...args] = command;
  await mustRun(file, args, { env: { ...env, NODE_OPTIONS: `--require=${note}` } });
  return Number(await readFile(peak, 'utf8')) / 1024;
}

/** Offerings that anybody may have, each a class with one plan, as a broker's catalog comes to be. */
async function createOfferings(kube: KubeClient, from: number, to: number): Promise<void> {
  await timeEach(to - from, 10, async (index) => {
    const name = `offering-${from + index}`;
    const description = `The offering number ${from + index} of a team that has many`;
    const common = { clusterServiceBrokerName: 'broker', externalID: name, description, free: true };
    await kube.create(object('ClusterServiceClass', name, { ...common, externalName: name, bindable: true }));
    const plan = { ...common, externalName: 'default', clusterServiceClassRef: { name } };
    await kube.create(object('ClusterServicePlan', `${name}-default`, plan));
  });
}

/** A binding that is ready, with its Secret. */
async function createBinding(kube: KubeClient): Promise<void> {
  const secret: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'bound', namespace: NAMESPACE },
    data: { password: Buffer.from('hunter2').toString('base64') },
  };
  await kube.create(secret);
  const spec = { instanceRef: { name: 'instance' }, secretName: 'bound', externalID: 'bound' };
  const binding = await kube.create(object('ServiceBinding', 'bound', spec));
  const ready = {
    type: 'Ready',
    status: 'True',
    reason: 'InjectedBindResult',
    message: 'Injected bind result',
  };
  const status = {
    conditions: [{ ...ready, lastTransitionTime: '2026-01-01T00:00:00Z' }],
    reconciledGeneration: 1,
    orphanMitigationInProgress: false,
    unbindStatus: 'Required',
  };
  await kube.update({ ...binding, status }, { subresource: 'status' });
}
