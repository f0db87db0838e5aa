import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { loadClient } from '@mesitis/kube/client';
import type { Broker } from './broker.js';
import { createBroker } from './broker.js';
import type { AuthenticationConfig, Config } from './config.js';
import { ConfigError, readConfig } from './config.js';
import type { FollowedFiles } from './files/follow-files.js';
import { followFiles } from './files/follow-files.js';
import type { Authenticator } from './http/authentication.js';
import { authenticator, letEverybodyIn } from './http/authentication.js';
import type { Certificate, CertificateFiles } from './http/certificate.js';
import { describeCertificate, readCertificate } from './http/certificate.js';
import { readCredentialsFolder } from './http/credentials-folder.js';
import { healthListener } from './http/health.js';
import { readiness } from './http/readiness.js';
import type { Serving } from './http/serve.js';
import { serve } from './http/serve.js';
import { createLogger } from './log.js';
import { PrometheusMetrics } from './metrics/prometheus-metrics.js';
import { shutDown } from './shut-down.js';
import { MemoryInstanceStore } from './store/memory-instance-store.js';

/** EX_CONFIG of sysexits: the environment is wrong, a restart won't help. */
const EXIT_CONFIG = 78;

const logger = createLogger();
const now = (): number => performance.now();

async function main(config: Config): Promise<void> {
  logger.level = config.logLevel;
  const { kubeconfig, namespace, clusterDomain, operations } = config;
  let api: Serving | undefined = undefined;
  const accepted = await openAuthenticator(config.authentication);
  const certificate = await followCertificate(config.tls, (renewed) => api?.setCertificate(renewed));
  const kube = await loadClient(kubeconfig === undefined ? {} : { kubeconfig });
  const store = new MemoryInstanceStore();
  const metrics = new PrometheusMetrics({
    version: await ownVersion(),
    catalog: () => broker.status(),
    instances: () => broker.countInstances(),
    now,
  });
  const broker: Broker = createBroker({
    kube,
    store,
    logger,
    metrics,
    namespace,
    clusterDomain,
    authenticator: accepted,
    times: operations,
    now,
    today: () => new Date(),
    newId: randomUUID,
    randomBytes,
  });
  let stopped: Promise<void> | undefined;
  const health = await serve(
    healthListener({
      unready: readiness({
        isCatalogRead: () => broker.isReady(),
        isStoreAvailable: () => store.isAvailable(),
        isStopping: () => stopped !== undefined,
        now,
      }),
      status: () => broker.status(),
      metrics: () => metrics.render(),
      logger,
    }),
    config.healthPort,
  );
  logger.info({ port: health.port }, 'health listening');
  const serving = await serve(
    broker.listener,
    config.port,
    certificate === undefined ? {} : { certificate: certificate.current() },
  );
  api = serving;
  logger.info({ port: serving.port, tls: certificate !== undefined }, 'listening');

  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    logger.info({ signal }, 'stopping');
    await shutDown({ ...config.shutdown, api: serving, broker, now });
    await health.stop(0);
    await store.close();
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

async function openAuthenticator({
  required,
  credentials,
  folder,
}: AuthenticationConfig): Promise<Authenticator> {
  if (!required) {
    logger.warn('authentication is off: whoever reaches the port can do everything');
    return letEverybodyIn;
  }
  if (folder === undefined) return authenticator(() => credentials);
  const followed = await orConfigError('BROKER_CREDENTIALS_DIR', async () =>
    followFiles({
      what: 'credentials',
      folders: [folder],
      read: async () => {
        const { basic, bearer } = await readCredentialsFolder(folder);
        return { basic: [...credentials.basic, ...basic], bearer: [...credentials.bearer, ...bearer] };
      },
      describe: ({ basic, bearer }) => ({ basic: basic.length, bearer: bearer.length }),
      logger,
    }),
  );
  return authenticator(followed.current);
}

async function followCertificate(
  files: CertificateFiles | undefined,
  onChange: (renewed: Certificate) => void,
): Promise<FollowedFiles<Certificate> | undefined> {
  if (files === undefined) return undefined;
  return orConfigError('TLS_CERT_FILE, TLS_KEY_FILE', async () =>
    followFiles({
      what: 'certificate',
      folders: [dirname(files.certificateFile), dirname(files.keyFile)],
      read: async () => readCertificate(files),
      describe: describeCertificate,
      onChange,
      logger,
    }),
  );
}

/** Files that are not usable when the process starts are a mistake in its configuration. */
async function orConfigError<Value>(variables: string, open: () => Promise<Value>): Promise<Value> {
  try {
    return await open();
  } catch (error) {
    throw new ConfigError([`${variables}: ${error instanceof Error ? error.message : 'not usable'}`]);
  }
}

async function ownVersion(): Promise<string> {
  const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function fail(error: unknown): void {
  if (error instanceof ConfigError) logger.fatal({ problems: error.problems }, 'bad configuration');
  else logger.fatal({ err: error }, 'failed');
  process.exit(error instanceof ConfigError ? EXIT_CONFIG : 1);
}

// A mistake of ours: the record of what is under way is in the store, and nobody knows what else is wrong in here.
process.on('uncaughtException', fail);
try {
  await main(readConfig(process.env));
} catch (error) {
  fail(error);
}
