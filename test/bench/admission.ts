import type { KubeObject } from '@mesitis/kube';
import { loadClient, type KubeClient } from '@mesitis/kube/client';
import { launchCluster } from '../cluster/launch.js';
import { startPlatform } from '../cluster/platform.js';
import type { ManagedProcess } from '../cluster/process.js';
import { until } from '../cluster/wait.js';
import { startBareWebhook } from './bare-webhook-stage.js';
import type { Figure } from './figures.js';
import { ms, seriesOf, times } from './figures.js';
import { timeEach } from './load.js';
import { urlEntry } from './osb.js';
import { usageOf } from './usage.js';

/** What is written: the same ConfigMap without the label that brings it to the webhook, with it, and so that a right is asked for. */
const WAYS = ['not reviewed', 'reviewed', 'reviewed, a right asked for'] as const;

/**
 * Creating ConfigMaps on the real API server with and without the webhook, and what the webhook needs for it; then the
 * same with a webhook that allows everything at once, below which none in Node can come.
 */
export async function benchAdmission(count: number): Promise<Figure[]> {
  const cluster = await launchCluster('real');
  const platform = await startPlatform(cluster);
  const kube = await loadClient({ kubeconfig: cluster.kubeconfig });
  let bare: ManagedProcess | undefined;
  try {
    const ours = await rounds(kube, { name: 'ours', pid: platform.webhook.pid(), ways: WAYS }, count);
    bare = await startBareWebhook(cluster, kube, platform);
    await called(kube, bare);
    const least = await rounds(kube, { name: 'bare', pid: bare.pid, ways: WAYS.slice(0, 2) }, count);
    return [...ours, ...least.map(({ what, ...figure }) => ({ what: `bare webhook, ${what}`, ...figure }))];
  } finally {
    kube.close();
    await bare?.stop();
    await platform.stop();
    await cluster.stop();
  }
}

/** A webhook that is called, and the ways in which ConfigMaps are written. */
interface Subject {
  name: string;
  pid: number;
  ways: readonly string[];
}

/** The API server follows a new registration a moment after it was written. */
async function called(kube: KubeClient, bare: ManagedProcess): Promise<void> {
  const namespace = 'bench-admission-called';
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  let index = 0;
  await until({ what: 'the API server to call the bare webhook', timeoutMs: 30_000 }, async () => {
    await kube.create(configMap(1, { namespace, name: `b-${(index += 1)}` }));
    return bare.logs()[1];
  });
}

async function rounds(kube: KubeClient, subject: Subject, count: number): Promise<Figure[]> {
  const before = await usageOf(subject.pid);
  const figures: Figure[] = [];
  let reviews = 0;
  for (const atOnce of [1, 10, 50, 200]) {
    const timings = await compare(kube, subject, { count: Math.max(count, atOnce), atOnce });
    reviews += (subject.ways.length - 1) * ROUNDS * Math.max(count, atOnce);
    figures.push(...rows(timings, atOnce));
  }
  const after = await usageOf(subject.pid);
  const cpu = (after.cpuSeconds - before.cpuSeconds) * 1000;
  return [
    ...figures,
    { what: `webhook: CPU time for each of ${reviews} reviews`, value: ms(cpu / reviews) },
    { what: 'webhook: peak memory', value: `${after.peakMebibytes.toFixed(0)} MiB` },
  ];
}

/** The first warms up and is not counted. */
const ROUNDS = 4;

/** The ways take turns, so that whatever else the machine does meets all of them. */
async function compare(
  kube: KubeClient,
  { name, ways }: Subject,
  { count, atOnce }: { count: number; atOnce: number },
): Promise<number[][]> {
  const measured: number[][] = ways.map(() => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    // Teams publish tens of ConfigMaps, not thousands.
    const namespace = `bench-admission-${name}-${atOnce}-${round}`;
    await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    for (const [way, all] of measured.entries()) {
      const timings = await timeEach(count, atOnce, async (index) => {
        await kube.create(configMap(way, { namespace, name: `b-${way}-${index}` }));
      });
      if (round > 0) all.push(...timings);
    }
  }
  return measured;
}

function configMap(way: number, { namespace, name }: { namespace: string; name: string }): KubeObject {
  const entry = urlEntry(name, namespace);
  const { labels, ...metadata } = entry.metadata;
  if (way === 0) return { ...entry, metadata };
  if (way === 1) return { ...entry, metadata: { ...metadata, labels: labels ?? {} } };
  const data = entry['data'] as Record<string, string>;
  const [[key, text] = ['', '{}']] = Object.entries(data);
  const payload = JSON.parse(text) as Record<string, unknown>;
  const secret = { credentialkind: 'CredentialFromClusterSecret', credentialdata: { secretname: 'any' } };
  const asking = JSON.stringify({ ...payload, ...secret });
  return { ...entry, metadata: { ...metadata, labels: labels ?? {} }, data: { [key]: asking } };
}

function rows(timings: readonly number[][], atOnce: number): Figure[] {
  const [baseline, ...reviewed] = timings.map(seriesOf);
  return reviewed.flatMap((series, index) =>
    (['p50', 'p95', 'p99'] as const).map((share) => ({
      what: `create, ${atOnce} at once, ${WAYS[index + 1] ?? ''}: ${share}`,
      value: ms(series[share]),
      baseline: ms(baseline?.[share] ?? NaN),
      ratio: times(series[share], baseline?.[share] ?? NaN),
    })),
  );
}
