import { randomBytes, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import type { Kube } from '@mesitis/kube';
import { loadClient } from '@mesitis/kube/client';
import type { Broker } from './broker.js';
import { createBroker } from './broker.js';
import type { AuthenticationConfig, Config } from './config.js';
import { ConfigError, readConfig } from './config.js';
import { helmChart, startHelm } from './helm/index.js';
import type { Provisioner, ProvisionOf } from './provision/provisioner.js';
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
import { meteredStore } from './store/metered-store.js';
import type { OpenStore, StoreConfig as OpenStoreConfig } from './store/open-store.js';
import { openStore } from './store/open-store.js';
import { CredentialFromVault, VaultTransport } from './vault/index.js';

/** EX_CONFIG of sysexits: the environment is wrong, a restart won't help. */
const EXIT_CONFIG = 78;

/** Where the kubelet keeps the token of the Pod's ServiceAccount. */
const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

const logger = createLogger();
const now = (): number => performance.now();

async function main(config: Config): Promise<void> {
  logger.level = config.logLevel;
  const { kubeconfig, namespace, clusterDomain, operations } = config;
  let api: Serving | undefined = undefined;
  const accepted = await openAuthenticator(config.authentication);
  const certificate = await followCertificate(config.tls, (renewed) => api?.setCertificate(renewed));
  const kube = await loadClient({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    environment: process.env,
  });
  const metrics = new PrometheusMetrics({
    version: await ownVersion(),
    catalog: () => broker.status(),
    instances: () => broker.countInstances(),
    now,
  });
  const opened = await openStore(await storeConfigOf(config, kube), {
    onUnreadable: (where, reason) => logger.error({ record: where, reason }, 'record can not be read'),
    onWarning: (problem) => logger.warn({ problem }, 'the store may lose records'),
  });
  const store = meteredStore(opened, metrics);
  const ended = new AbortController();
  const helmChart = await openHelm(config, kube);
  const broker: Broker = createBroker({
    kube,
    store,
    logger,
    metrics,
    namespace,
    clusterDomain,
    authenticator: accepted,
    times: operations,
    ...(helmChart === undefined ? {} : { helmChart }),
    vault: new CredentialFromVault({
      kube,
      namespace,
      send: new VaultTransport().send,
      readServiceAccountToken: async () => (await readFile(SERVICE_ACCOUNT_TOKEN, 'utf8')).trim(),
      now: () => Date.now(),
      random: Math.random,
      signal: ended.signal,
    }),
    repairsDrift: config.driftCheck,
    now,
    today: () => new Date(),
    newId: randomUUID,
    randomBytes,
  });
  reseal(opened);
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
    ended.abort();
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

async function storeConfigOf({ store, namespace, name }: Config, kube: Kube): Promise<OpenStoreConfig> {
  switch (store.kind) {
    case 'memory':
      return store;
    case 'kubernetes':
      return { ...store, kube, namespace, name };
    case 'redis': {
      const { caFile, ...rest } = store;
      if (caFile === undefined) return rest;
      return { ...rest, ca: await orConfigError('REDIS_CA_FILE', async () => readFile(caFile, 'utf8')) };
    }
  }
}

/** After a new encryption key, in the background: the old one can be taken away when this is done. */
function reseal(store: OpenStore): void {
  store.reseal().then(
    ({ rewritten, left }) => {
      if (rewritten + left > 0) logger.info({ rewritten, left }, 'records encrypted anew');
    },
    (error: unknown) => logger.warn({ err: error }, 'encrypting records anew failed'),
  );
}

/** Undefined when there is none to be used: the entries that need it are left out of the catalog then. */
async function openHelm(
  { helm, kubeconfig, clusterDomain }: Config,
  kube: Kube,
): Promise<Provisioner<ProvisionOf<'ProvisionHelmChart'>> | undefined> {
  if (helm === undefined) return undefined;
  const started = await startHelm({
    file: helm.binary,
    environment: process.env,
    temporaryFolder: tmpdir(),
    ...(helm.chartsFolder === undefined ? {} : { chartsDirectory: helm.chartsFolder }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  });
  if (!started.ok) {
    logger.warn({ reason: started.reason }, 'charts can not be installed');
    return undefined;
  }
  logger.info({ version: started.version }, 'helm found');
  return helmChart({ helm: started.helm, kube, clusterDomain });
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
