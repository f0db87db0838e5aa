import type { Kube, KubeObject, ListQuery } from '@mesitis/kube';
import { fromClusterError } from '../cluster-error.js';
import { isJsonObject, member } from '../json.js';
import type { Coordinates } from './coordinates.js';
import { coordinatesOfHost, coordinatesOfService, portsOf, serviceHost } from './coordinates.js';
import { choosePort } from './existing-cluster-service.js';
import { display } from './ownership.js';
import type { HelmRelease } from './provisioner.js';

/** The label that charts give their objects by convention. */
const RELEASE_LABEL = 'app.kubernetes.io/instance';

/**
 * Where a release is reached: at the Service that the entry names (the release's own name without one), else, when that
 * does not exist, at the only Service with the release's label. The port that the entry names, or its first, is the one in
 * `uri` and `port`; without a Service the name is taken as it is.
 * @throws BrokerError when the API server does not tell, or the Service has no such port
 */
export async function releaseCoordinates(
  kube: Pick<Kube, 'get' | 'list'>,
  release: HelmRelease,
  clusterDomain: string,
  signal: AbortSignal,
): Promise<Coordinates> {
  const { namespace, name } = release;
  const kind = { apiVersion: 'v1', kind: 'Service', namespace };
  const ref = { ...kind, name: release.service ?? name };
  const named = await asked(`reading ${display(ref)}`, async () => kube.get(ref, { signal }));
  const service =
    named ?? (await onlyLabelled(kube, { ...kind, labelSelector: `${RELEASE_LABEL}=${name}` }, signal));
  if (service === undefined) return coordinatesOfHost(serviceHost(ref.name, namespace, clusterDomain));
  const found = { ...ref, name: service.metadata.name ?? ref.name };
  const host = serviceHost(found.name, namespace, clusterDomain);
  const ports = portsOf(service);
  const port = release.port === undefined ? ports[0] : choosePort(ports, release.port, display(found));
  return port === undefined ? coordinatesOfHost(host) : coordinatesOfService(host, port, ports);
}

async function onlyLabelled(
  kube: Pick<Kube, 'list'>,
  query: ListQuery & { namespace: string },
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  const { items } = await asked(`listing the Services of ${query.namespace}`, async () =>
    kube.list(query, { signal }),
  );
  return onlyOne(items) ?? onlyOne(items.filter((item) => !isHeadless(item)));
}

function onlyOne(items: readonly KubeObject[]): KubeObject | undefined {
  return items.length === 1 ? items[0] : undefined;
}

/** Charts with a StatefulSet bring a second Service that gives its Pods their names. */
function isHeadless({ spec }: KubeObject): boolean {
  return isJsonObject(spec) && member(spec, 'clusterIP') === 'None';
}

async function asked<Value>(doing: string, call: () => Promise<Value>): Promise<Value> {
  try {
    return await call();
  } catch (error) {
    throw fromClusterError(error, doing);
  }
}
