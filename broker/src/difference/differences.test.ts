import { describe, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { contains, differences } from './differences.js';

const object = (kind: string, content: JsonObject, apiVersion = 'v1'): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'a', namespace: 'n' },
  ...content,
});
const pod = (spec: JsonObject): KubeObject => object('Pod', { spec });
const custom = (spec: JsonObject): KubeObject => object('Database', { spec }, 'db.example.com/v1');

describe('is as it was written', () => {
  test.each<[string, KubeObject, KubeObject]>([
    [
      'an object with a status, defaults and fields of others',
      object('Service', { spec: { ports: [{ port: 80 }] } }),
      object('Service', {
        metadata: { name: 'a', uid: '1', labels: { theirs: 'x' } },
        spec: {
          type: 'ClusterIP',
          clusterIP: '10.0.0.1',
          ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
        },
        status: { loadBalancer: {} },
      }),
    ],
    [
      'a Secret whose stringData became data',
      object('Secret', { stringData: { a: 'x' }, data: { a: 'b2xk', b: 'eQ==' } }),
      object('Secret', { type: 'Opaque', data: { a: 'eA==', b: 'eQ==' } }),
    ],
    [
      'a container whose quantities the server spelled its way',
      pod({ containers: [{ name: 'c', resources: { limits: { cpu: '0.5', memory: '1024Mi' } } }] }),
      pod({ containers: [{ name: 'c', resources: { limits: { cpu: '500m', memory: '1Gi' } } }] }),
    ],
    [
      'a Pod into which admission put a volume, a mount and a sidecar',
      pod({ volumes: [{ name: 'v', emptyDir: {} }], containers: [{ name: 'c', volumeMounts: [] }] }),
      pod({
        volumes: [{ name: 'token' }, { name: 'v', emptyDir: {} }],
        containers: [{ name: 'sidecar' }, { name: 'c', volumeMounts: [{ name: 'token', mountPath: '/t' }] }],
      }),
    ],
    ['nulls and what is empty', pod({ a: null, b: {}, c: [], d: { e: null } }), pod({})],
    [
      'false, 0 and empty texts that the server leaves out',
      pod({
        hostNetwork: false,
        nodeName: '',
        containers: [{ name: 'c', stdin: false, env: [{ name: 'E', value: '' }] }],
      }),
      pod({ nodeName: 'node-1', containers: [{ name: 'c', env: [{ name: 'E' }] }] }),
    ],
    [
      'a Deployment pasted from a live one',
      object('Deployment', {
        metadata: { annotations: { 'deployment.kubernetes.io/revision': '1' } },
        status: { replicas: 1 },
      }),
      object('Deployment', { metadata: { annotations: { 'deployment.kubernetes.io/revision': '4' } } }),
    ],
    [
      'finalizers beside those of others',
      object('ConfigMap', { metadata: { finalizers: ['ours'] } }),
      object('ConfigMap', { metadata: { finalizers: ['theirs', 'ours'] } }),
    ],
  ])('%s', (_what, wanted, live) => {
    expect(differences(live, wanted)).toEqual([]);
    expect(contains(live, wanted)).toBe(true);
  });
});

describe('is not as it was written, and where', () => {
  test.each<[string[], KubeObject, KubeObject]>([
    [
      ['spec.containers["c"].image'],
      pod({ containers: [{ name: 'c', image: 'a:1' }] }),
      pod({ containers: [{ name: 'b' }, { name: 'c', image: 'a:2' }] }),
    ],
    [
      ['spec.containers["c"]', 'spec.x'],
      pod({ containers: [{ name: 'c' }], x: 1 }),
      pod({ containers: [], x: '1' }),
    ],
    [
      ['spec.containers["c"].args'],
      pod({ containers: [{ name: 'c', args: ['a'] }] }),
      pod({ containers: [{ name: 'c', args: ['a', 'b'] }] }),
    ],
    [
      ['spec.ports[1].port'],
      pod({ ports: [{ port: 1 }, { port: 2 }] }),
      pod({ ports: [{ port: 1 }, { port: 3 }] }),
    ],
    [['spec.selector.b'], pod({ selector: { a: 'x' } }), pod({ selector: { a: 'x', b: 'y' } })],
    [
      ['spec.podSelector.matchLabels'],
      pod({ podSelector: {} }),
      pod({ podSelector: { matchLabels: { a: 'b' } } }),
    ],
    [
      ['metadata.labels["example.com/team"]'],
      object('ConfigMap', { metadata: { labels: { 'example.com/team': 'a' } } }),
      object('ConfigMap', { metadata: {} }),
    ],
    [
      ['data.password'],
      object('Secret', { stringData: { password: 'a' } }),
      object('Secret', { data: { password: 'Yg==' } }),
    ],
    [['data.empty'], object('ConfigMap', { data: { empty: '' } }), object('ConfigMap', { data: {} })],
    [['spec.storageClassName'], pod({ storageClassName: '' }), pod({ storageClassName: 'fast' })],
    [['spec.automountServiceAccountToken'], pod({ automountServiceAccountToken: false }), pod({})],
    [['spec.hostNetwork', 'spec.text'], custom({ hostNetwork: false, text: '' }), custom({})],
    [['spec.value'], pod({ value: '0.5' }), pod({ value: '500m' })],
    [['spec.a'], pod({ a: { b: 1 } }), pod({ a: [1] })],
    [['spec.a'], pod({ a: [1] }), pod({ a: {} })],
    [
      ['rules'],
      object('Role', { rules: [{ verbs: ['get'] }] }),
      object('Role', { rules: [{ verbs: ['get'] }, { verbs: ['*'] }] }),
    ],
  ])('%j', (paths, wanted, live) => {
    expect(differences(live, wanted)).toEqual(paths);
    expect(contains(live, wanted)).toBe(false);
  });
});
