import type { JsonObject, KubeObject } from '@mesitis/kube';
import type { PluginKube } from '../context.js';

/** A cluster as the platform chart leaves it, for tests. */

/** A certificate that is valid from 2025-12-01 to 2026-12-01; its key exists no more. */
export const CERTIFICATE = [
  '-----BEGIN CERTIFICATE-----',
  'MIIBjTCB96ADAgECAgEBMA0GCSqGSIb3DQEBCwUAMA0xCzAJBgNVBAMTAmNhMB4X',
  'DTI1MTIwMTAwMDAwMFoXDTI2MTIwMTAwMDAwMFowDTELMAkGA1UEAxMCY2EwgZ8w',
  'DQYJKoZIhvcNAQEBBQADgY0AMIGJAoGBAL6+pNYWngUdyuiCduDXcTbMJX6r+lw8',
  'm8WBfkIoK4+WkaptB9y2zyZNzGE4eW8GRgXDHy2Ou42XrQokKI0ArXcK60zoNrZL',
  'QrTNdvssb4Ahh0vstNKNSgGyWiojPmbEHf0EeEGVg1c8pDEosZxIv8v/JrANxfUT',
  'dI7zNNMFFohXAgMBAAEwDQYJKoZIhvcNAQELBQADgYEAmYItCuE9jgEzJHod8bNW',
  'UY+o3CeVGGVv9NWYdMaxZiEl2ABNEt2tsaidgwB4tA9LEQ4QQ/8xiEbJ7CTPPlkE',
  'EUxlCdxwd/lQ+PVoksomOMjPJmkJa/0q+93eMkPay8AyxuTjY9DZb1P/B55dVYu7',
  'h5f2CI9VUJlf2zsEPRaknYI=',
  '-----END CERTIFICATE-----',
].join('\n');

/** The webhook's registration; with a CA of {@link CERTIFICATE} unless another bundle is given. */
export function registration(webhook: JsonObject = {}, caBundle = base64(CERTIFICATE)): KubeObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'mesitis-webhook' },
    webhooks: [
      {
        name: 'configmaps.webhook.mesitis',
        clientConfig: { caBundle, service: { name: 'mesitis-webhook', namespace: 'mesitis-system' } },
        failurePolicy: 'Fail',
        ...webhook,
      },
    ],
  };
}

/** A Service of the platform. */
export function service(name: string, namespace: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: { ports: [{ port: 443, protocol: 'TCP', targetPort: 8443 }] },
  };
}

/** The addresses behind a Service. */
export function endpoints(name: string, namespace: string, addresses: string[]): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name, namespace },
    subsets: addresses.length === 0 ? [] : [{ addresses: addresses.map((ip) => ({ ip })) }],
  };
}

/** A Deployment of one of the charts. */
export function deployment(name: string, version: string): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace: 'mesitis-system',
      labels: { 'app.kubernetes.io/name': 'mesitis-platform', 'app.kubernetes.io/version': version },
    },
    spec: { selector: { matchLabels: { a: 'b' } }, template: { metadata: { labels: { a: 'b' } }, spec: {} } },
  };
}

/** A ClusterServiceBroker with these conditions, outside the cluster, whose catalog was fetched at 00:01. */
export function broker(
  name: string,
  conditions: JsonObject[],
  authInfo: JsonObject = {},
  spec: JsonObject = {},
): KubeObject {
  return {
    apiVersion: 'servicecatalog.k8s.io/v1beta1',
    kind: 'ClusterServiceBroker',
    metadata: { name },
    spec: { url: 'https://broker.example.com', authInfo, ...spec },
    status: { conditions, lastCatalogRetrievalTime: '2026-01-01T00:01:00Z' },
  };
}

/** The same cluster, in which reviews of rights are answered. */
export function withReviews(
  kube: PluginKube,
  allows: (attributes: { verb: string; resource: string; namespace?: string }) => boolean,
): PluginKube {
  return {
    get: (ref, options) => kube.get(ref, options),
    list: (query, options) => kube.list(query, options),
    watch: (query, version, options) => kube.watch(query, version, options),
    patch: (ref, patch, options) => kube.patch(ref, patch, options),
    remove: (ref, options) => kube.remove(ref, options),
    resourceOf: (type, options) => kube.resourceOf(type, options),
    create: (object, options) => {
      if (object.kind !== 'SelfSubjectAccessReview') return kube.create(object, options);
      const { resourceAttributes } = object['spec'] as {
        resourceAttributes: { verb: string; resource: string; namespace?: string };
      };
      return Promise.resolve({ ...object, status: { allowed: allows(resourceAttributes) } });
    },
  };
}

/** Text in base64, as `caBundle` has it. */
export function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
