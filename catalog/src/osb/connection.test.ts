import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { asBroker } from '../model/objects.js';
import type { ServiceBroker } from '../model/objects.js';
import { object } from '../testing/harness.js';
import { TLS_FIXTURE } from '../testing/tls-fixture.js';
import { authSecret, connectionOf } from './connection.js';
import type { ConnectionResult } from './connection.js';
import { OsbClient } from './osb-client.js';
import type { OsbResult } from './osb.js';

const URL = 'https://broker.example';
const SECRET_REF = { namespace: 'broker-ns', name: 'auth' };
const BASIC = { basic: { secretRef: SECRET_REF } };
const BEARER = { bearer: { secretRef: SECRET_REF } };

function broker(spec: Record<string, unknown>, kind = 'ClusterServiceBroker'): ServiceBroker {
  return asBroker(object(kind, 'broker', { url: URL, ...spec }));
}

function secret(data: Record<string, string>): KubeObject {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return { apiVersion: 'v1', kind: 'Secret', metadata: SECRET_REF, data: Object.fromEntries(encoded) };
}

describe('the Secret of a broker', () => {
  test.each<[string, string, Record<string, unknown>, string | undefined]>([
    ['without authInfo is none', 'ClusterServiceBroker', {}, undefined],
    ['is the one of basic', 'ClusterServiceBroker', { authInfo: BASIC }, 'broker-ns/auth'],
    ['is the one of bearer', 'ClusterServiceBroker', { authInfo: BEARER }, 'broker-ns/auth'],
    [
      'is the one of bearer beside a basic of null',
      'ClusterServiceBroker',
      { authInfo: { basic: null, ...BEARER } },
      'broker-ns/auth',
    ],
    [
      'of a namespaced broker lies beside it, whatever it names',
      'ServiceBroker',
      { authInfo: BASIC },
      'client-ns/auth',
    ],
    [
      'without a name is none',
      'ServiceBroker',
      { authInfo: { basic: { secretRef: { name: '' } } } },
      undefined,
    ],
  ])('%s', (_name, kind, spec, expected) => {
    const ref = authSecret(broker(spec, kind));
    expect(ref && `${ref.namespace ?? ''}/${ref.name}`).toBe(expected);
  });
});

describe('the connection', () => {
  const plain = { url: URL, insecureSkipTLSVerify: false };
  test.each<[string, Record<string, unknown>, KubeObject | undefined, ConnectionResult]>([
    ['without authentication', {}, undefined, { ok: true, connection: plain }],
    [
      'without the slashes of its URL',
      { url: `${URL}/osb//` },
      undefined,
      { ok: true, connection: { ...plain, url: `${URL}/osb` } },
    ],
    [
      'with a user name and a password',
      { authInfo: BASIC },
      secret({ username: 'u', password: 'p:w' }),
      { ok: true, connection: { ...plain, auth: { type: 'basic', username: 'u', password: 'p:w' } } },
    ],
    [
      'with a token',
      { authInfo: BEARER },
      secret({ token: 't' }),
      { ok: true, connection: { ...plain, auth: { type: 'bearer', token: 't' } } },
    ],
    [
      'with certificates of its own',
      { caBundle: Buffer.from('PEM').toString('base64') },
      undefined,
      { ok: true, connection: { ...plain, caBundle: 'PEM' } },
    ],
    [
      'without a look at its certificate, the empty caBundle of a Go client beside it',
      { insecureSkipTLSVerify: true, caBundle: '' },
      undefined,
      { ok: true, connection: { ...plain, insecureSkipTLSVerify: true } },
    ],
  ])('is made %s', (_name, spec, found, expected) => {
    expect(connectionOf(broker(spec), found)).toEqual(expected);
  });

  test.each<[Record<string, unknown>, KubeObject | undefined, string]>([
    [{ url: '' }, undefined, 'brokers must have a remote url to contact'],
    [
      { caBundle: 'eA==', insecureSkipTLSVerify: true },
      undefined,
      'caBundle cannot be used when insecureSkipTLSVerify is true',
    ],
    [
      { authInfo: {} },
      undefined,
      'auth config is required: name a Secret in authInfo.basic or authInfo.bearer',
    ],
    [{ authInfo: BASIC }, undefined, 'the Secret "broker-ns/auth" does not exist'],
    [
      { authInfo: BASIC },
      secret({ username: 'u', token: 'hidden' }),
      'the Secret "broker-ns/auth" must have the keys "username" and "password"',
    ],
    [
      { authInfo: BEARER },
      secret({ username: 'u', password: 'hidden' }),
      'the Secret "broker-ns/auth" must have the key "token"',
    ],
  ])('can not be made from %j', (spec, found, message) => {
    expect(connectionOf(broker(spec), found)).toMatchObject({ ok: false, message });
  });
});

describe('a broker whose certificate no public authority signed', () => {
  const server: Server = createServer(TLS_FIXTURE, (_request, response) => response.end('{}'));
  const client = new OsbClient({ timeoutMs: 5_000, apiVersion: '2.17' });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(async () => {
    client.close();
    await new Promise((resolve) => server.close(resolve));
  });

  async function asked(spec: Record<string, unknown>): Promise<OsbResult> {
    const { port } = server.address() as AddressInfo;
    const result = connectionOf(broker({ url: `https://127.0.0.1:${port}`, ...spec }), undefined);
    if (!result.ok) throw new Error(result.message);
    return client.send(result.connection, { method: 'GET', path: ['v2', 'catalog'] });
  }

  test('is not asked', async () => {
    expect(await asked({})).toMatchObject({
      type: 'unreachable',
      message: expect.stringMatching(/self-signed/),
    });
  });

  test('is asked with its own in caBundle', async () => {
    const caBundle = Buffer.from(TLS_FIXTURE.cert).toString('base64');
    expect(await asked({ caBundle })).toMatchObject({ type: 'answer', status: 200 });
  });

  test('is asked with insecureSkipTLSVerify, and not by a later request without it', async () => {
    expect(await asked({ insecureSkipTLSVerify: true })).toMatchObject({ type: 'answer', status: 200 });
    expect(await asked({})).toMatchObject({ type: 'unreachable' });
  });
});
