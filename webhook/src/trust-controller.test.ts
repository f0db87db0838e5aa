import { X509Certificate } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import {
  REGISTRATION,
  REGISTRATION_REF,
  registeredBundle,
  registration,
  SECRET,
  SECRET_REF,
  secretFile,
  testTiming,
  until,
  type TestTiming,
} from './testing/cluster.js';
import { logLines } from './testing/log-lines.js';
import { pooledEntropy } from './testing/pooled-entropy.js';
import { LEAF_LIFE, type Entropy, type Host } from './tls/certificates.js';
import { serviceHosts } from './tls/hosts.js';
import { TrustController } from './trust-controller.js';

let entropy: Entropy;
let kube: MemoryKube;
let timing: TestTiming;
let replicas: Replica[];

interface Replica {
  trust: TrustController;
  /** The serving certificates, in the order in which they came. */
  served: string[];
  lines: Record<string, unknown>[];
}

beforeAll(async () => {
  entropy = await pooledEntropy(6);
});

beforeEach(() => {
  kube = new MemoryKube();
  timing = testTiming();
  replicas = [];
});

afterEach(async () => {
  await Promise.all(replicas.map(({ trust }) => trust.stop()));
});

function start(extra: Host[] = []): Replica {
  const served: string[] = [];
  const { logger, lines } = logLines();
  const trust = new TrustController({
    kube,
    secret: SECRET,
    webhookConfigurationName: REGISTRATION,
    hosts: { service: serviceHosts('mesitis-webhook', SECRET.namespace), extra },
    entropy,
    timing,
    logger,
    onCertificate: (leaf) => served.push(leaf.certificate),
  });
  const replica = { trust, served, lines };
  replicas.push(replica);
  trust.start();
  return replica;
}

const ready = ({ trust }: Replica): boolean => trust.unready() === undefined;

describe('a controller that starts', () => {
  test('makes the Secret, serves by it and makes the registration trust it', async () => {
    await kube.create(registration());
    const replica = start();
    await until(() => ready(replica));
    expect(replica.served).toEqual([await secretFile(kube, 'tls.crt')]);
    expect(await registeredBundle(kube)).toBe(await secretFile(kube, 'ca.crt'));
  });

  test('changes nothing of the registration but the caBundle', async () => {
    const before = await kube.create(registration());
    const replica = start();
    await until(() => ready(replica));
    const after = await kube.get(REGISTRATION_REF);
    const [webhook] = after?.['webhooks'] as { clientConfig: { caBundle?: string } }[];
    delete webhook?.clientConfig.caBundle;
    expect(after?.['webhooks']).toEqual(before['webhooks']);
  });

  test('is not ready before there is a registration, and waits for it', async () => {
    const replica = start();
    expect(replica.trust.unready()).toBe('there is no certificate yet');
    await until(() => replica.served.length > 0);
    expect(replica.trust.unready()).toBe('the ValidatingWebhookConfiguration does not exist');
    await kube.create(registration());
    await until(() => ready(replica));
  });

  test('tries again when the API server refuses, and logs what it said', async () => {
    await kube.create(registration());
    kube.failNext('get', new KubeError('forbidden', 'secrets is forbidden', { status: 403 }), 2);
    const replica = start();
    await until(() => ready(replica));
    expect(replica.lines.filter(({ level }) => level === 50)).toEqual([
      {
        level: 50,
        err: 'secrets is forbidden',
        kind: 'forbidden',
        status: 403,
        msg: 'certificate check failed',
      },
      {
        level: 50,
        err: 'secrets is forbidden',
        kind: 'forbidden',
        status: 403,
        msg: 'certificate check failed',
      },
    ]);
  });
});

describe('replicas', () => {
  test('that start at once serve by one certificate', async () => {
    await kube.create(registration());
    const all = [start(), start(), start()];
    await until(() => all.every(ready));
    await Promise.all(all.map(({ trust }) => trust.idle()));
    expect(new Set(all.map(({ served }) => served.at(-1))).size).toBe(1);
    expect(await registeredBundle(kube)).toBe(await secretFile(kube, 'ca.crt'));
  });

  test('that want different extra hosts do not undo each other’s certificates in a loop', async () => {
    await kube.create(registration());
    const old = start([{ dns: 'old.example.com' }]);
    await until(() => ready(old));
    const fresh = start([{ dns: 'new.example.com' }]);
    await until(() => ready(fresh) && old.served.at(-1) === fresh.served.at(-1));
    await Promise.all([old.trust.idle(), fresh.trust.idle()]);
    const leaf = new X509Certificate(fresh.served.at(-1) ?? '');
    expect(leaf.checkHost('new.example.com')).toBeDefined();
    expect(old.served).toHaveLength(2);
  });
});

describe('a controller that runs', () => {
  let replica: Replica;

  beforeEach(async () => {
    await kube.create(registration());
    replica = start([{ ip: '127.0.0.1' }]);
    await until(() => ready(replica));
  });

  test('sets the caBundle again when it is wiped, and when the registration is installed anew', async () => {
    const bundle = await registeredBundle(kube);
    const wipe = {
      type: 'json' as const,
      body: [{ op: 'remove', path: '/webhooks/0/clientConfig/caBundle' }],
    };
    await kube.patch(REGISTRATION_REF, wipe);
    await until(async () => (await registeredBundle(kube)) === bundle);
    await kube.remove(REGISTRATION_REF);
    await until(() => !ready(replica));
    await kube.create(registration());
    await until(() => ready(replica));
    expect(await registeredBundle(kube)).toBe(bundle);
  });

  test('sets the caBundle of a webhook that is added', async () => {
    const [webhook] = registration()['webhooks'] as [object];
    const added = {
      ...webhook,
      name: 'second.mesitis.io',
      clientConfig: { url: 'https://127.0.0.1:1/validate' },
    };
    await kube.patch(REGISTRATION_REF, {
      type: 'json',
      body: [{ op: 'add', path: '/webhooks/-', value: added }],
    });
    await until(async () => {
      const { webhooks } = ((await kube.get(REGISTRATION_REF)) ?? {}) as {
        webhooks?: { clientConfig: object }[];
      };
      return webhooks?.length === 2 && webhooks.every(({ clientConfig }) => 'caBundle' in clientConfig);
    });
  });

  test('makes a deleted Secret again, and serves and registers what is in it', async () => {
    await kube.remove(SECRET_REF);
    await until(() => replica.served.length === 2 && ready(replica));
    expect(replica.served[1]).toBe(await secretFile(kube, 'tls.crt'));
    expect(new X509Certificate(replica.served[1] ?? '').checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(await registeredBundle(kube)).toBe(await secretFile(kube, 'ca.crt'));
  });

  test('serves by a certificate that another process put there', async () => {
    const other = new MemoryKube();
    const elsewhere = { kube, timing };
    kube = other;
    await kube.create(registration());
    const stranger = start([{ ip: '127.0.0.1' }]);
    await until(() => ready(stranger));
    const { data } = (await other.get(SECRET_REF)) as unknown as { data: Record<string, string> };
    ({ kube, timing } = elsewhere);
    await kube.patch(SECRET_REF, { type: 'merge', body: { data } });
    await until(() => replica.served.at(-1) === stranger.served.at(-1) && ready(replica));
    expect(await registeredBundle(kube)).toBe(await secretFile(kube, 'ca.crt'));
  });

  test('replaces an ageing leaf when the timer rings, under the same authority', async () => {
    const bundle = await registeredBundle(kube);
    timing.clock.now += LEAF_LIFE;
    timing.tick();
    await until(() => replica.served.length === 2 && ready(replica));
    expect(await registeredBundle(kube)).toBe(bundle);
  });

  test('does nothing when the timer rings and all is well', async () => {
    const before = [await kube.get(SECRET_REF), await kube.get(REGISTRATION_REF)];
    timing.tick();
    await replica.trust.idle();
    expect([await kube.get(SECRET_REF), await kube.get(REGISTRATION_REF)]).toEqual(before);
    expect(replica.served).toHaveLength(1);
  });

  test('does nothing any more when it is stopped', async () => {
    await replica.trust.stop();
    await kube.remove(SECRET_REF);
    timing.tick();
    await replica.trust.idle();
    expect(await kube.get(SECRET_REF)).toBeUndefined();
  });

  test('never logs a key', () => {
    expect(JSON.stringify(replica.lines)).not.toContain('PRIVATE KEY');
    expect(replica.lines.map(({ msg }) => msg)).toEqual(['issuing certificates', 'caBundle set']);
  });
});
