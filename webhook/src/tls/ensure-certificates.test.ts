import { X509Certificate } from 'node:crypto';
import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { pooledEntropy } from '../testing/pooled-entropy.js';
import type { IssueReason } from './certificate-secret.js';
import { LEAF_LIFE, type Entropy } from './certificates.js';
import { CertificateError, ensureCertificates, type CertificateStore } from './ensure-certificates.js';
import { serviceHosts } from './hosts.js';

const SECRET = { name: 'webhook-tls', namespace: 'platform' };
const REF = { apiVersion: 'v1', kind: 'Secret', ...SECRET };
const HOSTS = serviceHosts('webhook', 'platform');
const NOW = Date.now();
const never = new AbortController().signal;

let entropy: Entropy;
let kube: MemoryKube;
let reasons: IssueReason[];

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
  expect(new Set(replicas.map(({ authority }) => authority)).size).toBe(1);
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
  expect(after.authority).toBe(before.authority);
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
  expect(after.authority).not.toBe(before.authority);
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
