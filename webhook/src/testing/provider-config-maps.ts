import type { JsonObject } from '@mesitis/kube';

/** The payload of the catalog entry that the documentation uses. */
export const ENTRY = {
  team: 'api',
  offering: 'api-service',
  description: 'An api service offered by the API team',
  uuid: '3',
  version: '1',
  whitelist: ['client-ns'],
  provisionkind: 'ProvisionConfigMapObjects',
  provisiondata: { namespace: 'api-ns', name: 'api-service', labelSelector: 'mesitis/offering=api-service' },
  credentialkind: 'CredentialFromCatalog',
  credentialdata: { username: 'iamtheuser', password: '${generate.password(16)}' },
};

/** The wrapped Service that goes with it. */
export const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'back-end-service', labels: { app: 'back-end' } },
  spec: { selector: { app: 'back-end' }, ports: [{ protocol: 'TCP', port: 80, targetPort: 9000 }] },
};

/** Labels that replace those of a good ConfigMap; undefined takes one off. */
export type LabelChanges = Record<string, string | undefined>;

/** A ConfigMap with a catalog entry; `payload` is an object, or text as it is. */
export function entryConfigMap(payload: object | string = ENTRY, labels: LabelChanges = {}): JsonObject {
  return configMap('wrapped-entry-api-api-service', payload, {
    'mesitis/kind': 'catalog-entry',
    'mesitis/enabled': 'true',
    ...labels,
  });
}

/** A ConfigMap with a wrapped Service. */
export function serviceConfigMap(payload: object | string = SERVICE, labels: LabelChanges = {}): JsonObject {
  return configMap('wrapped-api-service', payload, {
    'mesitis/offering': 'api-service',
    'mesitis/kind': 'wrapped-service',
    'mesitis/enabled': 'true',
    'mesitis/order': '2',
    ...labels,
  });
}

function configMap(name: string, payload: object | string, labels: LabelChanges): JsonObject {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload, null, 2);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: 'provider-ns',
      labels: Object.fromEntries(
        Object.entries(labels).filter((pair): pair is [string, string] => pair[1] !== undefined),
      ),
    },
    data: { 'wrapped-resource': text },
  };
}
