import { parseProviderConfigMap } from '../configuration.js';
import type { CatalogEntry, ProviderConfigMap, Violation, WrappedResource } from '../model.js';

/** A payload as a test writes it; undefined leaves a key of the sample out. */
export type Overrides = Record<string, unknown>;

/** A catalog entry that is right. */
export const ENTRY: Overrides = {
  team: 'api',
  offering: 'api-service',
  description: 'An api service',
  uuid: '3',
  version: '1',
  whitelist: ['client-ns'],
  provisionkind: 'ProvisionNonClusterURL',
  provisiondata: { url: 'https://api.example.com/v1' },
  credentialkind: 'CredentialNoCredential',
};

/** A wrapped object that is right, and whose name differs between instances. */
export const SERVICE: Overrides = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'back-end-${instance.shortId}' },
  spec: { ports: [{ port: 80 }] },
};

/** A ConfigMap with an entry: the sample with some keys replaced, or any text as its payload. */
export function entryConfigMap(payload: Overrides | string = {}, labels: Overrides = {}): ProviderConfigMap {
  return configMap(
    typeof payload === 'string' ? payload : { ...ENTRY, ...payload },
    { 'mesitis/kind': 'catalog-entry', 'mesitis/enabled': 'true', ...labels },
    'an-entry',
  );
}

/** A ConfigMap with a wrapped object: the sample with some keys replaced, or any text as its payload. */
export function wrappedConfigMap(
  payload: Overrides | string = {},
  labels: Overrides = {},
): ProviderConfigMap {
  return configMap(
    typeof payload === 'string' ? payload : { ...SERVICE, ...payload },
    {
      'mesitis/kind': 'wrapped-service',
      'mesitis/enabled': 'true',
      'mesitis/offering': 'api-service',
      'mesitis/order': '2',
      ...labels,
    },
    'a-service',
  );
}

function configMap(payload: Overrides | string, labels: Overrides, name: string): ProviderConfigMap {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const kept = Object.entries(labels).filter(([, value]) => value !== undefined);
  return {
    metadata: { name, labels: Object.fromEntries(kept) as Record<string, string> },
    data: { 'wrapped-resource': text },
  };
}

/** All that is found in a ConfigMap, errors and warnings. */
export function violationsOf(given: ProviderConfigMap): Violation[] {
  const parsed = parseProviderConfigMap(given);
  return parsed.ok ? parsed.warnings : parsed.violations;
}

/** The same as lines, without the name of the payload's key. */
export function linesOf(given: ProviderConfigMap): string[] {
  return violationsOf(given).map(
    ({ path, message }) => `${path.replace(/^data\.wrapped-resource(: )?/, '')}: ${message}`,
  );
}

/** The entry of a ConfigMap that must be right. */
export function entryOf(given: ProviderConfigMap): CatalogEntry {
  const parsed = parseProviderConfigMap(given);
  if (!parsed.ok || parsed.value.type !== 'catalog-entry') throw new Error(linesOf(given).join('\n'));
  return parsed.value.entry;
}

/** The wrapped resource of a ConfigMap that must be right. */
export function resourceOf(given: ProviderConfigMap): WrappedResource {
  const parsed = parseProviderConfigMap(given);
  if (!parsed.ok || parsed.value.type !== 'wrapped-resource') throw new Error(linesOf(given).join('\n'));
  return parsed.value.resource;
}
