import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { endpoint, endpointOf, isLoopback, kubeconfigText } from './kubeconfig.js';

const SERVER = endpoint('https://127.0.0.1:20003', 'the CA');
const AUTHORITY = Buffer.from('the CA').toString('base64');

describe('a kubeconfig', () => {
  test('has one cluster, one user and one context, with everything inline', () => {
    expect(parse(kubeconfigText(SERVER, { kind: 'token', token: 'a.b.c' }, 'provider-ns'))).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'mesitis',
          cluster: { server: 'https://127.0.0.1:20003', 'certificate-authority-data': AUTHORITY },
        },
      ],
      users: [{ name: 'mesitis', user: { token: 'a.b.c' } }],
      contexts: [
        { name: 'mesitis', context: { cluster: 'mesitis', user: 'mesitis', namespace: 'provider-ns' } },
      ],
      'current-context': 'mesitis',
    });
  });

  test('carries a client certificate in base64', () => {
    const text = kubeconfigText(SERVER, { kind: 'certificate', certificate: 'cert', key: 'key' });
    expect(parse(text)).toMatchObject({
      users: [{ user: { 'client-certificate-data': 'Y2VydA==', 'client-key-data': 'a2V5' } }],
    });
  });

  test('gives its endpoint back, with all that clients need to trust it', () => {
    expect(endpointOf(kubeconfigText(SERVER, { kind: 'token', token: 't' }))).toEqual(SERVER);
  });

  test.each(['', 'clusters: []', 'clusters: [{cluster: {}}]', 'clusters: nonsense'])(
    'without a server is an error: %j',
    (text) => {
      expect(() => endpointOf(text)).toThrow('clusters[0].cluster.server is missing');
    },
  );
});

test.each([
  ['https://127.0.0.1:6443', true],
  ['https://127.3.2.1', true],
  ['https://localhost:6443', true],
  ['https://[::1]:6443', true],
  ['https://10.0.0.1:6443', false],
  ['https://api.example.com', false],
])('%s is on the loopback interface: %s', (server, loopback) => {
  expect(isLoopback(server)).toBe(loopback);
});
