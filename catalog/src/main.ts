import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { LeaderElector } from '@mesitis/kube';
import type { Kube } from '@mesitis/kube';
import { loadClient } from '@mesitis/kube/client';
import { pino } from 'pino';
import { ConfigError, readConfig } from './config.js';
import type { Config } from './config.js';
import { CatalogController } from './controller.js';
import { PrometheusMetrics } from './metrics/prometheus-metrics.js';
import { OsbClient } from './osb/osb-client.js';
import { systemClock } from './runtime/clock.js';
import { clusterId } from './runtime/cluster-id.js';
import { describeError } from './runtime/describe-error.js';
import { fencedKube, fencedSend } from './runtime/fence.js';
import { serveHealth } from './runtime/health-server.js';

/**
 * Long enough to store what a broker is about to answer. What takes longer is left as by a crash, to the next leader: it
 * is to lead within 5 s.
 */
const GRACE_MS = 3_000;
/** The Lease has the same name wherever it is, so that two installations in one namespace don't work against each other. */
const LEASE = 'mesitis-catalog';
/** `EX_CONFIG` of sysexits.h. */
const EXIT_CONFIG = 78;

function configure(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_CONFIG);
  }
}

async function ownVersion(): Promise<string> {
  const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function electorOn(kube: Kube, { namespace, identity }: Config): LeaderElector {
  return new LeaderElector(kube, {
    namespace,
    name: LEASE,
    identity: identity ?? `${hostname()}_${randomUUID()}`,
    clock: {
      now: () => performance.now(),
      after: (ms, run) => systemClock.after(ms, run),
      date: () => new Date(),
    },
    onError: (error) => {
      log.warn({ err: describeError(error), lease: LEASE }, 'election failed, tried again');
    },
  });
}

const stopping = new AbortController();
const config = configure();
const log = pino({
  level: config.logLevel,
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (level) => ({ level }) },
});

try {
  const kube = await loadClient({
    ...(config.kubeconfig === undefined ? {} : { kubeconfig: config.kubeconfig }),
    environment: process.env,
  });
  const { osbTimeoutMs: timeoutMs, osbApiVersion: apiVersion, proxies } = config;
  const osb = new OsbClient({ timeoutMs, apiVersion, proxies });
  let running: CatalogController | undefined = undefined;
  const metrics = new PrometheusMetrics({
    version: await ownVersion(),
    snapshot: () => running?.snapshot() ?? { works: false, queues: {}, brokers: [] },
  });
  const health = await serveHealth(config.healthPort, {
    isReady: () => running?.isReady() ?? false,
    metrics: () => metrics.render(),
    onError: (error) => {
      log.error({ err: describeError(error) }, 'metrics not told');
    },
  });
  log.info({ port: health.port }, 'health listening');
  const elector = electorOn(kube, config);
  const leads = (): boolean => elector.leads();
  const controller = new CatalogController({
    kube: fencedKube(kube, leads),
    send: fencedSend((connection, request) => osb.send(connection, request), leads),
    clusterId: await clusterId(kube, config.namespace, randomUUID),
    clock: systemClock,
    newId: randomUUID,
    log,
    concurrency: config.concurrency,
    relistIntervalMs: config.relistIntervalMs,
    features: config.features,
    metrics,
  });
  running = controller;
  const stop = async (): Promise<void> => {
    stopping.abort();
    const expired = new Promise<void>((resolve) => systemClock.after(GRACE_MS, resolve));
    await Promise.race([controller.stop(), expired]);
    await elector.release();
    await health.close();
    osb.close();
    kube.close();
    log.info('stopped');
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
  void elector.lost.then((why) => {
    log.fatal({ why }, 'leadership lost');
    process.exit(1);
  });
  // Whoever leads works at once: one that has not seen everything yet leaves the lead to those that have.
  await controller.synced();
  log.info('standing by');
  if (await elector.lead()) {
    await controller.start();
    log.info('started');
  }
} catch (error) {
  // What was waited for was stopped; the Lease is still to be given back.
  if (!stopping.signal.aborted) {
    log.fatal({ err: describeError(error) }, 'cannot start');
    process.exit(1);
  }
}
