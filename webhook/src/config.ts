import type { Host } from './tls/certificates.js';
import { parseHost } from './tls/hosts.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** The levels of pino. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Everything that the environment says. */
export interface Config {
  /** 0: any free port. */
  port: number;
  healthPort: number;
  /** The namespace of the Service and of the Secret. */
  namespace: string;
  serviceName: string;
  tlsSecretName: string;
  webhookConfigurationName: string;
  /** Names that the certificate covers besides those of the Service: for an API server that calls a URL. */
  tlsExtraHosts: Host[];
  /** Where offerings may make things: namespaces and globs. */
  targetNamespaces: string[];
  /** Where objects of offerings are tried by dry run: namespaces and globs in which the webhook may create them. */
  dryRunNamespaces: string[];
  /** Whether CredentialFromVault may use http. */
  allowInsecureVault: boolean;
  /** The user name of the catalog controller, whose own writes are left alone; undefined: there is none. */
  catalogUser: string | undefined;
  /** Whether instances are locked while their brokers work. */
  instanceLocking: boolean;
  /** What the log leaves out: everything below it. */
  logLevel: LogLevel;
  /** A path list as kubectl has it; undefined in a cluster. */
  kubeconfig: string | undefined;
}

/** The environment is not usable; the process exits with 78 (EX_CONFIG). `problems` has one sentence per variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Reads the environment. Pure; throws a {@link ConfigError} that names every bad variable at once. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const read = <Value>(
    name: string,
    parse: (text: string) => Value | undefined,
    rule: Rule<Value>,
  ): Value => {
    const text = env[name] ?? '';
    const value = text === '' ? rule.fallback : parse(text);
    if (value !== undefined) return value;
    problems.push(`${name} ${text === '' ? 'is not set' : `is ${JSON.stringify(text)}`}: ${rule.want}`);
    return rule.placeholder;
  };
  const port = (name: string, fallback: number): number =>
    read(name, parsePort, { fallback, placeholder: 0, want: 'set a port number, 0 to 65535' });
  const label = (name: string, what: string): string =>
    read(name, parseLabel, { placeholder: '', want: `set the name of ${what}` });
  const subdomain = (name: string, what: string): string =>
    read(name, parseSubdomain, { placeholder: '', want: `set the name of ${what}` });

  const config: Config = {
    port: port('PORT', 8443),
    healthPort: port('HEALTH_PORT', 8081),
    namespace: label('NAMESPACE', 'the namespace that this process runs in'),
    serviceName: label('SERVICE_NAME', 'the Service in front of this process'),
    tlsSecretName: subdomain('TLS_SECRET_NAME', 'the Secret for the certificates'),
    webhookConfigurationName: subdomain(
      'WEBHOOK_CONFIGURATION_NAME',
      'the webhook configurations that point here',
    ),
    tlsExtraHosts: read('TLS_EXTRA_HOSTS', parseHosts, {
      fallback: [],
      placeholder: [],
      want: 'set DNS names or IP addresses, with commas between them',
    }),
    targetNamespaces: read('TARGET_NAMESPACES', parseGlobs, {
      fallback: ['*'],
      placeholder: [],
      want: 'set namespaces, or globs such as team-*, with commas between them',
    }),
    dryRunNamespaces: read('DRY_RUN_NAMESPACES', parseGlobs, {
      fallback: [],
      placeholder: [],
      want: 'set namespaces, or globs such as team-*, with commas between them',
    }),
    allowInsecureVault: read('ALLOW_INSECURE_VAULT', parseBoolean, {
      fallback: false,
      placeholder: false,
      want: 'set true or false',
    }),
    instanceLocking: read('ORIGINATING_IDENTITY_LOCKING', parseBoolean, {
      fallback: true,
      placeholder: true,
      want: 'set true or false',
    }),
    catalogUser: env['CATALOG_USER'] === '' ? undefined : env['CATALOG_USER'],
    logLevel: read('LOG_LEVEL', parseLogLevel, {
      fallback: 'info',
      placeholder: 'info',
      want: `set one of ${LOG_LEVELS.join(', ')}`,
    }),
    kubeconfig: env['KUBECONFIG'] === '' ? undefined : env['KUBECONFIG'],
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

interface Rule<Value> {
  /** For a variable that is not set; without it the variable is required. */
  fallback?: Value;
  /** Stands in for a bad value until the error is thrown. */
  placeholder: Value;
  want: string;
}

function parsePort(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65535 ? Number(text) : undefined;
}

/** RFC 1123 label: what namespaces and Services may be called. */
function parseLabel(text: string): string | undefined {
  return /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text) ? text : undefined;
}

/** RFC 1123 subdomain: what most other objects may be called. */
function parseSubdomain(text: string): string | undefined {
  return text.length <= 253 && text.split('.').every((part) => parseLabel(part) !== undefined)
    ? text
    : undefined;
}

function parseGlobs(text: string): string[] | undefined {
  const globs = parts(text);
  return globs.length > 0 && globs.every((glob) => /^[-a-z0-9*]{1,63}$/.test(glob)) ? globs : undefined;
}

function parseBoolean(text: string): boolean | undefined {
  return text === 'true' || text === 'false' ? text === 'true' : undefined;
}

function parseLogLevel(text: string): LogLevel | undefined {
  return LOG_LEVELS.find((level) => level === text);
}

function parts(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function parseHosts(text: string): Host[] | undefined {
  const hosts = parts(text).map(parseHost);
  return hosts.every((host) => host !== undefined) ? hosts : undefined;
}
