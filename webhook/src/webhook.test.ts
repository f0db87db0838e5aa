import { get } from 'node:http';
import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { VALIDATE_PATH } from './app.js';
import type { Config } from './config.js';
import {
  REGISTRATION,
  registeredBundle,
  registration,
  SECRET,
  SECRET_REF,
  secretFile,
  testTiming,
  until,
} from './testing/cluster.js';
import { HttpsClient } from './testing/https-client.js';
import { logLines } from './testing/log-lines.js';
import { pooledEntropy } from './testing/pooled-entropy.js';
import { entryConfigMap } from './testing/provider-config-maps.js';
import { certificateSecret } from './tls/certificate-secret.js';
import { AUTHORITY_LIFE, issueAuthority, issueLeaf, LEAF_LIFE, type Entropy } from './tls/certificates.js';
import { serviceHosts } from './tls/hosts.js';
import { FAREWELL, OVERLAP } from './tls/renewal.js';
import { startWebhook, type Webhook } from './webhook.js';

const HOUR = 60 * 60_000;
const SERVER_NAME = 'mesitis-webhook.platform.svc';
const config: Config = {
  port: 0,
  healthPort: 0,
  namespace: SECRET.namespace,
  serviceName: 'mesitis-webhook',
  tlsSecretName: SECRET.name,
  webhookConfigurationName: REGISTRATION,
  tlsExtraHosts: [],
  targetNamespaces: ['*'],
  dryRunNamespaces: [],
  allowInsecureVault: false,
  instanceLocking: true,
  logLevel: 'info',
  catalogUser: undefined,
  kubeconfig: undefined,
};

let entropy: Entropy;
let kube: MemoryKube;
let running: Webhook[];
let clients: HttpsClient[];
let lines: Record<string, unknown>[];

beforeAll(async () => {
  entropy = await pooledEntropy(4);
});

beforeEach(() => {
  kube = new MemoryKube();
  running = [];
  clients = [];
});

afterEach(async () => {
  clients.forEach((client) => client.close());
  await Promise.all(running.map(({ stop }) => stop()));
});

async function start(signal = new AbortController().signal, timing = testTiming()): Promise<Webhook> {
  const logged = logLines();
  lines = logged.lines;
  const surroundings = {
    kube,
    logger: logged.logger,
    entropy,
    timing,
    monotonic: () => 0,
    version: '1.2.3',
  };
  const webhook = await startWebhook(config, surroundings, signal);
  running.push(webhook);
  return webhook;
}

/** A client as the API server is one: it trusts what is registered. */
async function apiServer({ port }: Webhook): Promise<HttpsClient> {
  await until(async () => (await registeredBundle(kube)) !== undefined);
  const client = new HttpsClient(port, (await registeredBundle(kube)) ?? '', SERVER_NAME);
  clients.push(client);
  return client;
}

const readiness = ({ healthPort }: Webhook): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    get({ port: healthPort, path: '/readyz', host: '127.0.0.1', agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    }).on('error', reject);
  });

const review = (object: object): object => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: { uid: 'u', operation: 'CREATE', kind: { group: '', version: 'v1', kind: 'ConfigMap' }, object },
});

test('admits and refuses over TLS that the registered caBundle verifies', async () => {
  await kube.create(registration());
  const webhook = await start();
  const client = await apiServer(webhook);
  const good = await client.post(VALIDATE_PATH, review(entryConfigMap()));
  expect(JSON.parse(good.body)).toMatchObject({ response: { uid: 'u', allowed: true } });
  const bad = await client.post(VALIDATE_PATH, review(entryConfigMap('[]')));
  expect(JSON.parse(bad.body)).toMatchObject({
    response: {
      uid: 'u',
      allowed: false,
      status: { code: 422, message: 'data.wrapped-resource: must be an object with keys and values' },
    },
  });
  expect(lines.filter(({ msg }) => msg === 'listening' || msg === 'health listening')).toEqual([
    { level: 30, port: webhook.healthPort, msg: 'health listening' },
    { level: 30, port: webhook.port, msg: 'listening' },
  ]);
});

test('is ready from the moment on at which the registration trusts it', async () => {
  const webhook = await start();
  expect(await readiness(webhook)).toBe(503);
  await kube.create(registration());
  await until(async () => (await readiness(webhook)) === 200);
});

test('goes on with the new certificate when the Secret is made anew, without a restart', async () => {
  await kube.create(registration());
  const webhook = await start();
  await apiServer(webhook);
  const before = await secretFile(kube, 'ca.crt');
  await kube.remove(SECRET_REF);
  await until(async () => ![undefined, before].includes(await registeredBundle(kube)));
  const client = await apiServer(webhook);
  expect((await client.post(VALIDATE_PATH, review(entryConfigMap()))).status).toBe(200);
});

test('two replicas that start at once can both be called by what is registered', async () => {
  await kube.create(registration());
  const both = await Promise.all([start(), start()]);
  await until(async () => (await Promise.all(both.map(readiness))).every((status) => status === 200));
  for (const replica of both) {
    const client = await apiServer(replica);
    expect((await client.post(VALIDATE_PATH, review(entryConfigMap()))).status).toBe(200);
  }
});

test('can be stopped while it waits for a certificate', async () => {
  const stopped = new AbortController();
  kube = new MemoryKube({
    faults: () => {
      stopped.abort();
      return new KubeError('unavailable', 'no route to host');
    },
  });
  await expect(start(stopped.signal)).rejects.toThrow('stopped before it served');
});

test('does not start when it was stopped before', async () => {
  await expect(start(AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
});

test('no request is lost while certificate and authority are renewed, by two replicas under load', async () => {
  const timing = testTiming();
  // Until everything is renewed a day and an hour pass, and nothing may be valid only in the future of this machine.
  timing.clock.now -= OVERLAP + FAREWELL + HOUR;
  const begun = timing.clock.now;
  const authority = await issueAuthority(entropy, begun - AUTHORITY_LIFE * 0.7);
  const leaf = await issueLeaf(entropy, {
    authority,
    hosts: serviceHosts(config.serviceName, config.namespace),
    now: begun - LEAF_LIFE * 0.7,
  });
  kube.seed(certificateSecret(SECRET, { authority, leaf }));
  await kube.create(registration());
  const replicas = await Promise.all([start(undefined, timing), start(undefined, timing)]);
  await until(async () => (await Promise.all(replicas.map(readiness))).every((status) => status === 200));

  let isOver = false;
  let rounds = 0;
  const failures: unknown[] = [];
  const served = new Set<string>();
  // As API servers call: over connections that stay open and over new ones, by the bundle that they read last.
  const load = replicas.map(async (replica) => {
    const kept = await apiServer(replica);
    while (!isOver) {
      const bundle = (await registeredBundle(kube)) ?? '';
      const fresh = new HttpsClient(replica.port, bundle, SERVER_NAME);
      try {
        const answers = await Promise.all(
          [kept, fresh].map((client) => client.post(VALIDATE_PATH, review(entryConfigMap()))),
        );
        failures.push(...answers.filter(({ status }) => status !== 200));
      } catch (error) {
        failures.push(error);
      } finally {
        fresh.close();
      }
      served.add((await secretFile(kube, 'tls.crt')) ?? '');
      rounds += 1;
    }
  });
  const moreLoad = async (): Promise<void> => {
    const enough = rounds + 10;
    await until(() => rounds >= enough);
  };
  const held = async (key: string): Promise<boolean> => (await secretFile(kube, key)) !== undefined;
  await until(() => held('next-ca.crt'));
  const bundle = async (): Promise<number> =>
    ((await registeredBundle(kube)) ?? '').split('BEGIN').length - 1;
  await until(async () => (await bundle()) === 2);
  await moreLoad();
  timing.clock.now += OVERLAP;
  timing.tick();
  await until(() => held('previous-ca.crt'));
  await moreLoad();
  timing.clock.now += FAREWELL;
  timing.tick();
  await until(async () => (await bundle()) === 1);
  await moreLoad();
  isOver = true;
  await Promise.all(load);
  expect(failures).toEqual([]);
  expect(await secretFile(kube, 'ca.crt')).not.toBe(authority.certificate);
  expect(await registeredBundle(kube)).toBe(await secretFile(kube, 'ca.crt'));
  // One renewed under the old authority, and that of the new one.
  expect(served.size).toBe(2);
});
