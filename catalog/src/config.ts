import { parseGates } from './runtime/features.js';
import type { Features } from './runtime/features.js';
import { parseDuration } from './model/duration.js';
import { readProxies } from './osb/proxies.js';
import type { Proxies } from './osb/proxies.js';

/** What the environment says. */
export interface Config {
  /** Where `/healthz` and `/readyz` are served; 0 for any free port. */
  healthPort: number;
  /** Holds the ConfigMap `cluster-info` and the Lease of the leader. */
  namespace: string;
  /** The name of this process among those that stand for leadership; undefined: one that nobody else has. */
  identity?: string;
  /** Between two fetches of the catalog of brokers that don't say. */
  relistIntervalMs: number;
  /** For one request to a broker. */
  osbTimeoutMs: number;
  /** The value of `X-Broker-API-Version`. */
  osbApiVersion: string;
  /** Between the catalog and its brokers. */
  proxies: Proxies;
  /** How many objects of one kind are worked on at once. */
  concurrency: number;
  /** What differs from what holds without a word. */
  features: Partial<Features>;
  logLevel: string;
  /** As kubectl reads it; undefined in a cluster. */
  kubeconfig?: string;
}

/** The environment is not usable; the message has one line for each variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const DIRECT: Proxies = { isDirect: () => true };
const LOG_LEVEL = /^(fatal|error|warn|info|debug|trace|silent)$/;
/** The name of a Pod (RFC 1123 subdomain). */
const POD_NAME = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/;
const NAMESPACE_NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Reads the environment; throws one {@link ConfigError} that names everything that is wrong. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const read = <Value>(name: string, fallback: Value, parse: Parse<Value>): Value => {
    const text = env[name];
    if (text === undefined) return fallback;
    const parsed = parse(text);
    if ('value' in parsed) return parsed.value;
    problems.push(`${name} is "${text}": set it to ${parsed.wanted}`);
    return fallback;
  };
  const kubeconfig = env['KUBECONFIG'];
  const identity = read('POD_NAME', undefined, matching(POD_NAME, 'the name of a Pod'));
  const config: Config = {
    healthPort: read('HEALTH_PORT', 8081, integer(0, 65_535)),
    namespace: read('NAMESPACE', '', matching(NAMESPACE_NAME, 'the name of a namespace')),
    relistIntervalMs: read('BROKER_RELIST_INTERVAL', 86_400_000, duration),
    osbTimeoutMs: read('OSB_API_REQUEST_TIMEOUT', 60_000, duration),
    osbApiVersion: read('OSB_API_VERSION', '2.17', matching(/^2\.\d+$/, 'a version such as "2.17"')),
    proxies: DIRECT,
    concurrency: read('CONCURRENT_SYNCS', 20, integer(1, 1000)),
    features: {
      ...read('FEATURE_GATES', {}, parseGates),
      operationPollingMaximumBackoffMs: read('OPERATION_POLLING_MAXIMUM_BACKOFF_DURATION', 60_000, duration),
    },
    logLevel: read(
      'LOG_LEVEL',
      'info',
      matching(LOG_LEVEL, 'fatal, error, warn, info, debug, trace or silent'),
    ),
    ...(identity === undefined ? {} : { identity }),
    ...(kubeconfig === undefined || kubeconfig === '' ? {} : { kubeconfig }),
  };
  if (env['NAMESPACE'] === undefined) {
    problems.push(
      'NAMESPACE is not set: set it to the namespace of the ConfigMap cluster-info and of the Lease',
    );
  }
  try {
    config.proxies = readProxies(env);
  } catch (error) {
    problems.push((error as Error).message);
  }
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return config;
}

type Parse<Value> = (text: string) => { value: Value } | { wanted: string };

function integer(least: number, most: number): Parse<number> {
  return (text) => {
    const value = Number(text);
    const fits = /^\d+$/.test(text) && value >= least && value <= most;
    return fits ? { value } : { wanted: `a whole number from ${least} to ${most}` };
  };
}

function duration(text: string): ReturnType<Parse<number>> {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined && milliseconds > 0) return { value: milliseconds };
  return { wanted: 'a duration greater than zero such as "90s" or "1h30m"' };
}

function matching(pattern: RegExp, wanted: string): Parse<string> {
  return (text) => (pattern.test(text) ? { value: text } : { wanted });
}
