import { beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { pooledEntropy } from './testing/pooled-entropy.js';
import { distrust, planRegistration, registrationQuery } from './registration.js';
import { issueAuthority, issueLeaf, type Issued } from './tls/certificates.js';

let ours: Issued;
let others: Issued;
let leaf: Issued;

beforeAll(async () => {
  const entropy = await pooledEntropy(3);
  ours = await issueAuthority(entropy, Date.now());
  others = await issueAuthority(entropy, Date.now());
  leaf = await issueLeaf(entropy, { authority: ours, hosts: [{ dns: 'webhook' }], now: Date.now() });
});

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function configuration(...bundles: (string | undefined)[]): KubeObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'mesitis' },
    webhooks: bundles.map((caBundle, index) => ({
      name: `w${index}.mesitis.io`,
      clientConfig: { service: { name: 'webhook' }, ...(caBundle === undefined ? {} : { caBundle }) },
    })),
  };
}

test('the configuration is selected by its name alone', () => {
  expect(registrationQuery('ValidatingWebhookConfiguration', 'mesitis')).toEqual({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    fieldSelector: 'metadata.name=mesitis',
  });
});

describe('the patch', () => {
  test('is none when every webhook has the bundle', () => {
    const bundle = base64(ours.certificate);
    expect(planRegistration(configuration(bundle, bundle), ours.certificate)).toBeUndefined();
  });

  test('sets the bundle where it is missing or another one, after a test of the name', () => {
    const bundle = base64(ours.certificate);
    expect(planRegistration(configuration(undefined, bundle, base64('x')), ours.certificate)).toEqual({
      type: 'json',
      body: [
        { op: 'test', path: '/webhooks/0/name', value: 'w0.mesitis.io' },
        { op: 'add', path: '/webhooks/0/clientConfig/caBundle', value: bundle },
        { op: 'test', path: '/webhooks/2/name', value: 'w2.mesitis.io' },
        { op: 'add', path: '/webhooks/2/clientConfig/caBundle', value: bundle },
      ],
    });
  });

  test('is none for a configuration without webhooks', () => {
    const { apiVersion, kind, metadata } = configuration();
    expect(planRegistration({ apiVersion, kind, metadata }, ours.certificate)).toBeUndefined();
  });
});

describe('the certificate', () => {
  const verdict = (...bundles: (string | undefined)[]): string | undefined =>
    distrust(configuration(...bundles.map((text) => text && base64(text))), leaf.certificate);

  test('is trusted by a bundle that holds its authority', () => {
    expect(verdict(ours.certificate)).toBeUndefined();
  });

  test('is trusted by a bundle that holds its authority among others', () => {
    expect(verdict(`${others.certificate}\n${ours.certificate}`)).toBeUndefined();
  });

  const UNTRUSTED = 'the caBundle of webhook "w0.mesitis.io" does not verify the certificate';
  test.each<[string, () => string | undefined]>([
    ['no bundle', () => undefined],
    ['another authority’s bundle', () => others.certificate],
    ['a bundle that holds the leaf itself', () => leaf.certificate],
    ['garbage', () => 'garbage'],
    ['a broken certificate', () => ours.certificate.replace(/[A-Z]{4}/, '')],
  ])('is not trusted by %s', (_, bundle) => {
    expect(verdict(bundle())).toBe(UNTRUSTED);
  });

  test('is trusted only when every webhook of the configuration trusts it', () => {
    expect(verdict(ours.certificate, others.certificate)).toBe(UNTRUSTED.replace('w0', 'w1'));
  });

  test('is not trusted while nothing is registered', () => {
    expect(distrust(undefined, leaf.certificate)).toBe('the ValidatingWebhookConfiguration does not exist');
    expect(verdict()).toBe('the ValidatingWebhookConfiguration registers no webhook');
  });
});
