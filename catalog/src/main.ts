import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
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
import { serveHealth } from './runtime/health-server.js';

/** Long enough to store what brokers are about to answer, shorter than what a Pod is given to end. */
const GRACE_MS = 20_000;
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

const config = configure();
const log = pino({ level: config.logLevel, base: null });

try {
  const kube = await loadClient(config.kubeconfig === undefined ? {} : { kubeconfig: config.kubeconfig });
  const { osbTimeoutMs: timeoutMs, osbApiVersion: apiVersion, proxies } = config;
  const osb = new OsbClient({ timeoutMs, apiVersion, proxies });
  let running: CatalogController | undefined = undefined;
  const metrics = new PrometheusMetrics({
    version: await ownVersion(),
    snapshot: () => running?.snapshot() ?? { queues: {}, brokers: [] },
  });
  const health = await serveHealth(config.healthPort, {
    isReady: () => running?.isReady() ?? false,
    metrics: () => metrics.render(),
    onError: (error) => {
      log.error({ err: describeError(error) }, 'metrics not told');
    },
  });
  log.info({ port: health.port }, 'health listening');
  const controller = new CatalogController({
    kube,
    send: (connection, request) => osb.send(connection, request),
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
    const expired = new Promise<void>((resolve) => systemClock.after(GRACE_MS, resolve));
    await Promise.race([controller.stop(), expired]);
    await health.close();
    osb.close();
    kube.close();
    log.info('stopped');
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
  await controller.start();
  log.info('started');
} catch (error) {
  log.fatal({ err: describeError(error) }, 'cannot start');
  process.exit(1);
}
