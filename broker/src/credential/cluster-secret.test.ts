import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { bindBody, entryConfigMap, provisionBody, PROVIDER } from '../testing/fixtures.js';
import type { TestBroker } from '../testing/test-broker.js';
import { testBrokers } from '../testing/test-broker.js';

const INSTANCE = '/v2/service_instances/i';
const BINDING = `${INSTANCE}/service_bindings/b`;
const start = testBrokers();

/** A broker with one instance of the offering. */
async function startProvisioned(offering: string, ...objects: KubeObject[]): Promise<TestBroker> {
  const broker = await start({ objects });
  const { status, body } = await broker.send('PUT', INSTANCE, provisionBody(offering));
  expect([status, body]).toEqual([201, {}]);
  return broker;
}

describe('credentials from a Secret in the cluster', () => {
  const entry = entryConfigMap('db', {
    provisionkind: 'ProvisionExistingClusterService',
    provisiondata: { namespace: 'db-ns', name: 'postgres' },
    credentialkind: 'CredentialFromClusterSecret',
    credentialdata: { secretname: 'db-access', keys: { user: 'username', pass: 'password' } },
  });
  const service: KubeObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'postgres', namespace: 'db-ns' },
    spec: { ports: [{ port: 5432, name: 'postgresql' }] },
  };
  const secret = (data: Record<string, string>): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'db-access', namespace: PROVIDER },
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'latin1').toString('base64')]),
    ),
  });

  test('are read when somebody asks, renamed, and never stored', async () => {
    const { send, kube, store } = await startProvisioned(
      'db',
      entry,
      service,
      secret({ user: 'u', pass: 'p-1', more: 'm' }),
    );
    const host = 'postgres.db-ns.svc.cluster.local';
    expect((await send('PUT', BINDING, bindBody('db'))).body).toMatchObject({
      credentials: { uri: `postgresql://${host}:5432`, host, port: 5432, username: 'u', password: 'p-1' },
    });
    await kube.apply(secret({ user: 'u', pass: 'p-2' }), { force: true });
    expect((await send('GET', BINDING)).body).toMatchObject({ credentials: { password: 'p-2' } });
    expect(JSON.stringify(await Array.fromAsync(store.list()))).not.toContain('p-1');
  });

  test.each([
    [
      'is missing',
      [],
      'Secret provider-ns/db-access, which holds the credentials, does not exist; ask the provider to create it',
    ],
    [
      'lacks a key',
      [secret({ user: 'u' })],
      'Secret provider-ns/db-access has no key "pass"; ask the provider to add it or to correct credentialdata.keys',
    ],
    [
      'holds bytes',
      [secret({ user: 'u', pass: '\xff\xfe' })],
      'Secret provider-ns/db-access key "pass" is not UTF-8 text and can not be delivered; ask the provider to leave it out with credentialdata.keys',
    ],
  ])('that %s: the answer says so', async (_what, objects, description) => {
    const { send } = await startProvisioned('db', entry, service, ...objects);
    const answer = await send('PUT', BINDING, bindBody('db'));
    expect([answer.status, answer.body]).toEqual([400, { error: 'OfferingMisconfigured', description }]);
  });

  test('that would hide a coordinate are refused', async () => {
    const all = entryConfigMap('db', {
      credentialkind: 'CredentialFromClusterSecret',
      credentialdata: { secretname: 'db-access' },
    });
    const { send } = await startProvisioned('db', all, secret({ host: 'h' }));
    const answer = await send('PUT', BINDING, bindBody('db'));
    expect([answer.status, answer.body]).toEqual([
      400,
      {
        error: 'OfferingMisconfigured',
        description:
          'the credentials hold the key "host", which is reserved for the coordinates; ask the provider to leave it out or to rename it with credentialdata.keys',
      },
    ]);
  });
});
