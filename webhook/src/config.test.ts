import { describe, expect, test } from '@jest/globals';
import { ConfigError, readConfig } from './config.js';

const MINIMUM = {
  NAMESPACE: 'platform',
  SERVICE_NAME: 'mesitis-webhook',
  TLS_SECRET_NAME: 'mesitis-webhook-tls',
  WEBHOOK_CONFIGURATION_NAME: 'mesitis.platform',
};

/** The problems that reading reports. */
function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('the environment', () => {
  test('needs four names, and the rest has defaults', () => {
    expect(readConfig(MINIMUM)).toEqual({
      dryRunNamespaces: [],
      catalogUser: undefined,
      allowInsecureVault: false,
      instanceLocking: true,
      logLevel: 'info',
      port: 8443,
      healthPort: 8081,
      namespace: 'platform',
      serviceName: 'mesitis-webhook',
      tlsSecretName: 'mesitis-webhook-tls',
      webhookConfigurationName: 'mesitis.platform',
      tlsExtraHosts: [],
      targetNamespaces: ['*'],
      kubeconfig: undefined,
    });
  });

  test('may say everything', () => {
    const env = {
      ...MINIMUM,
      PORT: '0',
      HEALTH_PORT: '9000',
      TLS_EXTRA_HOSTS: 'Webhook.example.com, 127.0.0.1,::1,',
      TARGET_NAMESPACES: 'api-ns, team-*',
      DRY_RUN_NAMESPACES: 'api-ns',
      ALLOW_INSECURE_VAULT: 'true',
      ORIGINATING_IDENTITY_LOCKING: 'false',
      CATALOG_USER: 'system:serviceaccount:a:b',
      LOG_LEVEL: 'warn',
      KUBECONFIG: '/home/someone/config',
    };
    expect(readConfig(env)).toMatchObject({
      port: 0,
      healthPort: 9000,
      tlsExtraHosts: [{ dns: 'webhook.example.com' }, { ip: '127.0.0.1' }, { ip: '::1' }],
      targetNamespaces: ['api-ns', 'team-*'],
      dryRunNamespaces: ['api-ns'],
      allowInsecureVault: true,
      instanceLocking: false,
      catalogUser: 'system:serviceaccount:a:b',
      logLevel: 'warn',
      kubeconfig: '/home/someone/config',
    });
  });

  test('is reported with every bad variable at once', () => {
    expect(
      problemsOf({
        PORT: 'https',
        HEALTH_PORT: '65536',
        NAMESPACE: 'Platform',
        TLS_EXTRA_HOSTS: 'a,b_c',
        TARGET_NAMESPACES: 'a/b',
        DRY_RUN_NAMESPACES: ',',
        ALLOW_INSECURE_VAULT: 'yes',
        ORIGINATING_IDENTITY_LOCKING: 'no',
      }),
    ).toEqual([
      'PORT is "https": set a port number, 0 to 65535',
      'HEALTH_PORT is "65536": set a port number, 0 to 65535',
      'NAMESPACE is "Platform": set the name of the namespace that this process runs in',
      'SERVICE_NAME is not set: set the name of the Service in front of this process',
      'TLS_SECRET_NAME is not set: set the name of the Secret for the certificates',
      'WEBHOOK_CONFIGURATION_NAME is not set: set the name of the webhook configurations that point here',
      'TLS_EXTRA_HOSTS is "a,b_c": set DNS names or IP addresses, with commas between them',
      'TARGET_NAMESPACES is "a/b": set namespaces, or globs such as team-*, with commas between them',
      'DRY_RUN_NAMESPACES is ",": set namespaces, or globs such as team-*, with commas between them',
      'ALLOW_INSECURE_VAULT is "yes": set true or false',
      'ORIGINATING_IDENTITY_LOCKING is "no": set true or false',
    ]);
  });

  test.each(['*.example.com', 'a..b', '-a', 'https://a', '1.2.3.4:443', `${'a'.repeat(64)}.b`])(
    'does not take %j for a host',
    (host) => {
      expect(problemsOf({ ...MINIMUM, TLS_EXTRA_HOSTS: host })).toHaveLength(1);
    },
  );
});
