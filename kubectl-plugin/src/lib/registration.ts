import type { Json, JsonObject, KubeObject } from '@mesitis/kube';
import { nameOf, recordAt } from './objects.js';
import { SERVICE_CATALOG } from './service-catalog.js';

/** The chart `mesitis` puts these on the Service and the Secret of a broker. */
export const BROKER_SELECTOR = 'app.kubernetes.io/name=mesitis,app.kubernetes.io/component=broker';

/** What a broker is registered with. */
export interface Registration {
  name: string;
  url: string;
  /** The Secret with the broker's username and password, or token, as it is in the provider's namespace. */
  secret: KubeObject;
  /** The CA of the broker's certificate, PEM in base64. */
  caBundle: string | undefined;
  /** How often the catalog is read anew, as the API writes it (`1m0s`, `1m`). */
  relistDuration: string;
}

/** Says whose copies of the Secret are, so that nobody else's is overwritten. */
const COPY_LABELS = { 'app.kubernetes.io/managed-by': 'kubectl-mesitis' };

/** The ClusterServiceBroker, which everybody in the cluster sees. */
export function clusterBroker(registration: Registration): KubeObject {
  const { name, secret } = registration;
  const { namespace = '' } = secret.metadata;
  return {
    apiVersion: SERVICE_CATALOG,
    kind: 'ClusterServiceBroker',
    metadata: { name },
    spec: brokerSpec(registration, { namespace, name: nameOf(secret) }),
  };
}

/** A ServiceBroker for each namespace, which nobody else sees, each after a copy of the Secret that it reads. */
export function namespacedBrokers(registration: Registration, namespaces: readonly string[]): KubeObject[] {
  const { name, secret } = registration;
  const copy = `${name}-broker-auth`;
  return namespaces.flatMap((namespace) => [
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: copy, namespace, labels: COPY_LABELS },
      type: (secret['type'] ?? 'Opaque') as Json,
      data: recordAt(secret, 'data') as JsonObject,
    },
    {
      apiVersion: SERVICE_CATALOG,
      kind: 'ServiceBroker',
      metadata: { name, namespace },
      spec: brokerSpec(registration, { name: copy }),
    },
  ]);
}

/** Whether an object that is there is a copy of ours, or a broker, and may be brought up to date. */
export function mayReplace({ kind, metadata }: KubeObject): boolean {
  return kind !== 'Secret' || metadata.labels?.['app.kubernetes.io/managed-by'] === 'kubectl-mesitis';
}

/** What of a present object is to be as in the wanted one. */
export function updateOf(wanted: KubeObject): JsonObject {
  return wanted.kind === 'Secret'
    ? { data: recordAt(wanted, 'data') as JsonObject }
    : { spec: recordAt(wanted, 'spec') as JsonObject };
}

/** How the broker expects to be spoken to: whatever of the two the Secret holds. */
function brokerSpec(
  { url, secret, caBundle, relistDuration }: Registration,
  secretRef: JsonObject,
): JsonObject {
  const way = 'token' in recordAt(secret, 'data') ? 'bearer' : 'basic';
  return {
    url,
    relistDuration,
    authInfo: { [way]: { secretRef } },
    ...(caBundle === undefined ? {} : { caBundle }),
  };
}
