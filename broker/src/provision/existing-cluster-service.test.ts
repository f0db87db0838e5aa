import { describe, expect, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { choosePort, existingClusterService } from './existing-cluster-service.js';

const SEVERAL = [{ port: 80, name: 'http' }, { port: 9000 }];

/** Nothing in these offerings is a template. */
const asItIs = <Value>(value: Value): Value => value;

describe('the port of a shared Service', () => {
  test.each([
    ['its only port', [{ port: 5432 }], undefined, 5432],
    ['a number', SEVERAL, 9000, 9000],
    ['a number as text', SEVERAL, '9000', 9000],
    ['a name', SEVERAL, 'http', 80],
  ])('is found by %s', (_how, ports, wanted, port) => {
    expect(choosePort(ports, wanted, 'Service a/b').port).toBe(port);
  });

  test.each([
    [
      SEVERAL,
      undefined,
      'Service a/b has several ports (80 (http), 9000); ask the provider to name one in provisiondata.port',
    ],
    [[], undefined, 'Service a/b has no ports; ask the provider to give it one'],
    [
      SEVERAL,
      'https',
      'Service a/b has no port "https", it has 80 (http), 9000; ask the provider to correct provisiondata.port',
    ],
    [[], 80, 'Service a/b has no port 80, it has none; ask the provider to correct provisiondata.port'],
  ])('among %j by %j is an error', (ports, wanted, message) => {
    expect(() => choosePort(ports, wanted, 'Service a/b')).toThrow(message);
  });
});

describe('planning for a shared Service', () => {
  const provision = { kind: 'ProvisionExistingClusterService', namespace: 'db-ns', name: 'db' } as const;

  test('makes nothing and finds the coordinates in the cluster', async () => {
    const kube = new MemoryKube();
    kube.seed({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'db', namespace: 'db-ns' },
      spec: { ports: [{ port: 3306, name: 'mysql' }] },
    });
    const host = 'db.db-ns.svc.example.org';
    expect(await existingClusterService(kube, 'example.org').plan(provision, 'i', asItIs)).toEqual({
      objects: [],
      coordinates: { uri: `mysql://${host}:3306`, host, port: 3306, endpoints: [{ host, ports: ['3306'] }] },
    });
  });

  test.each([
    ['forbidden', 'ClusterRefused'],
    ['unavailable', 'ClusterUnavailable'],
  ] as const)('tells when reading it is %s', async (kind, code) => {
    const kube = new MemoryKube();
    kube.failNext('get', new KubeError(kind, 'no'));
    await expect(
      existingClusterService(kube, 'example.org').plan(provision, 'i', asItIs),
    ).rejects.toMatchObject({
      code,
    });
  });
});
