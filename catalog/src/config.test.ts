import { expect, test } from '@jest/globals';
import { ConfigError, readConfig } from './config.js';

test('has defaults for everything but the namespace', () => {
  expect(readConfig({ NAMESPACE: 'mesitis' })).toEqual({
    healthPort: 8081,
    namespace: 'mesitis',
    relistIntervalMs: 86_400_000,
    osbTimeoutMs: 60_000,
    osbApiVersion: '2.17',
    proxies: { isDirect: expect.any(Function) },
    concurrency: 20,
    features: { operationPollingMaximumBackoffMs: 60_000 },
    logLevel: 'info',
  });
});

test('reads what is set', () => {
  const env = {
    NAMESPACE: 'n',
    POD_NAME: 'mesitis-catalog-7d9c-x2x',
    HEALTH_PORT: '0',
    BROKER_RELIST_INTERVAL: '15m',
    OSB_API_REQUEST_TIMEOUT: '2.5s',
    OSB_API_VERSION: '2.14',
    HTTP_PROXY: 'http://proxy:3128',
    CONCURRENT_SYNCS: '5',
    LOG_LEVEL: 'debug',
    FEATURE_GATES: 'CascadingDeletion=true, OriginatingIdentity=false',
    OPERATION_POLLING_MAXIMUM_BACKOFF_DURATION: '20m',
  };
  expect(readConfig(env)).toEqual({
    healthPort: 0,
    namespace: 'n',
    identity: 'mesitis-catalog-7d9c-x2x',
    relistIntervalMs: 900_000,
    osbTimeoutMs: 2_500,
    osbApiVersion: '2.14',
    proxies: { http: 'http://proxy:3128', isDirect: expect.any(Function) },
    concurrency: 5,
    features: {
      cascadingDeletion: true,
      originatingIdentity: false,
      operationPollingMaximumBackoffMs: 1_200_000,
    },
    logLevel: 'debug',
  });
});

test('names every variable that is wrong, each with the remedy', () => {
  const read = (): unknown =>
    readConfig({
      HEALTH_PORT: 'x',
      BROKER_RELIST_INTERVAL: '0s',
      LOG_LEVEL: 'loud',
      POD_NAME: 'My Pod',
      HTTPS_PROXY: 'socks5://u:secret@proxy',
      FEATURE_GATES: 'Nope=true',
    });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(/HEALTH_PORT is "x": set it to a whole number/);
  expect(read).toThrow(/BROKER_RELIST_INTERVAL is "0s": set it to a duration/);
  expect(read).toThrow(/FEATURE_GATES is "Nope=true": set it to a list of <gate>=true or =false with Casc/);
  expect(read).toThrow(/LOG_LEVEL is "loud"/);
  expect(read).toThrow(/POD_NAME is "My Pod": set it to the name of a Pod/);
  expect(read).toThrow(/HTTPS_PROXY is not the URL of a proxy: set it to one/);
  expect(read).not.toThrow(/secret/);
  expect(read).toThrow(/NAMESPACE is not set/);
});
