import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { environmentOf, serverSpecOf } from './deployment.js';

const CONTAINER = {
  name: 'broker',
  command: ['node', 'broker/dist/main.js'],
  env: [
    { name: 'PORT', value: '8080' },
    { name: 'EMPTY' },
    { name: 'NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    { name: 'BROKER_PASSWORD', valueFrom: { secretKeyRef: { name: 'broker-auth', key: 'password' } } },
  ],
  volumeMounts: [
    { name: 'auth', mountPath: '/etc/mesitis/auth' },
    { name: 'tmp', mountPath: '/tmp' },
  ],
};

function deployment(container: object, ...others: object[]): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'broker', namespace: 'provider-ns' },
    spec: {
      template: {
        spec: {
          serviceAccountName: 'broker-account',
          containers: [container, ...others],
          volumes: [
            { name: 'auth', secret: { secretName: 'broker-auth' } },
            { name: 'tmp', emptyDir: {} },
            { name: 'settings', configMap: { name: 'settings' } },
          ],
        },
      },
    },
  };
}

const withVariable = (entry: object): KubeObject => deployment({ ...CONTAINER, env: [entry] });

test('what a Deployment runs', () => {
  expect(serverSpecOf(deployment(CONTAINER))).toEqual({
    name: 'broker',
    namespace: 'provider-ns',
    serviceAccount: 'broker-account',
    args: ['broker/dist/main.js'],
    variables: {
      PORT: { kind: 'value', value: '8080' },
      EMPTY: { kind: 'value', value: '' },
      NAMESPACE: { kind: 'field', path: 'metadata.namespace' },
      POD_NAME: { kind: 'field', path: 'metadata.name' },
      BROKER_PASSWORD: { kind: 'secret', name: 'broker-auth', key: 'password' },
    },
    mounts: [{ path: '/etc/mesitis/auth', secretName: 'broker-auth' }],
  });
});

test('variables get the values that a kubelet would give them', async () => {
  const secretValue = (name: string, key: string): Promise<string> => Promise.resolve(`${name}/${key}`);
  expect(
    await environmentOf(serverSpecOf(deployment(CONTAINER)), { podName: 'broker-1', secretValue }),
  ).toEqual({
    PORT: '8080',
    EMPTY: '',
    NAMESPACE: 'provider-ns',
    POD_NAME: 'broker-1',
    BROKER_PASSWORD: 'broker-auth/password',
  });
});

describe('is refused, because a process could not stand in for it:', () => {
  test.each<[string, KubeObject, string]>([
    [
      'a second container',
      deployment(CONTAINER, CONTAINER),
      'Deployment broker: spec.template.spec.containers must be one container.',
    ],
    [
      'another program',
      deployment({ ...CONTAINER, command: ['sh', '-c', 'node'] }),
      'Deployment broker: spec.template.spec.containers[0].command must begin with node.',
    ],
    [
      'envFrom',
      deployment({ ...CONTAINER, envFrom: [] }),
      'Deployment broker: spec.template.spec.containers[0].envFrom is not supported.',
    ],
    [
      'a key of a ConfigMap',
      withVariable({ name: 'X', valueFrom: { configMapKeyRef: { name: 'a', key: 'b' } } }),
      'Deployment broker: spec.template.spec.containers[0].env[0].valueFrom must be a secretKeyRef or a fieldRef.',
    ],
    [
      'another field of the Pod',
      withVariable({ name: 'X', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }),
      'Deployment broker: spec.template.spec.containers[0].env[0].valueFrom.fieldRef: status.podIP is not supported.',
    ],
    [
      'a mounted ConfigMap',
      deployment({ ...CONTAINER, volumeMounts: [{ name: 'settings', mountPath: '/etc/settings' }] }),
      'Deployment broker: spec.template.spec.containers[0].volumeMounts[0] must be of a Secret or an emptyDir.',
    ],
    [
      'a variable without a name',
      withVariable({ value: 'x' }),
      'Deployment broker: spec.template.spec.containers[0].env[0].name must be a string.',
    ],
  ])('%s', (_, object, message) => {
    expect(() => serverSpecOf(object)).toThrow(new Error(message));
  });
});
