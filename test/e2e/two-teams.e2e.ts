import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isKubeError, type KubeObject } from '@mesitis/kube';
import { loadClient, type KubeClient } from '@mesitis/kube/client';
import type { Broker } from '../cluster/broker.js';
import { STAGE_MS, example, isTrue, raiseStage, registerBroker, untilObject, type Stage } from './stage.js';

/** An offering of one URL, under a team's name. */
function urlEntry(namespace: string, team: string, uuid: string): KubeObject {
  const entry = {
    team,
    offering: 'site',
    description: `The site of ${team}`,
    uuid,
    version: '1',
    whitelist: ['*'],
    provisionkind: 'ProvisionNonClusterURL',
    provisiondata: { url: `https://${team}.example.com` },
    credentialkind: 'CredentialNoCredential',
  };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: `entry-${team}`,
      namespace,
      labels: { 'mesitis/kind': 'catalog-entry', 'mesitis/enabled': 'true' },
    },
    data: { 'wrapped-resource': JSON.stringify(entry) },
  };
}

describe('two teams in one cluster', () => {
  let stage: Stage;
  const brokers: Record<string, Broker> = {};

  beforeAll(async () => {
    stage = await raiseStage();
    for (const team of ['red', 'blue']) {
      brokers[team] = await stage.platform.startBroker({
        namespace: `${team}-ns`,
        provisionNamespaces: [`${team}-objects`],
      });
      await stage.kube.create(urlEntry(`${team}-ns`, team, `site-of-${team}`));
      const registered = await registerBroker(stage.kube, team, brokers[team]);
      await untilObject(stage.kube, registered, isTrue('Ready'));
    }
    // What the API server's watch delivered to one broker it delivered to the other long before.
    for (const object of await example('api-service.yaml', 'red-ns')) await stage.kube.create(object);
  }, STAGE_MS);

  afterAll(() => stage.close(), STAGE_MS);

  const servicesOf = async (team: string): Promise<string[]> => {
    const broker = brokers[team];
    const credentials = Buffer.from(`${broker?.username ?? ''}:${broker?.password ?? ''}`).toString('base64');
    const answer = await fetch(`${broker?.url ?? ''}/v2/catalog`, {
      headers: { authorization: `Basic ${credentials}`, 'x-broker-api-version': '2.17' },
    });
    const { services } = (await answer.json()) as { services: { name: string }[] };
    return services.map(({ name }) => name);
  };
  const as = (team: string): Promise<KubeClient> =>
    loadClient({
      kubeconfig: stage.cluster.kubeconfig,
      as: `system:serviceaccount:${team}-ns:mesitis-broker`,
    });

  test('neither broker offers what the other team publishes', async () => {
    expect(await servicesOf('red')).toContain('red-site');
    expect(await servicesOf('red')).not.toContain('blue-site');
    expect(await servicesOf('blue')).toEqual(['blue-site']);
  });

  test('neither broker accepts the credentials of the other', async () => {
    const { red, blue } = brokers;
    const credentials = Buffer.from(`${red?.username ?? ''}:${red?.password ?? ''}`).toString('base64');
    const answer = await fetch(`${blue?.url ?? ''}/v2/catalog`, {
      headers: { authorization: `Basic ${credentials}`, 'x-broker-api-version': '2.17' },
    });
    expect(answer.status).toBe(401);
  });

  test.each([
    ['v1', 'ConfigMap', 'red-ns'],
    ['v1', 'Secret', 'red-ns'],
    ['v1', 'Service', 'red-objects'],
    ['apps/v1', 'Deployment', 'red-objects'],
    ['v1', 'Secret', 'client-ns'],
  ])('the broker of blue may not list %s %s in %s', async (apiVersion, kind, namespace) => {
    const blue = await as('blue');
    const failure = await blue.list({ apiVersion, kind, namespace }).catch((error: unknown) => error);
    blue.close();
    expect(isKubeError(failure, 'forbidden')).toBe(true);
  });

  test('a broker may read its own ConfigMaps and make objects in its own provision namespace', async () => {
    const blue = await as('blue');
    expect(
      (await blue.list({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'blue-ns' })).items,
    ).not.toEqual([]);
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'own', namespace: 'blue-objects' },
    };
    expect((await blue.create(object, { dryRun: true })).metadata.name).toBe('own');
    blue.close();
  });
});
