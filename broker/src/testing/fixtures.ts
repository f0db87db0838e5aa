import type { JsonObject, KubeObject } from '@mesitis/kube';

/** The namespace of the broker and its ConfigMaps in tests. */
export const PROVIDER = 'provider-ns';

/** The namespace that the fixtures' whitelists let in. */
export const CLIENT = 'client-ns';

/** A ConfigMap labelled as a catalog entry. `fields` replace those of a URL offering; undefined takes one away. */
export function entryConfigMap(name: string, fields: Record<string, unknown> = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: PROVIDER,
      labels: { 'mesitis/kind': 'catalog-entry', 'mesitis/enabled': 'true' },
    },
    data: {
      'wrapped-resource': JSON.stringify({
        team: 'api',
        offering: name,
        description: `The offering ${name}`,
        uuid: `${name}-id`,
        version: '1',
        whitelist: [CLIENT],
        provisionkind: 'ProvisionNonClusterURL',
        provisiondata: { url: 'https://api.example.com/v1' },
        credentialkind: 'CredentialFromCatalog',
        credentialdata: { username: 'iamtheuser', password: 'iamthepassword' },
        ...fields,
      }),
    },
  };
}

/** An entry that makes the wrapped objects of the offering `name` in `api-ns`. */
export function objectsEntry(name: string, fields: Record<string, unknown> = {}): KubeObject {
  return entryConfigMap(name, {
    provisionkind: 'ProvisionConfigMapObjects',
    provisiondata: { namespace: 'api-ns', name, labelSelector: `mesitis/offering=${name}` },
    ...fields,
  });
}

/** A ConfigMap that wraps an object for an offering; a Pod gets a container when the spec names none. */
export function wrapped(
  object: { kind: string; name: string; spec?: JsonObject; metadata?: JsonObject },
  offering: string,
  order: number,
): KubeObject {
  const { kind, name, spec, metadata } = object;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: `wrapped-${kind.toLowerCase()}-${name.replace(/-?\$\{.*\}/, '')}`,
      namespace: PROVIDER,
      labels: {
        'mesitis/kind': `wrapped-${kind.toLowerCase()}`,
        'mesitis/enabled': 'true',
        'mesitis/offering': offering,
        'mesitis/order': String(order),
      },
    },
    data: {
      'wrapped-resource': JSON.stringify({
        apiVersion: kind === 'Deployment' || kind === 'ReplicaSet' ? 'apps/v1' : 'v1',
        kind,
        metadata: { name, ...metadata },
        ...(kind === 'Pod' ? { spec: { containers: [{ name: 'main', image: 'image:1' }], ...spec } } : {}),
        ...(spec === undefined || kind === 'Pod' ? {} : { spec }),
      }),
    },
  };
}

/** The Service and the Deployment of `api-service`, and a Secret between them. */
export function apiService(): KubeObject[] {
  const labels = { app: 'back-end' };
  return [
    objectsEntry('api-service'),
    wrapped(
      {
        kind: 'Deployment',
        name: 'back-end',
        spec: {
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'back-end:1' }] } },
        },
      },
      'api-service',
      10,
    ),
    wrapped(
      {
        kind: 'Service',
        name: 'back-end-service',
        spec: { selector: labels, ports: [{ protocol: 'TCP', port: 80, targetPort: 9000 }] },
      },
      'api-service',
      2,
    ),
    wrapped({ kind: 'ConfigMap', name: 'settings' }, 'api-service', 2),
  ];
}

/** The body of a provision request for the only plan of a fixture. */
export function provisionBody(
  offering: string,
  fields: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    service_id: `${offering}-id`,
    plan_id: `${offering}-id`,
    organization_guid: 'cluster',
    space_guid: 'space',
    context: { platform: 'kubernetes', namespace: CLIENT, clusterid: 'cluster', instance_name: 'mine' },
    ...fields,
  };
}

/** The body of a bind request for the only plan of a fixture. */
export function bindBody(offering: string, fields: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    service_id: `${offering}-id`,
    plan_id: `${offering}-id`,
    context: { platform: 'kubernetes', namespace: CLIENT, clusterid: 'cluster' },
    bind_resource: { app_guid: 'space' },
    ...fields,
  };
}
