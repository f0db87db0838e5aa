import { randomBytes, randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeStoreContract, instanceRecord } from '@mesitis/broker/contract';
import type { OpenStore } from '@mesitis/broker/store';
import { openStore, StoreUnavailable } from '@mesitis/broker/store';
import type { KubeClient } from '@mesitis/kube/client';
import { loadClient } from '@mesitis/kube/client';
import { endpointOf, kubeconfigText } from '../cluster/kubeconfig.js';
import type { Cluster } from '../cluster/launch.js';
import { launchCluster } from '../cluster/launch.js';
import { storeClients } from '../redis/store-clients.js';

/** What is to be closed in the end; as far as it was made, should the start fail. */
const clients: KubeClient[] = [];
let cluster: Cluster | undefined;
let kube: KubeClient;
let namespace: string;

beforeAll(async () => {
  cluster = await launchCluster('real');
  kube = await loadClient({ kubeconfig: cluster.kubeconfig });
  clients.push(kube);
  const created = await kube.create({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { generateName: 'store-' },
  });
  namespace = created.metadata.name ?? '';
}, 120_000);

afterAll(async () => {
  for (const client of clients) client.close();
  await cluster?.stop();
});

describeStoreContract('kubernetes', {
  newPlace: () => storeClients({ kind: 'kubernetes', kube, namespace, name: `s-${randomUUID()}` }),
  keepsSecrets: true,
  tooLargeBytes: 2_000_000,
});

async function open(client: KubeClient): Promise<OpenStore> {
  const reports = { onUnreadable: () => undefined, onWarning: () => undefined };
  return openStore({ kind: 'kubernetes', kube: client, namespace, name: `s-${randomUUID()}` }, reports);
}

test('takes a record that fills its Secret', async () => {
  const store = await open(kube);
  const record = instanceRecord('i', { note: randomBytes(1_040_000).toString('base64') });
  await store.put(record, undefined);
  expect((await store.get('i'))?.record).toEqual(record);
});

describe('with the rights of a ServiceAccount', () => {
  /** A client that may do these things to the Secrets of the namespace, and nothing else. */
  async function clientWith(verbs: string[]): Promise<KubeClient> {
    const name = `sa-${randomUUID()}`;
    const rbac = 'rbac.authorization.k8s.io';
    const metadata = { namespace, name };
    await kube.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    const rules = [{ apiGroups: [''], resources: ['secrets'], verbs }];
    await kube.create({ apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules });
    await kube.create({
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', namespace, name }],
    });
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const { status } = (await kube.raw('POST', path, request)) as { status: { token: string } };
    const server = endpointOf(await readFile(cluster?.kubeconfig ?? '', 'utf8'));
    const kubeconfig = join(cluster?.directory ?? '', name);
    await writeFile(kubeconfig, kubeconfigText(server, { kind: 'token', token: status.token }, namespace));
    const client = await loadClient({ kubeconfig });
    clients.push(client);
    return client;
  }

  test('needs no more than docs/storage.md names', async () => {
    const client = await clientWith(['get', 'list', 'create', 'update', 'delete']);
    const store = await open(client);
    const version = await store.put(instanceRecord('i'), undefined);
    const next = await store.put(instanceRecord('i', { state: 'ready' }), version);
    expect((await store.get('i'))?.version).toBe(next);
    expect(await store.count({ states: ['ready'], planId: 'plan', consumer: 'client-ns' })).toBe(1);
    for await (const { record } of store.list()) expect(record.instanceId).toBe('i');
    expect(await store.isAvailable()).toBe(true);
    await store.delete('i', next);
  });

  test('names the right that is missing', async () => {
    const client = await clientWith(['get', 'list', 'create']);
    const store = await open(client);
    const version = await store.put(instanceRecord('i'), undefined);
    for (const [verb, call] of [
      ['update', store.put(instanceRecord('i'), version)],
      ['delete', store.delete('i', version)],
    ] as const) {
      const error = await call.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(String(error)).toMatch(
        new RegExp(
          `could not ${verb} Secrets in namespace "${namespace}": .* cannot ${verb} resource "secrets" .*needs`,
        ),
      );
    }
  });
});
