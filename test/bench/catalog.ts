import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadClient } from '@mesitis/kube/client';
import { startBroker } from '../cluster/broker.js';
import { repositoryRoot } from '../cluster/folders.js';
import { launchCluster } from '../cluster/launch.js';
import { startProcess, untilReady } from '../cluster/process.js';
import { until } from '../cluster/wait.js';
import type { Figure } from './figures.js';
import { ms, seriesOf, times } from './figures.js';
import type { Round, Shot } from './load.js';
import { load, timeEach } from './load.js';
import { headersOf, urlEntry } from './osb.js';

const CONNECTIONS = 20;
const ROUNDS = 3;

/** The catalog with many entries, against a bare Node server that gives the same bytes; rounds take turns. */
export async function benchCatalog(entries: number, seconds: number): Promise<Figure[]> {
  const cluster = await launchCluster('sandbox');
  const kube = await loadClient({ kubeconfig: cluster.kubeconfig });
  try {
    const broker = await startBroker(cluster, { namespace: 'provider-ns' });
    try {
      await timeEach(entries, 20, async (index) => {
        await kube.create(urlEntry(`offering-${index}`, 'provider-ns'));
      });
      const headers = headersOf(broker);
      const url = `${broker.url}/v2/catalog`;
      const body = await until({ what: 'the whole catalog', timeoutMs: 60_000 }, async () => {
        const text = await (await fetch(url, { headers })).text();
        const { services } = JSON.parse(text) as { services: unknown[] };
        return services.length === entries ? text : undefined;
      });
      const etag = (await fetch(url, { headers })).headers.get('etag') ?? '';
      return await against(
        await startBare(cluster.directory, body),
        { url, headers, status: 200 },
        { etag, size: Buffer.byteLength(body), seconds },
      );
    } finally {
      await broker.stop();
    }
  } finally {
    kube.close();
    await cluster.stop();
  }
}

interface Bare {
  url: string;
  stop: () => Promise<void>;
}

async function startBare(directory: string, body: string): Promise<Bare> {
  const file = join(directory, 'catalog.json');
  await writeFile(file, body);
  const server = await startProcess({
    name: 'bare server',
    file: process.execPath,
    args: [join(repositoryRoot(), 'test/dist/bench/bare-server.js'), file],
  });
  const port = await untilReady(server, 10_000, () => Promise.resolve(server.logs()[0]));
  return { url: `http://127.0.0.1:${port}/`, stop: () => server.stop() };
}

async function against(
  bare: Bare,
  ours: Shot,
  { etag, size, seconds }: { etag: string; size: number; seconds: number },
): Promise<Figure[]> {
  const shots: Record<'bare' | 'ours' | 'unchanged', Shot> = {
    bare: { url: bare.url, headers: {}, status: 200 },
    ours,
    unchanged: { ...ours, headers: { ...ours.headers, 'if-none-match': etag }, status: 304 },
  };
  const rounds: Record<keyof typeof shots, Round[]> = { bare: [], ours: [], unchanged: [] };
  try {
    for (const shot of Object.values(shots)) await load(shot, CONNECTIONS, 1);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const name of ['bare', 'ours', 'unchanged'] as const) {
        rounds[name].push(await load(shots[name], CONNECTIONS, seconds));
      }
    }
  } finally {
    await bare.stop();
  }
  const [base, catalog, unchanged] = [total(rounds.bare), total(rounds.ours), total(rounds.unchanged)];
  const what = `catalog, ${(size / 1024).toFixed(0)} KiB`;
  return [
    row(`${what}: requests a second`, catalog.rate, base.rate, rate),
    row(`${what}: p99`, catalog.p99, base.p99, ms),
    row(`${what}, not modified: requests a second`, unchanged.rate, base.rate, rate),
    row(`${what}, not modified: p99`, unchanged.p99, base.p99, ms),
  ];
}

function row(what: string, value: number, baseline: number, show: (value: number) => string): Figure {
  return { what, value: show(value), baseline: show(baseline), ratio: times(value, baseline) };
}

function rate(value: number): string {
  return value.toFixed(0);
}

function total(rounds: readonly Round[]): { rate: number; p99: number } {
  const timings = rounds.flatMap((round) => round.timings);
  const seconds = rounds.reduce((sum, round) => sum + round.seconds, 0);
  return { rate: timings.length / seconds, p99: seriesOf(timings).p99 };
}
