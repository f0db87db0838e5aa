import { beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { pooledEntropy } from '../testing/pooled-entropy.js';
import {
  certificateSecret,
  EXPIRY_MARGIN,
  isOurs,
  needsIssue,
  readCertificates,
} from './certificate-secret.js';
import { AUTHORITY_LIFE, issueAuthority, issueLeaf, LEAF_LIFE, type Certificates } from './certificates.js';
import { serviceHosts } from './hosts.js';

const NOW = Date.now();
const HOSTS = serviceHosts('webhook', 'platform');
const NOT_PEM = 'ca.crt, tls.crt or tls.key is missing or is not PEM';

let good: Certificates;
let other: Certificates;

beforeAll(async () => {
  const entropy = await pooledEntropy(4);
  const make = async (): Promise<Certificates> => {
    const authority = await issueAuthority(entropy, NOW);
    return { authority, leaf: await issueLeaf(entropy, { authority, hosts: HOSTS, now: NOW }) };
  };
  good = await make();
  other = await make();
});

const secretOf = (certificates: Certificates): KubeObject =>
  certificateSecret({ name: 'webhook-tls', namespace: 'platform' }, certificates);

/** The good Secret with some keys changed (text) or removed (undefined). */
function changed(changes: Record<string, string | undefined>): KubeObject {
  const secret = secretOf(good);
  const data = Object.entries({ ...(secret['data'] as Record<string, string>) });
  for (const [key, text] of Object.entries(changes)) {
    data.push([key, text === undefined ? '' : Buffer.from(text).toString('base64')]);
  }
  return { ...secret, data: Object.fromEntries(data) };
}

describe('the Secret', () => {
  test('has the type and the keys that TLS Secrets have', () => {
    const secret = secretOf(good);
    expect(secret['type']).toBe('kubernetes.io/tls');
    expect(Object.keys(secret['data'] as object)).toEqual(['ca.crt', 'ca.key', 'tls.crt', 'tls.key']);
    expect(isOurs(secret)).toBe(true);
  });

  test('gives back what was put in', () => {
    expect(readCertificates(secretOf(good))).toEqual({
      authorities: good.authority.certificate,
      leaf: good.leaf,
    });
  });

  test('is ours by its label alone', () => {
    const secret = secretOf(good);
    expect(isOurs({ ...secret, metadata: { ...secret.metadata, labels: {} } })).toBe(false);
  });
});

describe('no issue is needed', () => {
  test('for a fresh Secret', () => expect(needsIssue(secretOf(good), HOSTS, NOW)).toBeUndefined());
  test('for one that covers more names than are asked for', () =>
    expect(needsIssue(secretOf(good), HOSTS.slice(0, 1), NOW)).toBeUndefined());
  test('for one without the authority’s key, until something has to be signed', () =>
    expect(needsIssue(changed({ 'ca.key': undefined }), HOSTS, NOW)).toBeUndefined());
  test('shortly before the margin', () =>
    expect(needsIssue(secretOf(good), HOSTS, NOW + LEAF_LIFE - EXPIRY_MARGIN - 2000)).toBeUndefined());
});

describe('everything has to be issued', () => {
  test.each<[string, () => KubeObject | undefined, string]>([
    ['there is no Secret', () => undefined, 'the Secret does not exist'],
    ['it has no data', () => ({ ...secretOf(good), data: null }), NOT_PEM],
    ['the certificate is missing', () => changed({ 'tls.crt': undefined }), NOT_PEM],
    ['the authority is missing', () => changed({ 'ca.crt': undefined }), NOT_PEM],
    ['the certificate is garbage', () => changed({ 'tls.crt': 'garbage' }), NOT_PEM],
    [
      'the authority is another one',
      () => changed({ 'ca.crt': other.authority.certificate }),
      'the certificate was not issued by the certificate authority beside it',
    ],
    [
      'the certificate’s key is missing its partner and the authority has none either',
      () => changed({ 'tls.key': other.leaf.key, 'ca.key': undefined }),
      'the private key is not the certificate’s',
    ],
    [
      'the authority’s key is not its own',
      () => changed({ 'tls.key': other.leaf.key, 'ca.key': other.authority.key }),
      'the private key is not the certificate’s',
    ],
  ])('when %s', (_, secret, because) => {
    expect(needsIssue(secret(), HOSTS, NOW)).toEqual({ issue: 'all', because });
  });

  test('when the authority ends', () => {
    const end = new Date(Math.floor((NOW + AUTHORITY_LIFE) / 1000) * 1000);
    expect(needsIssue(secretOf(good), HOSTS, end.getTime())).toEqual({
      issue: 'all',
      because: `the certificate authority ends at ${end.toISOString()}`,
    });
  });

  test('when a clock that was wrong made it for the future', () => {
    expect(needsIssue(secretOf(good), HOSTS, NOW - 3_600_000)).toEqual({
      issue: 'all',
      because: 'the certificate authority is not valid yet',
    });
  });
});

describe('the leaf alone has to be issued', () => {
  test('when its key is not its own', () => {
    expect(needsIssue(changed({ 'tls.key': other.leaf.key }), HOSTS, NOW)).toEqual({
      issue: 'leaf',
      because: 'the private key is not the certificate’s',
    });
  });

  test('when it ends within the margin', () => {
    const end = new Date(Math.floor((NOW + LEAF_LIFE) / 1000) * 1000);
    expect(needsIssue(secretOf(good), HOSTS, end.getTime() - EXPIRY_MARGIN + 1)).toEqual({
      issue: 'leaf',
      because: `the certificate ends at ${end.toISOString()}`,
    });
  });

  test('when hosts are missing, and they are named', () => {
    const hosts = [...HOSTS, { dns: 'webhook.example.com' }, { ip: '10.0.0.7' }];
    expect(needsIssue(secretOf(good), hosts, NOW)).toEqual({
      issue: 'leaf',
      because: 'the certificate does not cover webhook.example.com, 10.0.0.7',
    });
  });
});

describe('a server can serve', () => {
  test('with an old certificate rather than with none', () => {
    expect(needsIssue(secretOf(good), HOSTS, NOW + LEAF_LIFE)).toBeDefined();
    expect(readCertificates(secretOf(good))).toBeDefined();
  });

  test('not with a key that does not match', () => {
    expect(readCertificates(changed({ 'tls.key': other.leaf.key }))).toBeUndefined();
  });
});
