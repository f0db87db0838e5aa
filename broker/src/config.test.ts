import { describe, expect, test } from '@jest/globals';
import { ConfigError, readConfig } from './config.js';

const GOOD = { NAMESPACE: 'provider-ns', BROKER_USERNAME: 'u', BROKER_PASSWORD: 'p:w' };
const KEY = Buffer.alloc(32, 7).toString('base64');
const OTHER_KEY = Buffer.alloc(32, 8).toString('base64');

/** What is wrong with an environment, by variable. */
function problemsOf(environment: Record<string, string>): string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return [...error.problems];
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  test('has defaults', () => {
    expect(readConfig(GOOD)).toEqual({
      name: 'mesitis',
      namespace: 'provider-ns',
      clusterDomain: 'cluster.local',
      port: 8080,
      healthPort: 8081,
      authentication: {
        required: true,
        credentials: { basic: [{ username: 'u', password: 'p:w' }], bearer: [] },
      },
      store: { kind: 'memory' },
      operations: { leaseMs: 10_000, timeoutMs: 3_600_000, syncBudgetMs: 20_000, removalTimeoutMs: 45_000 },
      driftCheck: true,
      shutdown: { delayMs: 0, graceMs: 25_000 },
      logLevel: 'info',
    });
  });

  test.each<[Record<string, string>, object]>([
    [{ BROKER_NAME: 'api-broker' }, { name: 'api-broker' }],
    [{ CLUSTER_DOMAIN: 'k8s.example.org' }, { clusterDomain: 'k8s.example.org' }],
    [{ KUBECONFIG: 'a:b' }, { kubeconfig: 'a:b' }],
    [
      { PORT: '0', HEALTH_PORT: '65535' },
      { port: 0, healthPort: 65_535 },
    ],
    [
      { TLS_CERT_FILE: '/tls/tls.crt', TLS_KEY_FILE: '/tls/tls.key' },
      { tls: { certificateFile: '/tls/tls.crt', keyFile: '/tls/tls.key' } },
    ],
    [{ STORE: 'kubernetes' }, { store: { kind: 'kubernetes' } }],
    [
      { STORE: 'kubernetes', STORE_ENCRYPTION_KEY: `${KEY},plain` },
      { store: { kind: 'kubernetes', encryptionKeys: [KEY, 'plain'] } },
    ],
    [
      { STORE: 'redis', REDIS_URL: 'redis://redis:6379' },
      { store: { kind: 'redis', url: 'redis://redis:6379', prefix: 'mesitis:' } },
    ],
    [
      {
        STORE: 'redis',
        REDIS_URL: 'rediss://u:p@redis.example.org:6380/2',
        REDIS_PREFIX: 'mine/',
        REDIS_CA_FILE: '/redis/ca.crt',
        STORE_ENCRYPTION_KEY: `${KEY}, ${OTHER_KEY}`,
      },
      {
        store: {
          kind: 'redis',
          url: 'rediss://u:p@redis.example.org:6380/2',
          prefix: 'mine/',
          caFile: '/redis/ca.crt',
          encryptionKeys: [KEY, OTHER_KEY],
        },
      },
    ],
    [{ HELM: '/usr/bin/helm' }, { helm: { binary: '/usr/bin/helm' } }],
    [
      { HELM: '/usr/bin/helm', HELM_CHARTS_DIR: '/charts' },
      { helm: { binary: '/usr/bin/helm', chartsFolder: '/charts' } },
    ],
    [
      {
        OPERATION_LEASE_SECONDS: '30',
        OPERATION_TIMEOUT_SECONDS: '60',
        SYNC_BUDGET_SECONDS: '0',
        REMOVAL_TIMEOUT_SECONDS: '1',
      },
      { operations: { leaseMs: 30_000, timeoutMs: 60_000, syncBudgetMs: 0, removalTimeoutMs: 1000 } },
    ],
    [{ DRIFT_CHECK: 'off' }, { driftCheck: false }],
    [
      { SHUTDOWN_DELAY_SECONDS: '5', SHUTDOWN_GRACE_SECONDS: '60' },
      { shutdown: { delayMs: 5000, graceMs: 60_000 } },
    ],
    [{ LOG_LEVEL: 'debug' }, { logLevel: 'debug' }],
    [
      { PORT: '', STORE: '' },
      { port: 8080, store: { kind: 'memory' } },
    ],
  ])('takes %j', (environment, expected) => {
    expect(readConfig({ ...GOOD, ...environment })).toMatchObject(expected);
  });

  test.each<[string, Record<string, string>, object]>([
    ['a pair', { BROKER_USERNAME: 'u', BROKER_PASSWORD: 'p' }, { credentials: { bearer: [] } }],
    [
      'tokens',
      { BROKER_BEARER_TOKEN: 'token-1,token-2=' },
      { credentials: { basic: [], bearer: ['token-1', 'token-2='] } },
    ],
    ['a folder', { BROKER_CREDENTIALS_DIR: '/credentials' }, { required: true, folder: '/credentials' }],
    ['nothing, when that is said', { BROKER_AUTHENTICATION: 'off' }, { required: false }],
  ])('lets platforms in by %s', (_what, environment, authentication) => {
    expect(readConfig({ NAMESPACE: 'n', ...environment })).toMatchObject({ authentication });
  });

  test.each<[string, Record<string, string>]>([
    ['NAMESPACE', { NAMESPACE: 'A_B' }],
    ['BROKER_NAME', { BROKER_NAME: 'Mine' }],
    ['CLUSTER_DOMAIN', { CLUSTER_DOMAIN: 'a b' }],
    ['PORT', { PORT: '80801' }],
    ['HEALTH_PORT', { HEALTH_PORT: 'x' }],
    ['TLS_KEY_FILE', { TLS_CERT_FILE: '/tls.crt' }],
    ['TLS_CERT_FILE', { TLS_KEY_FILE: '/tls.key' }],
    ['TLS_CERT_FILE', { TLS_CERT_FILE: 'tls.crt', TLS_KEY_FILE: '/tls.key' }],
    ['BROKER_AUTHENTICATION', { BROKER_AUTHENTICATION: 'false' }],
    ['BROKER_USERNAME', { BROKER_USERNAME: 'a:hunter2' }],
    ['BROKER_USERNAME', { BROKER_USERNAME: '', BROKER_BEARER_TOKEN: 'token' }],
    ['BROKER_PASSWORD', { BROKER_PASSWORD: 'hunter2\n' }],
    ['BROKER_PASSWORD', { BROKER_PASSWORD: '' }],
    ['BROKER_BEARER_TOKEN', { BROKER_BEARER_TOKEN: 'hunter2 hunter2' }],
    ['BROKER_BEARER_TOKEN', { BROKER_BEARER_TOKEN: 'hunter2,' }],
    ['BROKER_CREDENTIALS_DIR', { BROKER_CREDENTIALS_DIR: 'credentials' }],
    ['STORE', { STORE: 'etcd' }],
    ['REDIS_URL', { STORE: 'redis' }],
    ['REDIS_URL', { STORE: 'redis', REDIS_URL: 'http://hunter2' }],
    ['REDIS_PREFIX', { STORE: 'redis', REDIS_URL: 'redis://r', REDIS_PREFIX: 'a b' }],
    ['REDIS_CA_FILE', { STORE: 'redis', REDIS_URL: 'redis://r', REDIS_CA_FILE: 'ca' }],
    ['STORE_ENCRYPTION_KEY', { STORE: 'redis', REDIS_URL: 'redis://r', STORE_ENCRYPTION_KEY: 'hunter2' }],
    ['STORE_ENCRYPTION_KEY', { STORE_ENCRYPTION_KEY: `${KEY},hunter2` }],
    ['HELM', { HELM: 'helm' }],
    ['HELM', { HELM_CHARTS_DIR: '/charts' }],
    ['HELM_CHARTS_DIR', { HELM: '/helm', HELM_CHARTS_DIR: 'charts' }],
    ['OPERATION_LEASE_SECONDS', { OPERATION_LEASE_SECONDS: '1' }],
    ['OPERATION_TIMEOUT_SECONDS', { OPERATION_TIMEOUT_SECONDS: '-1' }],
    ['SYNC_BUDGET_SECONDS', { SYNC_BUDGET_SECONDS: '56' }],
    ['REMOVAL_TIMEOUT_SECONDS', { REMOVAL_TIMEOUT_SECONDS: '1.5' }],
    ['DRIFT_CHECK', { DRIFT_CHECK: 'yes' }],
    ['SHUTDOWN_DELAY_SECONDS', { SHUTDOWN_DELAY_SECONDS: '25' }],
    ['SHUTDOWN_GRACE_SECONDS', { SHUTDOWN_GRACE_SECONDS: '0' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }],
  ])('refuses a bad %s: %j', (name, environment) => {
    const problems = problemsOf({ ...GOOD, ...environment });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([name]);
    expect(problems.join()).not.toContain('hunter2');
  });

  test('names everything that is missing or wrong at once', () => {
    const problems = problemsOf({ PORT: 'x', STORE: 'redis' });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'NAMESPACE',
      'PORT',
      'BROKER_USERNAME',
      'BROKER_PASSWORD',
      'REDIS_URL',
    ]);
  });
});
