import { describe, expect, test } from '@jest/globals';
import { ConfigError, readConfig } from './config.js';

const GOOD = { NAMESPACE: 'provider-ns', BROKER_USERNAME: 'u', BROKER_PASSWORD: 'p:w' };

describe('the configuration', () => {
  test('has defaults', () => {
    expect(readConfig(GOOD)).toEqual({
      port: 8080,
      healthPort: 8081,
      namespace: 'provider-ns',
      username: 'u',
      password: 'p:w',
      clusterDomain: 'cluster.local',
    });
  });

  test('takes what is set', () => {
    const environment = {
      ...GOOD,
      PORT: '0',
      HEALTH_PORT: '9',
      CLUSTER_DOMAIN: 'k8s.example.org',
      KUBECONFIG: 'a:b',
    };
    expect(readConfig(environment)).toMatchObject({
      port: 0,
      healthPort: 9,
      clusterDomain: 'k8s.example.org',
      kubeconfig: 'a:b',
    });
  });

  test('names every bad variable at once and quotes no value', () => {
    const read = (): unknown =>
      readConfig({
        PORT: '80801',
        HEALTH_PORT: 'x',
        NAMESPACE: 'A_B',
        BROKER_USERNAME: 'a:hunter2',
        BROKER_PASSWORD: '',
      });
    expect(read).toThrow(ConfigError);
    try {
      read();
    } catch (error) {
      const { problems, message } = error as ConfigError;
      expect(problems.map((problem) => problem.split(':')[0])).toEqual([
        'PORT',
        'HEALTH_PORT',
        'NAMESPACE',
        'BROKER_USERNAME',
        'BROKER_PASSWORD',
      ]);
      expect(message).not.toContain('hunter2');
    }
  });
});
