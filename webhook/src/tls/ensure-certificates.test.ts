import { X509Certificate } from 'node:crypto';
import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { pooledEntropy } from '../testing/pooled-entropy.js';
import { AUTHORITY_LIFE, LEAF_LIFE, type Entropy } from './certificates.js';
import {
  CertificateError,
  ensureCertificates,
  type CertificateStore,
  type Due,
} from './ensure-certificates.js';
import { serviceHosts } from './hosts.js';
import { FAREWELL, OVERLAP } from './renewal.js';

const SECRET = { name: 'webhook-tls', namespace: 'platform' };
const REF = { apiVersion: 'v1', kind: 'Secret', ...SECRET };
const HOSTS = serviceHosts('webhook', 'platform');
const NOW = Date.now();
const never = new AbortController().signal;

let entropy: Entropy;
let kube: MemoryKube;
let reasons: Due[];

beforeAll(async () => {
  entropy = await pooledEntropy(4);
});

beforeEach(async () => {
  kube = new MemoryKube();
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: SECRET.namespace } });
  reasons = [];
});

const store = (changes: Partial<CertificateStore> = {}): CertificateStore => ({
  kube,
  secret: SECRET,
  hosts: HOSTS,
  entropy,
  now: () => NOW,
  isTrusted: () => true,
  onIssue: (reason) => reasons.push(reason),
  ...changes,
});

async function stored(): Promise<KubeObject> {
  const secret = await kube.get(REF);
  if (secret === undefined) throw new Error('there is no Secret');
  return secret;
}

test('makes the Secret when there is none, and finds it good from then on', async () => {
  const made = await ensureCertificates(store(), HOSTS, never);
  const before = await stored();
  expect(await ensureCertificates(store(), HOSTS, never)).toEqual(made);
  expect(await stored()).toEqual(before);
  expect(reasons).toEqual([{ issue: 'all', because: 'the Secret does not exist' }]);
});

test('replicas that start at once come to one certificate', async () => {
  const replicas = await Promise.all(
    Array.from({ length: 5 }, () => ensureCertificates(store(), HOSTS, never)),
  );
  expect(new Set(replicas.map(({ leaf }) => leaf.certificate)).size).toBe(1);
  expect(new Set(replicas.map(({ authorities }) => authorities)).size).toBe(1);
});

test('replicas that find a certificate at its end come to one new certificate', async () => {
  const old = await ensureCertificates(store(), HOSTS, never);
  const later = store({ now: () => NOW + LEAF_LIFE });
  const replicas = await Promise.all(
    Array.from({ length: 3 }, () => ensureCertificates(later, HOSTS, never)),
  );
  const leaves = new Set(replicas.map(({ leaf }) => leaf.certificate));
  expect(leaves.size).toBe(1);
  expect(leaves).not.toContain(old.leaf.certificate);
});

test('makes a new leaf under the same authority when the hosts change', async () => {
  const before = await ensureCertificates(store(), HOSTS, never);
  const hosts = [...HOSTS, { ip: '10.0.0.7' }];
  const after = await ensureCertificates(store({ hosts }), hosts, never);
  expect(after.authorities).toBe(before.authorities);
  expect(new X509Certificate(after.leaf.certificate).checkIP('10.0.0.7')).toBe('10.0.0.7');
  expect(reasons.at(-1)).toEqual({ issue: 'leaf', because: 'the certificate does not cover 10.0.0.7' });
});

test('covers all hosts with what it makes, also when fewer were demanded', async () => {
  const hosts = [...HOSTS, { ip: '10.0.0.7' }];
  const made = await ensureCertificates(store({ hosts }), HOSTS, never);
  expect(new X509Certificate(made.leaf.certificate).checkIP('10.0.0.7')).toBe('10.0.0.7');
});

test('keeps what other people wrote on the Secret', async () => {
  await ensureCertificates(store(), HOSTS, never);
  await kube.patch(REF, { type: 'merge', body: { metadata: { annotations: { note: 'keep' } } } });
  const hosts = [...HOSTS, { ip: '10.0.0.7' }];
  await ensureCertificates(store({ hosts }), hosts, never);
  expect((await stored()).metadata.annotations).toEqual({ note: 'keep' });
});

test('makes everything anew when the contents are damaged', async () => {
  const before = await ensureCertificates(store(), HOSTS, never);
  await kube.patch(REF, { type: 'merge', body: { data: { 'tls.crt': '' } } });
  const after = await ensureCertificates(store(), HOSTS, never);
  expect(after.authorities).not.toBe(before.authorities);
});

test('serves by a good certificate that somebody else made', async () => {
  const made = await ensureCertificates(store(), HOSTS, never);
  await kube.patch(REF, { type: 'merge', body: { metadata: { labels: null }, data: { 'ca.key': null } } });
  expect(await ensureCertificates(store(), HOSTS, never)).toEqual(made);
});

test('never replaces a Secret that somebody else made, and says what to do', async () => {
  await kube.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...SECRET },
    type: 'Opaque',
    data: { password: 'aW1wb3J0YW50' },
  });
  const before = await stored();
  const attempt = ensureCertificates(store(), HOSTS, never);
  await expect(attempt).rejects.toThrow(CertificateError);
  await expect(attempt).rejects.toThrow(
    'Secret platform/webhook-tls was not made by Mesitis and will not do (ca.crt, tls.crt or tls.key is missing or ' +
      'is not PEM): correct it, delete it, or name another one in TLS_SECRET_NAME',
  );
  expect(await stored()).toEqual(before);
});

test('passes on what the API server says when it refuses', async () => {
  const refusing: CertificateStore['kube'] = {
    get: (ref) => kube.get(ref),
    create: () => Promise.reject(new TypeError('no')),
    update: () => Promise.reject(new TypeError('no')),
  };
  await expect(ensureCertificates(store({ kube: refusing }), HOSTS, never)).rejects.toThrow('no');
});

const certificatesIn = (bundle: string): string[] =>
  bundle.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];

test('renews a certificate at two thirds of its life, under the same authority', async () => {
  const before = await ensureCertificates(store(), HOSTS, never);
  const early = store({ now: () => NOW + LEAF_LIFE * 0.66 });
  expect(await ensureCertificates(early, HOSTS, never)).toEqual(before);
  const after = await ensureCertificates(store({ now: () => NOW + LEAF_LIFE * 0.67 }), HOSTS, never);
  expect(after.authorities).toBe(before.authorities);
  expect(after.leaf.certificate).not.toBe(before.leaf.certificate);
});

test('hands over to a new authority so that what is served is trusted at every moment', async () => {
  let now = NOW;
  let trusted: string[] = [];
  const replica = store({ now: () => now, isTrusted: (authority) => trusted.includes(authority.trim()) });
  const first = await ensureCertificates(replica, HOSTS, never);
  trusted = certificatesIn(first.authorities);

  now = NOW + AUTHORITY_LIFE * 0.67;
  // One step at a time: the certificate, which is long past its end here, comes first.
  await ensureCertificates(replica, HOSTS, never);
  const both = await ensureCertificates(replica, HOSTS, never);
  const [old, next = ''] = certificatesIn(both.authorities);
  expect([old]).toEqual(trusted);
  expect(certificatesIn(both.authorities)).toHaveLength(2);
  expect(new X509Certificate(both.leaf.certificate).verify(new X509Certificate(next).publicKey)).toBe(false);

  now += OVERLAP;
  // Whoever could not tell the API server yet goes on as before.
  const waiting = await ensureCertificates(replica, HOSTS, never);
  expect(waiting.authorities).toBe(both.authorities);
  trusted = certificatesIn(both.authorities);
  const promoted = await ensureCertificates(replica, HOSTS, never);
  expect(certificatesIn(promoted.authorities)).toEqual([next, old]);
  expect(new X509Certificate(promoted.leaf.certificate).verify(new X509Certificate(next).publicKey)).toBe(
    true,
  );

  now += FAREWELL;
  const alone = await ensureCertificates(replica, HOSTS, never);
  expect(certificatesIn(alone.authorities)).toEqual([next]);
  expect(alone.leaf).toEqual(promoted.leaf);
  expect(Object.keys((await stored())['data'] as object).sort()).toEqual([
    'ca.crt',
    'ca.key',
    'tls.crt',
    'tls.key',
  ]);
  expect(reasons.map(({ issue }) => issue)).toEqual(['all', 'leaf', 'next', 'promote', 'retire']);
});

test('does not renew what somebody else made', async () => {
  const before = await ensureCertificates(store(), HOSTS, never);
  await kube.patch(REF, { type: 'merge', body: { metadata: { labels: null } } });
  const later = store({ now: () => NOW + LEAF_LIFE * 0.9 });
  expect(await ensureCertificates(later, HOSTS, never)).toEqual(before);
});
