import { X509Certificate } from 'node:crypto';
import type { Json, JsonObject, KubeObject, ListQuery, Patch } from '@mesitis/kube';
import { isObject } from './json.js';
import { verifies } from './tls/certificate-secret.js';

/**
 * The webhook configurations: whether they trust our certificate, and the patch that makes it so. Everything
 * else in it (selectors, rules, failurePolicy) is the chart's.
 */

/** The kinds of configurations, which share one name. */
export const REGISTRATION_KINDS = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const;

/** One of {@link REGISTRATION_KINDS}. */
export type RegistrationKind = (typeof REGISTRATION_KINDS)[number];

/** Selects a configuration by name, all that the role of the webhook allows. */
export function registrationQuery(kind: RegistrationKind, name: string): ListQuery {
  return { apiVersion: 'admissionregistration.k8s.io/v1', kind, fieldSelector: `metadata.name=${name}` };
}

/**
 * The patch that gives `caBundle` (PEM) to every webhook of the configuration; undefined when each has it. A JSON patch,
 * because a merge patch replaces the whole list, other people's changes included; each step first tests the name at its
 * index, so that a list which changed meanwhile is refused by the API server and looked at again. Pure.
 */
export function planRegistration(configuration: KubeObject, caBundle: string): Patch | undefined {
  const wanted = Buffer.from(caBundle, 'utf8').toString('base64');
  const body = webhooksOf(configuration).flatMap((webhook, index): JsonObject[] => {
    const clientConfig = clientConfigOf(webhook);
    if (clientConfig['caBundle'] === wanted) return [];
    const path = `/webhooks/${index}`;
    return [
      { op: 'test', path: `${path}/name`, value: webhook['name'] ?? null },
      { op: 'add', path: `${path}/clientConfig/caBundle`, value: wanted },
    ];
  });
  return body.length === 0 ? undefined : { type: 'json', body };
}

/**
 * Why the API server would not accept `certificate` (PEM) by what is registered, or undefined when it would. Pure;
 * the answer of /readyz.
 */
export function distrust(
  configuration: KubeObject | undefined,
  certificate: string,
  kind: RegistrationKind = 'ValidatingWebhookConfiguration',
): string | undefined {
  if (configuration === undefined) return `the ${kind} does not exist`;
  const webhooks = webhooksOf(configuration);
  if (webhooks.length === 0) return `the ${kind} registers no webhook`;
  const leaf = new X509Certificate(certificate);
  const failing = webhooks.find((webhook) => !trusts(clientConfigOf(webhook)['caBundle'], leaf));
  return failing === undefined
    ? undefined
    : `the caBundle of webhook ${JSON.stringify(failing['name'])} does not verify the certificate`;
}

/** Whether an authority (PEM) is in the caBundle of every webhook of the configuration. Pure. */
export function trustsAuthority(configuration: KubeObject, authority: string): boolean {
  const webhooks = webhooksOf(configuration);
  return (
    webhooks.length > 0 &&
    webhooks.every((webhook) =>
      certificatesOf(clientConfigOf(webhook)['caBundle']).includes(authority.trim()),
    )
  );
}

function webhooksOf(configuration: KubeObject): JsonObject[] {
  const { webhooks } = configuration;
  return Array.isArray(webhooks) ? webhooks.filter(isObject) : [];
}

function clientConfigOf(webhook: JsonObject): JsonObject {
  const { clientConfig } = webhook;
  return isObject(clientConfig) ? clientConfig : {};
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates of a bundle, PEM. */
function certificatesOf(caBundle: Json | undefined): string[] {
  if (typeof caBundle !== 'string') return [];
  return Buffer.from(caBundle, 'base64').toString('utf8').match(PEM_CERTIFICATE) ?? [];
}

/** Whether one of the bundle's certificates issued the leaf; a bundle may hold several. */
function trusts(caBundle: Json | undefined, leaf: X509Certificate): boolean {
  return certificatesOf(caBundle).some((pem) => {
    try {
      return verifies(new X509Certificate(pem), leaf);
    } catch {
      return false;
    }
  });
}
