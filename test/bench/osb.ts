import type { KubeObject } from '@mesitis/kube';
import type { Broker } from '../cluster/broker.js';

/** The offering whose provisioning makes nothing: what is left is the broker's own cost. */
export const URL_OFFERING = 'bench-url';

/** The ConfigMap of an offering of a URL. */
export function urlEntry(name: string, namespace: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels: { 'mesitis/kind': 'catalog-entry', 'mesitis/enabled': 'true' } },
    data: {
      'wrapped-resource': JSON.stringify({
        team: 'bench',
        offering: name,
        description: 'An offering to measure with',
        uuid: `${name}-id`,
        version: '1',
        whitelist: ['*'],
        provisionkind: 'ProvisionNonClusterURL',
        provisiondata: { url: 'https://api.example.com/v1' },
        credentialkind: 'CredentialFromCatalog',
        credentialdata: { username: 'iamtheuser', password: 'iamthepassword' },
        tags: ['a', 'b'],
        documentationurl: 'https://example.com/docs',
      }),
    },
  };
}

/** The headers of a platform. */
export function headersOf({ username, password }: Broker): Record<string, string> {
  return {
    authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
    'x-broker-api-version': '2.17',
    'content-type': 'application/json',
  };
}

const IDS = { service_id: `${URL_OFFERING}-id`, plan_id: `${URL_OFFERING}-id` };
const CONTEXT = { platform: 'kubernetes', namespace: 'client-ns', clusterid: 'cluster' };

/** Provisions an instance. @throws unless it is made */
export async function provision(broker: Broker, id: string): Promise<void> {
  await put(broker, `/v2/service_instances/${id}`, {
    ...IDS,
    organization_guid: 'cluster',
    space_guid: 'space',
    context: CONTEXT,
  });
}

/** Binds an instance once. @throws unless that is done */
export async function bind(broker: Broker, id: string): Promise<void> {
  await put(broker, `/v2/service_instances/${id}/service_bindings/${id}-b`, { ...IDS, context: CONTEXT });
}

async function put(broker: Broker, path: string, body: object): Promise<void> {
  const response = await fetch(broker.url + path, {
    method: 'PUT',
    headers: headersOf(broker),
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (response.status !== 201) throw new Error(`${path} answered ${response.status}: ${text}`);
}
