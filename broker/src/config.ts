import type { Environment } from './environment-reader.js';
import { EnvironmentReader } from './environment-reader.js';
import type { AcceptedCredentials, BasicCredentials } from './http/authentication.js';

/**
 * Where the instances are kept. Encryption keys: base64 of 32 bytes, or `plain`; the first encrypts, every one decrypts;
 * absent: nothing is encrypted.
 */
export type StoreSettings =
  | { kind: 'memory' }
  | { kind: 'redis'; url: string; prefix: string; caFile?: string; encryptionKeys?: readonly string[] }
  | { kind: 'kubernetes'; encryptionKeys?: readonly string[] };

/** What the log tells, from the least to the most. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How platforms are let in. */
export interface AuthenticationConfig {
  /** False: everybody is let in. */
  required: boolean;
  /** What the environment itself says. */
  credentials: AcceptedCredentials;
  /** A folder with more of them, which may change while the broker runs. */
  folder?: string;
}

/** How operations are carried out; times in milliseconds. */
export interface OperationsConfig {
  /** A record whose holder was silent for so long is taken over. */
  leaseMs: number;
  /** The longest that an operation may take in all. */
  timeoutMs: number;
  /** How long a request waits for its operation before it answers 202. */
  syncBudgetMs: number;
  /** How long a removal waits for objects to be gone. */
  removalTimeoutMs: number;
}

/** How the process ends; milliseconds. */
export interface ShutdownConfig {
  /** How long it still takes requests after it said that it is not ready. */
  delayMs: number;
  /** How long the whole of it may take, the delay included. */
  graceMs: number;
}

/** What the broker is told by its environment (docs/broker.md, "Configuration"). */
export interface Config {
  /** Of the broker; what it makes carries it. */
  name: string;
  /** Where the provider's ConfigMaps are. */
  namespace: string;
  clusterDomain: string;
  /** As kubectl reads it; undefined in a cluster. */
  kubeconfig?: string;
  port: number;
  healthPort: number;
  tls?: { certificateFile: string; keyFile: string };
  authentication: AuthenticationConfig;
  store: StoreSettings;
  /** Absent: no charts. */
  helm?: { binary: string; chartsFolder?: string };
  operations: OperationsConfig;
  driftCheck: boolean;
  shutdown: ShutdownConfig;
  logLevel: LogLevel;
}

/** Every variable that is wrong, one sentence each. Values are not quoted: some of them are secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

/** Reads the configuration (docs/broker.md). @throws ConfigError that names every bad variable */
export function readConfig(environment: Environment): Config {
  const reader = new EnvironmentReader(environment);
  const kubeconfig = reader.raw('KUBECONFIG');
  const tls = readTls(reader);
  const helm = readHelm(reader);
  const config: Config = {
    name: reader.text('BROKER_NAME', { ...DNS_LABEL, fallback: 'mesitis' }),
    namespace: reader.text('NAMESPACE', {
      ...DNS_LABEL,
      rule: 'must be the name of the namespace that holds the ConfigMaps',
    }),
    clusterDomain: reader.text('CLUSTER_DOMAIN', DNS_DOMAIN),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    port: reader.integer('PORT', { ...PORT, fallback: 8080 }),
    healthPort: reader.integer('HEALTH_PORT', { ...PORT, fallback: 8081 }),
    ...(tls === undefined ? {} : { tls }),
    authentication: readAuthentication(reader),
    store: readStore(reader),
    ...(helm === undefined ? {} : { helm }),
    operations: readOperations(reader),
    driftCheck: reader.choice('DRIFT_CHECK', ['on', 'off']) === 'on',
    shutdown: readShutdown(reader),
    logLevel: reader.choice('LOG_LEVEL', LOG_LEVELS),
  };
  if (reader.problems.length > 0) throw new ConfigError(reader.problems);
  return config;
}

function readTls(reader: EnvironmentReader): Config['tls'] {
  const certificateFile = reader.optional('TLS_CERT_FILE', ABSOLUTE_PATH);
  const keyFile = reader.optional('TLS_KEY_FILE', ABSOLUTE_PATH);
  if (certificateFile === undefined && keyFile === undefined) return undefined;
  if (certificateFile === undefined) reader.problem('TLS_CERT_FILE', 'is required beside TLS_KEY_FILE');
  if (keyFile === undefined) reader.problem('TLS_KEY_FILE', 'is required beside TLS_CERT_FILE');
  return { certificateFile: certificateFile ?? '', keyFile: keyFile ?? '' };
}

function readAuthentication(reader: EnvironmentReader): AuthenticationConfig {
  const required = reader.choice('BROKER_AUTHENTICATION', ['on', 'off']) === 'on';
  const bearer = reader.list('BROKER_BEARER_TOKEN', TOKENS);
  const folder = reader.optional('BROKER_CREDENTIALS_DIR', ABSOLUTE_PATH);
  const basic = readPair(reader, { required: required && bearer.length === 0 && folder === undefined });
  return { required, credentials: { basic, bearer }, ...(folder === undefined ? {} : { folder }) };
}

/** Half a pair is a mistake, whether or not one is required. */
function readPair(reader: EnvironmentReader, { required }: { required: boolean }): BasicCredentials[] {
  const username = reader.optional('BROKER_USERNAME', USERNAME);
  const password = reader.optional('BROKER_PASSWORD', PASSWORD);
  if (username !== undefined && password !== undefined) return [{ username, password }];
  if (!required && username === password) return [];
  if (username === undefined) reader.problem('BROKER_USERNAME', NO_PAIR);
  if (password === undefined) reader.problem('BROKER_PASSWORD', NO_PAIR);
  return [];
}

function readStore(reader: EnvironmentReader): StoreSettings {
  const kind = reader.choice('STORE', ['memory', 'redis', 'kubernetes']);
  const encryptionKeys = reader.list('STORE_ENCRYPTION_KEY', ENCRYPTION_KEYS);
  const encryption = encryptionKeys.length === 0 ? {} : { encryptionKeys };
  if (kind === 'memory') return { kind };
  if (kind === 'kubernetes') return { kind, ...encryption };
  const caFile = reader.optional('REDIS_CA_FILE', ABSOLUTE_PATH);
  return {
    kind,
    url: reader.text('REDIS_URL', REDIS_URL),
    prefix: reader.text('REDIS_PREFIX', REDIS_PREFIX),
    ...(caFile === undefined ? {} : { caFile }),
    ...encryption,
  };
}

function readHelm(reader: EnvironmentReader): Config['helm'] {
  const binary = reader.optional('HELM', ABSOLUTE_PATH);
  const chartsFolder = reader.optional('HELM_CHARTS_DIR', ABSOLUTE_PATH);
  if (binary === undefined) {
    if (chartsFolder !== undefined) reader.problem('HELM', 'is required beside HELM_CHARTS_DIR');
    return undefined;
  }
  return { binary, ...(chartsFolder === undefined ? {} : { chartsFolder }) };
}

function readOperations(reader: EnvironmentReader): OperationsConfig {
  return {
    leaseMs: seconds(reader, 'OPERATION_LEASE_SECONDS', { least: 2, most: 300, fallback: 10 }),
    timeoutMs: seconds(reader, 'OPERATION_TIMEOUT_SECONDS', { least: 60, most: 604_800, fallback: 3600 }),
    // Platforms give up a request after 60 s (osb.md 4).
    syncBudgetMs: seconds(reader, 'SYNC_BUDGET_SECONDS', { least: 0, most: 55, fallback: 20 }),
    removalTimeoutMs: seconds(reader, 'REMOVAL_TIMEOUT_SECONDS', { least: 1, most: 3600, fallback: 45 }),
  };
}

function readShutdown(reader: EnvironmentReader): ShutdownConfig {
  const delayMs = seconds(reader, 'SHUTDOWN_DELAY_SECONDS', { least: 0, most: 600, fallback: 0 });
  const graceMs = seconds(reader, 'SHUTDOWN_GRACE_SECONDS', { least: 1, most: 3600, fallback: 25 });
  if (delayMs >= graceMs)
    reader.problem('SHUTDOWN_DELAY_SECONDS', 'must be less than SHUTDOWN_GRACE_SECONDS');
  return { delayMs, graceMs };
}

function seconds(
  reader: EnvironmentReader,
  name: string,
  range: { least: number; most: number; fallback: number },
): number {
  return 1000 * reader.integer(name, { ...range, noun: 'a whole number of seconds' });
}

const LOG_LEVELS = ['info', 'fatal', 'error', 'warn', 'debug', 'trace', 'silent'] as const;
const PORT = { least: 0, most: 65_535, noun: 'a port number (0: any free one)' };
const DNS_LABEL = {
  pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  rule: 'must be lower-case letters, digits and dashes, 63 at most',
};
const DNS_DOMAIN = {
  pattern: /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
  rule: 'must be a DNS domain such as cluster.local',
  fallback: 'cluster.local',
};
const ABSOLUTE_PATH = { pattern: /^\//, rule: 'must be an absolute path' };
const USERNAME = { pattern: /^[^:\p{Cc}]+$/u, rule: 'must be text without a colon' };
const PASSWORD = { pattern: /^[^\p{Cc}]+$/u, rule: 'must be text without control characters' };
const NO_PAIR =
  'is required; platforms may also be let in by BROKER_BEARER_TOKEN or BROKER_CREDENTIALS_DIR instead of a pair';
const TOKENS = {
  // The token68 of RFC 9110 section 11.2: what can stand in an Authorization header.
  pattern: /^[A-Za-z0-9\-._~+/]+=*$/,
  rule: 'must be tokens of letters, digits and -._~+/ separated by commas',
};
const ENCRYPTION_KEYS = {
  pattern: /^(?:plain|[A-Za-z0-9+/]{43}=)$/,
  rule: 'must be base64 of 32 bytes (openssl rand -base64 32); several are separated by commas, the newest first',
};
const REDIS_URL = {
  pattern: /^rediss?:\/\/[^\s/]+(\/\d+)?\/?$/,
  rule: 'must be redis://HOST:PORT/DATABASE, or rediss:// for TLS, and may hold USER:PASSWORD@',
};
const REDIS_PREFIX = {
  pattern: /^[\w.:/-]{1,200}$/,
  rule: 'must be letters, digits and . _ : / -, 200 at most',
  fallback: 'mesitis:',
};
