import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { base64, CERTIFICATE } from '../testing/cluster-state.js';
import { ready } from '../testing/objects.js';
import { runPlugin, withPlatform, type RunResult } from '../testing/run-plugin.js';

const labels = {
  'app.kubernetes.io/name': 'mesitis',
  'app.kubernetes.io/component': 'broker',
  'app.kubernetes.io/instance': 'v1',
};
const core = (
  kind: string,
  name: string,
  fields: Record<string, unknown> = {},
  namespace = 'provider-ns',
): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, ...(namespace === '' ? {} : { namespace }), labels },
  ...fields,
});
const auth = (name: string, data: Record<string, string>): KubeObject =>
  core('Secret', name, { type: 'kubernetes.io/basic-auth', data });
const USER = { username: base64('u'), password: base64('p') };
const entry = (name: string, whitelist: string, enabled = 'true'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name,
    namespace: 'provider-ns',
    labels: { 'mesitis/kind': 'catalog-entry', 'mesitis/enabled': enabled },
  },
  data: {
    'wrapped-resource': `{"team":"api","offering":"${name}","description":"d","uuid":"${name}","version":"1","whitelist":${whitelist},"provisionkind":"ProvisionNonClusterURL","provisiondata":{"url":"https://x.example.com"},"credentialkind":"CredentialNoCredential"}`,
  },
});

function cluster(...more: KubeObject[]): MemoryKube {
  const kube = new MemoryKube();
  kube.seed(
    core('Service', 'v1-broker', {
      spec: { ports: [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' }] },
    }),
    auth('v1-broker-auth', USER),
    ...['client-ns', 'team-a', 'team-b', 'kube-system', 'closed-ns'].map((name) =>
      core('Namespace', name, {}, ''),
    ),
    ...more,
  );
  return kube;
}

const register = (kube: MemoryKube, ...argv: string[]): Promise<RunResult> =>
  runPlugin(['register', '-n', 'provider-ns', ...argv], kube);
const brokers = (kube: MemoryKube): KubeObject[] =>
  kube.objects().filter(({ kind }) => kind.endsWith('Broker'));

describe('kubectl mesitis register', () => {
  test("takes address, Secret and name from the chart's objects, and waits for the catalog", async () => {
    const kube = cluster();
    const platform = withPlatform(kube, {
      onCreate: () => [
        [ready('False', 'ErrorFetchingCatalog', 'connection refused')],
        [ready('True', 'FetchedCatalog')],
      ],
    });
    const { out, exitCode } = await runPlugin(['register', '-n', 'provider-ns'], platform);
    expect([out, exitCode]).toEqual(["ClusterServiceBroker 'provider-ns-v1' is ready\n", 0]);
    expect(brokers(kube)).toMatchObject([
      {
        metadata: { name: 'provider-ns-v1' },
        spec: {
          url: 'http://v1-broker.provider-ns.svc:80',
          relistDuration: '1m',
          authInfo: { basic: { secretRef: { namespace: 'provider-ns', name: 'v1-broker-auth' } } },
        },
      },
    ]);
  });

  test('says why the catalog is not read when time is up', async () => {
    const platform = withPlatform(cluster(), {
      onCreate: () => [[ready('False', 'ErrorFetchingCatalog', 'connection refused')]],
    });
    const { err, exitCode } = await runPlugin(
      ['register', 'x', '-n', 'provider-ns', '--timeout=500ms'],
      platform,
    );
    expect(err).toContain(
      "error: broker 'x' is not done after 500ms: connection refused; the platform goes on with it, see kubectl mesitis doctor\n",
    );
    expect(exitCode).toBe(1);
  });

  test('takes what it is given: address, Secret with a token, CA and interval', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mesitis-register-'));
    const file = join(folder, 'ca.pem');
    await writeFile(file, CERTIFICATE);
    const kube = cluster(auth('other', { token: base64('t') }));
    const flags = [
      '--url',
      'https://b.example.com',
      '--secret',
      'other',
      '--ca-file',
      file,
      '--relist',
      '5m',
    ];
    const { out } = await register(kube, 'api', '--no-wait', ...flags);
    await rm(folder, { recursive: true });
    expect(out).toBe("ClusterServiceBroker 'api' is registered\n");
    expect(brokers(kube)).toMatchObject([
      {
        spec: {
          url: 'https://b.example.com',
          relistDuration: '5m',
          caBundle: base64(CERTIFICATE),
          authInfo: { bearer: { secretRef: { namespace: 'provider-ns', name: 'other' } } },
        },
      },
    ]);
  });

  describe('--whitelisted', () => {
    const entries = [
      entry('one', '["client-ns","gone-ns"]'),
      entry('two', '["team-*","kube-*"]'),
      entry('off', '["closed-ns"]', 'false'),
    ];
    const argv = ['api', '--whitelisted', '--no-wait'];

    test('puts a ServiceBroker and a copy of the Secret into each namespace that is there', async () => {
      const kube = cluster(...entries);
      expect((await register(kube, ...argv)).out).toBe(
        ['client-ns', 'team-a', 'team-b']
          .map((namespace) => `ServiceBroker 'api' in namespace ${namespace} is registered\n`)
          .join(''),
      );
      expect(brokers(kube).map(({ metadata }) => metadata.namespace)).toEqual([
        'client-ns',
        'team-a',
        'team-b',
      ]);
      expect(brokers(kube)[0]).toMatchObject({
        spec: { authInfo: { basic: { secretRef: { name: 'api-broker-auth' } } } },
      });
      const copies = kube.objects().filter(({ metadata }) => metadata.name === 'api-broker-auth');
      expect(copies.map(({ metadata, data }) => [metadata.namespace, data])).toEqual([
        ['client-ns', USER],
        ['team-a', USER],
        ['team-b', USER],
      ]);
    });

    test('brings everything up to date when it runs again', async () => {
      const kube = cluster(...entries);
      await register(kube, ...argv);
      await kube.patch(
        { apiVersion: 'v1', kind: 'Secret', namespace: 'provider-ns', name: 'v1-broker-auth' },
        { type: 'merge', body: { data: { password: base64('new') } } },
      );
      const { exitCode } = await register(kube, ...argv, '--url', 'http://elsewhere');
      expect(exitCode).toBe(0);
      expect(brokers(kube)).toMatchObject([1, 2, 3].map(() => ({ spec: { url: 'http://elsewhere' } })));
      const copies = kube.objects().filter(({ metadata }) => metadata.name === 'api-broker-auth');
      expect(copies).toMatchObject([1, 2, 3].map(() => ({ data: { password: base64('new') } })));
    });

    test("leaves somebody else's Secret alone", async () => {
      const foreign = core('Secret', 'api-broker-auth', { data: { x: base64('y') } }, 'client-ns');
      const kube = cluster(...entries, foreign);
      const { err, exitCode } = await register(kube, ...argv);
      expect(err).toBe(
        "error: Secret 'api-broker-auth' in namespace client-ns is somebody else's: choose another BROKER\n",
      );
      expect(exitCode).toBe(1);
      expect(kube.objects().find(({ metadata }) => metadata.name === 'api-broker-auth')).toMatchObject({
        data: { x: base64('y') },
      });
    });

    test.each([
      [[], "no catalog entry is published in namespace provider-ns: choose the provider's namespace with -n"],
      [
        [entry('one', '["gone-ns"]')],
        'the entries in namespace provider-ns whitelist no namespace that exists',
      ],
    ])('says that there is nobody to register it for', async (more, message) => {
      const { err, exitCode } = await register(cluster(...more), ...argv);
      expect([err, exitCode]).toEqual([`error: ${message}\n`, 1]);
    });
  });

  test('prints with a dry run what it would create, and creates nothing', async () => {
    const kube = cluster();
    const { out } = await register(kube, '--dry-run=client', '-o', 'name');
    expect(out).toBe('clusterservicebroker.servicecatalog.k8s.io/provider-ns-v1\n');
    expect((await register(kube, '--dry-run=server')).out).toContain('would be registered (server dry run)');
    expect(brokers(kube)).toEqual([]);
  });

  test.each([
    [['--secret', 'none'], "there is no Secret 'none' in namespace provider-ns", 1],
    [['--secret', 'odd'], "Secret 'odd' has neither username and password nor token", 2],
    [['--ca-file', '/does/not/exist'], "--ca-file /does/not/exist can't be read: ENOENT", 2],
    [['Not_A_Name'], "BROKER 'Not_A_Name' can't be the name of a Kubernetes object", 2],
  ])('says of %j what is wrong', async (argv, message, exitCode) => {
    const kube = cluster(auth('odd', { user: base64('u') }));
    const result = await register(kube, ...argv);
    expect(result.err).toContain(`error: ${message}`);
    expect(result.exitCode).toBe(exitCode);
    expect(brokers(kube)).toEqual([]);
  });

  test('finds no broker where none is', async () => {
    const { err, exitCode } = await runPlugin(['register'], cluster());
    expect(err).toMatch(
      /^error: there is no Service of a broker in namespace client-ns: choose the namespace with -n/,
    );
    expect(exitCode).toBe(2);
  });

  test('asks which when there are two brokers', async () => {
    const kube = cluster(
      core('Service', 'v2-broker', { spec: { ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] } }),
    );
    expect((await register(kube)).err).toContain(
      'there is more than one Service of a broker in namespace provider-ns: choose one with --url',
    );
  });
});
