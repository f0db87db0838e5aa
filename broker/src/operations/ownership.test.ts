import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { instanceLabel } from '../provision/ownership.js';
import { apiService, provisionBody } from '../testing/fixtures.js';
import { madeObjects, testBrokers } from '../testing/test-broker.js';

const INSTANCE = '/v2/service_instances/i';
const start = testBrokers();

function service(name: string, labels: Record<string, string> = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'api-ns', labels },
    spec: { ports: [{ port: 1 }] },
  };
}

describe('a provision that meets objects of others', () => {
  test('never overwrites, names the object and leaves it alone', async () => {
    const { send, kube } = await start({ objects: [...apiService(), service('back-end-service')] });
    const answer = await send('PUT', INSTANCE, provisionBody('api-service'));
    expect([answer.status, answer.body]).toEqual([
      400,
      {
        error: 'ObjectConflict',
        description: expect.stringContaining('Service api-ns/back-end-service exists already'),
      },
    ]);
    expect(madeObjects(kube)).toEqual([]);
    const left = await kube.get({
      apiVersion: 'v1',
      kind: 'Service',
      namespace: 'api-ns',
      name: 'back-end-service',
    });
    expect(left?.['spec']).toMatchObject({ ports: [{ port: 1 }] });
  });

  test('explains that a fixed name can exist only once, and does not touch the other instance', async () => {
    const { send, kube } = await start({ objects: apiService() });
    await send('PUT', INSTANCE, provisionBody('api-service'));
    const answer = await send('PUT', '/v2/service_instances/second', provisionBody('api-service'));
    expect([answer.status, answer.body]).toEqual([
      400,
      {
        error: 'ObjectConflict',
        description: expect.stringMatching(/belongs to another instance.*only once/),
      },
    ]);
    expect(madeObjects(kube)).toHaveLength(3);
    expect((await send('GET', INSTANCE)).status).toBe(200);
  });

  test("counts an object with the instance's own mark as made, and gives it the values of this attempt", async () => {
    const mine = service('back-end-service', {
      'app.kubernetes.io/managed-by': 'mesitis',
      'mesitis/instance-id': instanceLabel('i'),
    });
    const { send, kube } = await start({ objects: [...apiService(), mine] });
    expect((await send('PUT', INSTANCE, provisionBody('api-service'))).status).toBe(201);
    expect(madeObjects(kube)).toHaveLength(3);
    const made = await kube.get({
      apiVersion: 'v1',
      kind: 'Service',
      namespace: 'api-ns',
      name: 'back-end-service',
    });
    expect(made?.['spec']).toMatchObject({ ports: [{ port: 80 }] });
  });
});
