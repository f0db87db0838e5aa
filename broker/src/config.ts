/** The environment of the process, as `main.ts` hands it over. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What the broker is told by its environment. */
export interface Config {
  port: number;
  healthPort: number;
  /** Where the provider's ConfigMaps are. */
  namespace: string;
  username: string;
  password: string;
  clusterDomain: string;
  /** As kubectl reads it; undefined in a cluster. */
  kubeconfig?: string;
}

/** Every variable that is wrong, one sentence each. Values are not quoted: one of them is a password. */
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
  const problems: string[] = [];
  const text = (name: string, pattern: RegExp, rule: string, fallback?: string): string => {
    const value = environment[name] ?? fallback;
    if (value === undefined || value === '') problems.push(`${name}: is required; ${rule}`);
    else if (!pattern.test(value)) problems.push(`${name}: ${rule}`);
    return value ?? '';
  };
  const port = (name: string, fallback: string): number => {
    const rule = 'must be a port number from 0 (any free port) to 65535';
    const value = Number(text(name, /^\d{1,5}$/, rule, fallback));
    if (value > 65_535) problems.push(`${name}: ${rule}`);
    return value;
  };
  const kubeconfig = environment['KUBECONFIG'];
  const config: Config = {
    port: port('PORT', '8080'),
    healthPort: port('HEALTH_PORT', '8081'),
    namespace: text('NAMESPACE', DNS_LABEL, 'must be the name of the namespace that holds the ConfigMaps'),
    username: text('BROKER_USERNAME', /^[^:]+$/, 'must be text without a colon'),
    password: text('BROKER_PASSWORD', /./, 'must be text'),
    clusterDomain: text(
      'CLUSTER_DOMAIN',
      DNS_NAME,
      'must be a DNS domain such as cluster.local',
      'cluster.local',
    ),
    ...(kubeconfig === undefined || kubeconfig === '' ? {} : { kubeconfig }),
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

const DNS_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const DNS_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
