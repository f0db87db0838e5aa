import { describe, expect, test } from '@jest/globals';
import { apiServerFlags, controllerManagerFlags, etcdFlags, parseVersion, type Layout } from './flags.js';

const LAYOUT: Layout = {
  dataDirectory: '/d/etcd',
  pki: '/d/pki',
  kubeconfig: '/d/kubeconfig',
  ports: { etcd: 20001, etcdPeer: 20002, apiServer: 20003, controllerManager: 20004 },
};

describe('the version', () => {
  test.each([
    ['Kubernetes v1.20.2', 1, 20],
    ['Kubernetes v1.36.0\n', 1, 36],
    ['Kubernetes v1.31.4+k3s1', 1, 31],
    ['Kubernetes v2.0.0-alpha.1', 2, 0],
  ])('of %j is %i.%i', (text, major, minor) => {
    expect(parseVersion(text)).toEqual({ major, minor });
  });

  test('that is none is quoted in the error', () => {
    expect(() => parseVersion('command not found\n')).toThrow(
      'Not a Kubernetes version: "command not found".',
    );
  });
});

describe('kube-controller-manager', () => {
  test.each([
    [20, true],
    [21, true],
    [22, false],
    [24, false],
    [36, false],
  ])('of 1.%i is told to close the insecure port: %s', (minor, told) => {
    expect(controllerManagerFlags(LAYOUT, { major: 1, minor }).includes('--port=0')).toBe(told);
  });
});

test('nothing listens beyond the loopback interface', () => {
  const flags = [
    ...etcdFlags(LAYOUT),
    ...apiServerFlags(LAYOUT),
    ...controllerManagerFlags(LAYOUT, { major: 1, minor: 20 }),
  ];
  const listening = flags.filter((flag) => /^--(listen-.*|bind-address)=/.test(flag));
  expect(listening).toEqual([
    '--listen-client-urls=http://127.0.0.1:20001',
    '--listen-peer-urls=http://127.0.0.1:20002',
    '--bind-address=127.0.0.1',
    '--bind-address=127.0.0.1',
  ]);
});
