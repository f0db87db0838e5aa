import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { parseAllDocuments } from 'yaml';
import { lintFiles } from '../lib/lint/lint-files.js';
import { runPlugin, type RunResult } from '../testing/run-plugin.js';

const POD_LABELS = { app: 'back-end', tier: 'web' };
const deployment = (
  pod: Record<string, unknown> = {},
  container: Record<string, unknown> = {},
): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'back-end',
    namespace: 'client-ns',
    labels: { app: 'back-end', 'app.kubernetes.io/managed-by': 'Helm', 'mesitis/instance-id': 'x' },
    annotations: { 'deployment.kubernetes.io/revision': '7', owner: 'ann' },
  },
  spec: {
    replicas: 2,
    revisionHistoryLimit: 10,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
    selector: { matchLabels: { app: 'back-end' } },
    template: {
      metadata: { creationTimestamp: null, labels: POD_LABELS },
      spec: {
        containers: [
          {
            name: 'c',
            image: 'i:1',
            ports: [{ containerPort: 8080, protocol: 'TCP' }],
            args: ['echo ${HOME}'],
            resources: {},
            terminationMessagePolicy: 'File',
            ...container,
          },
        ],
        dnsPolicy: 'ClusterFirst',
        ...pod,
      },
    },
  },
  status: { replicas: 2 },
});
const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'front', namespace: 'client-ns' },
  spec: {
    type: 'NodePort',
    clusterIP: '10.0.0.7',
    clusterIPs: ['10.0.0.7'],
    selector: { app: 'back-end' },
    ports: [{ port: 80, protocol: 'TCP', targetPort: 8080, nodePort: 30_080 }],
  },
};

interface Written {
  metadata: { name: string; labels: Record<string, string> };
  data: { 'wrapped-resource': string };
}

async function init(
  objects: readonly KubeObject[],
  ...argv: string[]
): Promise<RunResult & { payloads: unknown[] }> {
  const kube = new MemoryKube();
  kube.seed(...objects);
  const result = await runPlugin(['init', ...argv], kube);
  const configMaps = parseAllDocuments(result.out).map((document) => document.toJS() as Written);
  const payloads = configMaps.map(
    ({ data }) => parseAllDocuments(data['wrapped-resource'])[0]?.toJS() as unknown,
  );
  return { ...result, payloads };
}

describe('kubectl mesitis init', () => {
  test.each([
    ['a sample', ['web', '--team', 'api']],
    ['a URL', ['web', '--url', 'https://x.example.com']],
    ['a Deployment', ['web', '--from', 'deployment/back-end', '--whitelist', 'a', '--whitelist', 'b-*']],
    ['a Service', ['web', '--from', 'svc/front', '--team', 'api']],
    ['a shared Service', ['web', '--from', 'service/front', '--shared']],
  ])('writes what lint has nothing to say about, from %s', async (_, argv) => {
    const { out, exitCode } = await init([deployment(), service], ...argv);
    const { reports, unusable } = lintFiles([{ file: '-', text: out }]);
    expect(reports.flatMap(({ findings }) => findings)).toEqual([]);
    expect(unusable).toEqual([]);
    expect(reports[0]?.configMaps.length).toBeGreaterThan(0);
    expect(exitCode).toBe(0);
  });

  test('needs no cluster for a sample of a team', async () => {
    const { connections, payloads } = await init([], 'web', '--team', 'api');
    expect(connections).toEqual([]);
    expect(payloads).toMatchObject([
      {
        team: 'api',
        offering: 'web',
        uuid: '00000000-0000-4000-8000-000000000000',
        whitelist: ['api'],
        provisiondata: { namespace: 'api', name: 'web-${instance.shortId}' },
      },
      { kind: 'Deployment' },
      { kind: 'Service' },
    ]);
  });

  test.each([['deployment/back-end'], ['svc/front']])(
    'takes %s with what belongs to it, named anew and freed of what others added',
    async (source) => {
      const name = (of: string): string => `${of}-\${instance.shortId}`;
      const { payloads } = await init([deployment(), service], 'web', '--from', source);
      expect(payloads.slice(1)).toEqual([
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: name('back-end'), labels: { app: 'back-end' }, annotations: { owner: 'ann' } },
          spec: {
            replicas: 2,
            selector: { matchLabels: { app: name('back-end') } },
            template: {
              metadata: { labels: { app: name('back-end'), tier: 'web' } },
              spec: {
                containers: [
                  {
                    name: 'c',
                    image: 'i:1',
                    ports: [{ containerPort: 8080, protocol: 'TCP' }],
                    args: ['echo $${HOME}'],
                  },
                ],
              },
            },
          },
        },
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name: name('front') },
          spec: {
            type: 'NodePort',
            selector: { app: name('back-end') },
            ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }],
          },
        },
      ]);
    },
  );

  test('makes a Service for a Deployment that has none', async () => {
    const { payloads } = await init([deployment()], 'web', '--from', 'deployment/back-end');
    expect(payloads[0]).toMatchObject({ provisiondata: { name: 'back-end-${instance.shortId}' } });
    expect(payloads[2]).toMatchObject({
      kind: 'Service',
      spec: { ports: [{ port: 8080, targetPort: 8080 }] },
    });
  });

  test('names what the Pods read and what is not copied', async () => {
    const pod = {
      volumes: [
        { name: 'a', secret: { secretName: 'keys' } },
        { name: 'b', configMap: { name: 'settings' } },
        { name: 'c', persistentVolumeClaim: { claimName: 'disk' } },
      ],
    };
    const container = { envFrom: [{ secretRef: { name: 'account' } }] };
    const { err } = await init([deployment(pod, container), service], 'web', '--from', 'deploy/back-end');
    expect(err).toContain(
      'has to be in namespace client-ns: ConfigMap settings, PersistentVolumeClaim disk, Secret account, Secret keys.\n',
    );
  });

  test('hands out a shared Service itself', async () => {
    const { payloads } = await init([service], 'db', '--from', 'service/front', '--shared');
    expect(payloads).toMatchObject([
      {
        provisionkind: 'ProvisionExistingClusterService',
        provisiondata: { namespace: 'client-ns', name: 'front' },
        whitelist: ['client-ns'],
      },
    ]);
  });

  test.each([
    [['web', '--from', 'pod/x'], 2, "--from 'pod/x' is neither deployment/NAME nor service/NAME"],
    [
      ['web', '--from', 'svc/x', '--url', 'https://x'],
      2,
      '--from and --url are two offerings: give one of them',
    ],
    [['web', '--shared'], 2, '--shared needs a Service: add --from service/NAME'],
    [['web', '--shared', '--from', 'deploy/x'], 2, '--shared needs a Service: add --from service/NAME'],
    [['web', '--from', 'svc/none'], 1, "there is no Service 'none' in namespace client-ns"],
    [['web', '--from', 'deploy/back-end'], 1, "no Service finds the Pods of Deployment 'back-end'"],
  ])('says of %j what is wrong', async (argv, exitCode, message) => {
    const result = await init([deployment({}, { ports: [] })], ...argv);
    expect(result.err).toContain(`error: ${message}`);
    expect([result.out, result.exitCode]).toEqual(['', exitCode]);
  });
});
