import { expect, test } from '@jest/globals';
import { podNeeds } from './pod-needs.js';

const container = { name: 'a', image: 'b' };
const pod = (spec: object): object => ({ kind: 'Pod', spec: { containers: [container], ...spec } });
const env = (valueFrom: object): object =>
  pod({ containers: [{ ...container, env: [{ name: 'A', valueFrom }] }] });
const envFrom = (source: object): object => pod({ containers: [{ ...container, envFrom: [source] }] });
const volume = (source: object): object => pod({ volumes: [{ name: 'v', ...source }] });

test.each<[string, unknown, string[]]>([
  ['a Pod alone', pod({}), []],
  ['a volume of a ConfigMap', volume({ configMap: { name: 'a' } }), ['ConfigMap a']],
  ['a volume of a Secret', volume({ secret: { secretName: 'a' } }), ['Secret a']],
  ['an optional volume', volume({ secret: { secretName: 'a', optional: true } }), []],
  [
    'a projected volume',
    volume({ projected: { sources: [{ secret: { name: 'a' } }, { configMap: { name: 'b' } }] } }),
    ['Secret a', 'ConfigMap b'],
  ],
  ['a claim', volume({ persistentVolumeClaim: { claimName: 'a' } }), ['PersistentVolumeClaim a']],
  ['a variable from a ConfigMap', env({ configMapKeyRef: { name: 'a', key: 'k' } }), ['ConfigMap a']],
  ['a variable from a Secret', env({ secretKeyRef: { name: 'a', key: 'k' } }), ['Secret a']],
  ['an optional variable', env({ secretKeyRef: { name: 'a', key: 'k', optional: true } }), []],
  ['variables from a ConfigMap', envFrom({ configMapRef: { name: 'a' } }), ['ConfigMap a']],
  ['variables from a Secret', envFrom({ secretRef: { name: 'a' } }), ['Secret a']],
  ['a ServiceAccount', pod({ serviceAccountName: 'a' }), ['ServiceAccount a']],
  ['a pull secret', pod({ imagePullSecrets: [{ name: 'a' }] }), ['Secret a']],
  ['an init container', pod({ initContainers: [{ envFrom: [{ secretRef: { name: 'a' } }] }] }), ['Secret a']],
  [
    'a Deployment',
    { spec: { template: pod({ serviceAccountName: 'a-${instance.shortId}' }) } },
    ['ServiceAccount a-${instance.shortId}'],
  ],
  [
    'a CronJob',
    { spec: { jobTemplate: { spec: { template: pod({ serviceAccountName: 'a' }) } } } },
    ['ServiceAccount a'],
  ],
  ['a Service', { spec: { ports: [{ port: 80 }] } }, []],
  ['nothing', undefined, []],
  [
    'wild shapes',
    pod({ volumes: 3, containers: [null, { env: {}, envFrom: [7] }], imagePullSecrets: {} }),
    [],
  ],
])('tells what the Pods of %s need', (_, object, expected) => {
  expect(podNeeds(object).map(({ kind, name }) => `${kind} ${name}`)).toEqual(expected);
});
