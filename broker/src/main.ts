import { randomUUID } from 'node:crypto';
import { loadClient } from '@mesitis/kube/client';
import { createBroker } from './broker.js';
import type { Config } from './config.js';
import { ConfigError, readConfig } from './config.js';
import { healthListener } from './http/health.js';
import { serve } from './http/serve.js';
import { createLogger } from './log.js';
import { MemoryInstanceStore } from './store/memory-instance-store.js';

/** How long running requests may take to finish when the process is told to stop; Kubernetes kills after 30 s. */
const GRACE_MS = 25_000;

/** EX_CONFIG of sysexits: the environment is wrong, a restart won't help. */
const EXIT_CONFIG = 78;

const logger = createLogger();

async function main(config: Config): Promise<void> {
  const { kubeconfig, namespace, clusterDomain, username, password } = config;
  const kube = await loadClient(kubeconfig === undefined ? {} : { kubeconfig });
  const broker = createBroker({
    kube,
    store: new MemoryInstanceStore(),
    logger,
    namespace,
    clusterDomain,
    credentials: [{ username, password }],
    now: () => performance.now(),
    today: () => new Date(),
    newRequestId: randomUUID,
  });
  let stopped: Promise<void> | undefined;
  const health = await serve(
    healthListener({
      isReady: () => broker.isReady() && stopped === undefined,
      status: () => broker.status(),
    }),
    config.healthPort,
  );
  logger.info({ port: health.port }, 'health listening');
  const api = await serve(broker.listener, config.port);
  logger.info({ port: api.port }, 'listening');

  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    logger.info({ signal }, 'stopping');
    await api.stop(GRACE_MS);
    await broker.stop();
    await health.stop(0);
    kube.close();
    logger.info('stopped');
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // A second signal joins the first: it must not cut what the first lets finish.
      stopped ??= stop(signal).then(() => process.exit(0), fail);
    });
  }
}

function fail(error: unknown): void {
  if (error instanceof ConfigError) logger.fatal({ problems: error.problems }, 'bad configuration');
  else logger.fatal({ err: error }, 'failed');
  process.exit(error instanceof ConfigError ? EXIT_CONFIG : 1);
}

try {
  await main(readConfig(process.env));
} catch (error) {
  fail(error);
}
