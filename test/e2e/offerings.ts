import type { KubeObject } from '@mesitis/kube';

/** What an entry says beside that which most entries of the tests have in common; see docs/catalog-format.md. */
export interface EntryFields {
  offering: string;
  uuid: string;
  [key: string]: unknown;
}

/** The ConfigMap of a catalog entry of the team `e2e`, open to every namespace and without credentials unless told. */
export function entryOf(namespace: string, fields: EntryFields): KubeObject {
  const { offering, version = '1' } = fields as EntryFields & { version?: string };
  const hasCredential = Object.keys(fields).some((key) => key.startsWith('credential'));
  const payload = {
    team: 'e2e',
    description: `What the end-to-end tests order as ${offering}`,
    version,
    whitelist: ['*'],
    ...(hasCredential ? {} : { credentialnocredential: {} }),
    ...fields,
  };
  return configMap(namespace, `entry-${offering}-${version}`, { 'mesitis/kind': 'catalog-entry' }, payload);
}

/** The ConfigMap of a wrapped object. */
export function wrapped(
  namespace: string,
  offering: string,
  order: number,
  object: Omit<KubeObject, 'metadata'> & { kind: string; metadata: { name: string } },
): KubeObject {
  const kind = `wrapped-${object.kind.toLowerCase()}`;
  const labels = { 'mesitis/offering': offering, 'mesitis/kind': kind, 'mesitis/order': String(order) };
  return configMap(namespace, `${offering}-${kind}`, labels, object);
}

/** The data of an entry that makes the wrapped objects of its offering. */
export function objectsIn(namespace: string, offering: string, selector = offering): object {
  return {
    namespace,
    name: `${offering}-\${instance.shortId}`,
    labelselector: `mesitis/offering${selector === offering ? `=${offering}` : ` in (${selector})`}`,
  };
}

function configMap(
  namespace: string,
  name: string,
  labels: Record<string, string>,
  payload: unknown,
): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels: { 'mesitis/enabled': 'true', ...labels } },
    data: { 'wrapped-resource': JSON.stringify(payload) },
  };
}

/** A Deployment of a Pod that nobody runs: the stage has no node. `spec` is merged into its own. */
export function deploymentOf(
  offering: string,
  spec: object = {},
): KubeObject & { metadata: { name: string } } {
  const name = `${offering}-\${instance.shortId}`;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: { ...workload(name), ...spec },
  };
}

/** Selector and template of a workload. */
export function workload(name: string): { selector: object; template: object } {
  const labels = { app: name };
  return {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: 'main', image: 'registry.example.com/app:1' }] },
    },
  };
}

/** A Service that selects nothing, which is ready at once. */
export function serviceOf(offering: string): KubeObject & { metadata: { name: string } } {
  const metadata = { name: `${offering}-\${instance.shortId}` };
  return { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ name: 'http', port: 80 }] } };
}
