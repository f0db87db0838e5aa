import { expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { KubeError } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import type { HelmRelease } from './provisioner.js';
import { releaseCoordinates } from './release-coordinates.js';

const RELEASE: HelmRelease = { name: 'db-1', namespace: 'ns', chart: 'db', values: {} };
const NEVER = new AbortController().signal;

const service = (
  name: string,
  port: number,
  fields: { release?: string; clusterIP?: string } = {},
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'ns', name, labels: { 'app.kubernetes.io/instance': fields.release ?? 'db-1' } },
  spec: {
    clusterIP: fields.clusterIP ?? '10.0.0.1',
    ports: [
      { port, name: 'main' },
      { port: port + 1, name: 'admin' },
    ],
  },
});

const HEADLESS = { clusterIP: 'None' };

test.each<[string, Partial<HelmRelease>, KubeObject[], string]>([
  ['called like it', {}, [service('db-1', 80), service('db-1-web', 90)], 'db-1 80'],
  [
    'that the entry names',
    { service: 'db-1-web' },
    [service('db-1', 80), service('db-1-web', 90)],
    'db-1-web 90',
  ],
  ['that has its label', {}, [service('web', 90), service('other', 80, { release: 'db-2' })], 'web 90'],
  ['that has its label and an address', {}, [service('web', 90), service('pods', 80, HEADLESS)], 'web 90'],
  ['that has its label, headless as it is', {}, [service('pods', 80, HEADLESS)], 'pods 80'],
  ['at the port that the entry names', { port: 'admin' }, [service('db-1', 80)], 'db-1 81'],
  ['that can not be told from another', {}, [service('one', 80), service('two', 90)], 'db-1 undefined'],
  ['that is not there', { service: 'web' }, [], 'web undefined'],
])('a release is reached at the Service %s', async (_which, fields, services, reached) => {
  const kube = new MemoryKube();
  for (const object of services) await kube.create(object);
  const { host, port } = await releaseCoordinates(kube, { ...RELEASE, ...fields }, 'example.org', NEVER);
  expect(`${host} ${port ?? 'undefined'}`).toBe(reached.replace(' ', '.ns.svc.example.org '));
});

test('a port that the Service does not have is told', async () => {
  const kube = new MemoryKube();
  await kube.create(service('db-1', 80));
  await expect(releaseCoordinates(kube, { ...RELEASE, port: 99 }, 'x', NEVER)).rejects.toMatchObject({
    code: 'OfferingMisconfigured',
  });
});

test('an API server that does not tell is no Service without ports', async () => {
  const forbidden = async (): Promise<never> => Promise.reject(new KubeError('forbidden', 'no'));
  await expect(
    releaseCoordinates({ get: forbidden, list: forbidden }, RELEASE, 'x', NEVER),
  ).rejects.toMatchObject({
    code: 'ClusterRefused',
    message: expect.stringContaining('reading Service ns/db-1'),
  });
});
