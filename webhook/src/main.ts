import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { exponentialBackoff } from '@mesitis/kube';
import { loadClient } from '@mesitis/kube/client';
import { pino } from 'pino';
import { ConfigError, readConfig } from './config.js';
import { errorFields } from './error-fields.js';
import { systemEntropy } from './tls/entropy.js';
import type { Timing } from './trust-controller.js';
import { startWebhook } from './webhook.js';

/** EX_CONFIG of sysexits.h. */
const EXIT_CONFIG = 78;

const timing: Timing = {
  now: () => Date.now(),
  delay: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => undefined),
  backoff: exponentialBackoff(),
  every: (milliseconds, task) => {
    const timer = setInterval(task, milliseconds);
    return () => clearInterval(timer);
  },
};

const logger = pino({
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  // In words, as collectors of logs know them.
  formatters: { level: (level) => ({ level }) },
});
const stopped = new AbortController();
const onSignal = (signal: NodeJS.Signals): void => {
  logger.info({ signal }, 'stopping');
  stopped.abort();
};
process.once('SIGTERM', onSignal).once('SIGINT', onSignal);

async function ownVersion(): Promise<string> {
  const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** Runs until a signal comes. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  logger.level = config.logLevel;
  const kube = await loadClient({
    ...(config.kubeconfig === undefined ? {} : { kubeconfig: config.kubeconfig }),
    environment: process.env,
  });
  try {
    const surroundings = {
      kube,
      logger,
      entropy: systemEntropy,
      timing,
      monotonic: () => performance.now(),
      version: await ownVersion(),
    };
    const { stop } = await startWebhook(config, surroundings, stopped.signal);
    if (!stopped.signal.aborted) {
      await new Promise((resolve) => stopped.signal.addEventListener('abort', resolve, { once: true }));
    }
    await stop();
  } finally {
    kube.close();
  }
}

try {
  await main();
} catch (error) {
  if (error instanceof ConfigError) {
    logger.fatal({ problems: error.problems }, 'the environment is not usable');
    process.exitCode = EXIT_CONFIG;
  } else if (!stopped.signal.aborted) {
    logger.fatal(errorFields(error), 'could not start');
    process.exitCode = 1;
  }
}
