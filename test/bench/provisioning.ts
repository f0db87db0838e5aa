import { randomBytes } from 'node:crypto';
import { loadClient, type KubeClient } from '@mesitis/kube/client';
import type { Broker } from '../cluster/broker.js';
import { startBroker } from '../cluster/broker.js';
import type { Cluster } from '../cluster/launch.js';
import { launchCluster } from '../cluster/launch.js';
import { until } from '../cluster/wait.js';
import type { Figure, Series } from './figures.js';
import { ms, seriesOf, times } from './figures.js';
import { timeEach } from './load.js';
import { bind, headersOf, provision, URL_OFFERING, urlEntry } from './osb.js';

/** What is compared: one Secret written by this process, and the two stores. */
type Way = 'one write' | 'memory' | 'kubernetes';

/** Provision and bind of a URL offering, against one write to the same API server and against memory. */
export async function benchProvisioning(count: number): Promise<Figure[]> {
  const cluster = await launchCluster('real');
  const kube = await loadClient({ kubeconfig: cluster.kubeconfig });
  try {
    const brokers = {
      memory: await start(cluster, kube, 'memory'),
      kubernetes: await start(cluster, kube, 'kubernetes'),
    };
    const figures: Figure[] = [];
    for (const atOnce of [1, 20]) figures.push(...(await compare(kube, brokers, { count, atOnce })));
    await Promise.all(Object.values(brokers).map(async (broker) => broker.stop()));
    return figures;
  } finally {
    kube.close();
    await cluster.stop();
  }
}

async function start(cluster: Cluster, kube: KubeClient, kind: 'memory' | 'kubernetes'): Promise<Broker> {
  const namespace = `bench-${kind}`;
  const broker = await startBroker(cluster, { namespace, values: { store: { kind } } });
  await kube.create(urlEntry(URL_OFFERING, namespace));
  await until({ what: 'the offering to be in the catalog', timeoutMs: 30_000 }, async () => {
    const answer = await fetch(`${broker.url}/v2/catalog`, { headers: headersOf(broker) });
    const { services } = (await answer.json()) as { services: unknown[] };
    return services.length === 1 ? true : undefined;
  });
  return broker;
}

async function compare(
  kube: KubeClient,
  brokers: Record<'memory' | 'kubernetes', Broker>,
  { count, atOnce }: { count: number; atOnce: number },
): Promise<Figure[]> {
  const name = (round: number, index: number): string => `i-${atOnce}-${round}-${index}`;
  const measured: Record<'provision' | 'bind', Record<Way, number[]>> = {
    provision: { 'one write': [], memory: [], kubernetes: [] },
    bind: { 'one write': [], memory: [], kubernetes: [] },
  };
  // The first round warms up; the others take turns, so that whatever else the machine does meets all of them.
  for (let round = 0; round <= 3; round += 1) {
    const keep = (into: number[], timings: number[]): void => {
      if (round > 0) into.push(...timings);
    };
    const written = await timeEach(count, atOnce, async (index) => write(kube, name(round, index)));
    keep(measured.provision['one write'], written);
    keep(measured.bind['one write'], written);
    for (const kind of ['memory', 'kubernetes'] as const) {
      const broker = brokers[kind];
      const provisioned = timeEach(count, atOnce, async (index) => provision(broker, name(round, index)));
      keep(measured.provision[kind], await provisioned);
      keep(
        measured.bind[kind],
        await timeEach(count, atOnce, async (index) => bind(broker, name(round, index))),
      );
    }
  }
  return (['provision', 'bind'] as const).flatMap((operation) =>
    rows(`${operation}, ${atOnce} at once`, measured[operation]),
  );
}

/** A Secret of about the size of a record. */
async function write(kube: KubeClient, name: string): Promise<void> {
  await kube.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `write-${name}`, namespace: 'bench-kubernetes' },
    data: { record: randomBytes(700).toString('base64') },
  });
}

function rows(what: string, ways: Record<Way, number[]>): Figure[] {
  const base = seriesOf(ways['one write']);
  const figure = (way: Way, key: keyof Series & ('p50' | 'p99')): Figure => {
    const value = seriesOf(ways[way])[key];
    return {
      what: `${what}, ${way} store: ${key}`,
      value: ms(value),
      baseline: ms(base[key]),
      ratio: times(value, base[key]),
    };
  };
  return (['kubernetes', 'memory'] as const).flatMap((way) => [figure(way, 'p50'), figure(way, 'p99')]);
}
