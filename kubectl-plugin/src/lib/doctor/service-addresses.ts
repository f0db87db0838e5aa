import { isKubeError } from '@mesitis/kube';
import { listAt, textAt } from '../objects.js';
import { listing, type Patient } from './check.js';

/** Names a Service. */
export interface ServiceName {
  name: string;
  namespace: string;
}

/**
 * What is behind a Service: ready addresses; none; no Service of that name; or it is not to be known, because the caller
 * may not look, or the Service stands for a name outside the cluster.
 */
export type Backing = 'ready' | 'nobody' | 'no service' | 'unknown';

/** Looks at the Service, and at its Endpoints. Throws KubeError for trouble other than missing rights. */
export async function backingOf(cluster: Patient['cluster'], service: ServiceName): Promise<Backing> {
  try {
    const found = await cluster.get({ apiVersion: 'v1', kind: 'Service', ...service });
    if (found === undefined) return 'no service';
    if (textAt(found['spec'], 'type') === 'ExternalName') return 'unknown';
  } catch (error) {
    if (isKubeError(error, 'forbidden')) return 'unknown';
    throw error;
  }
  return addressesOf(cluster, service);
}

/** The same of a Service that is there. */
export async function addressesOf(
  cluster: Patient['cluster'],
  { name, namespace }: ServiceName,
): Promise<Exclude<Backing, 'no service'>> {
  const found = await listing(cluster, {
    apiVersion: 'v1',
    kind: 'Endpoints',
    namespace,
    fieldSelector: `metadata.name=${name}`,
  });
  if (found.kind !== 'items') return 'unknown';
  const ready = found.items.some((object) =>
    listAt(object, 'subsets').some((subset) => listAt(subset, 'addresses').length > 0),
  );
  return ready ? 'ready' : 'nobody';
}

/**
 * The Service that a URL leads to when it is asked from inside the cluster; undefined for any other address. A name of two
 * parts may be a Service's or a domain of the Internet: `certain` says which.
 */
export function serviceOf(url: string): (ServiceName & { certain: boolean }) | undefined {
  if (!URL.canParse(url)) return undefined;
  const [, name, namespace, svc] =
    /^([a-z0-9-]+)\.([a-z0-9-]+)(\.svc(?:\..+)?)?$/.exec(new URL(url).hostname) ?? [];
  return name === undefined || namespace === undefined
    ? undefined
    : { name, namespace, certain: svc !== undefined };
}
