import type { Kube, KubeObject, ObjectRef } from '@mesitis/kube';
import { fromClusterError } from '../cluster-error.js';
import { BrokerError } from '../errors.js';
import type { ServicePort } from './coordinates.js';
import { coordinatesOfService, portsOf, serviceHost } from './coordinates.js';
import { display } from './ownership.js';
import type { Provisioner, ProvisionOf } from './provisioner.js';
import { sharing } from './sharing.js';

/**
 * ProvisionExistingClusterService: a Service that stands in the cluster and is shared; nothing is made.
 * @param clusterDomain the cluster's DNS domain, `cluster.local` as a rule
 */
export function existingClusterService(
  kube: Pick<Kube, 'get'>,
  clusterDomain: string,
): Provisioner<ProvisionOf<'ProvisionExistingClusterService'>> {
  return sharing('ProvisionExistingClusterService', async ({ namespace, name, port }) => {
    const ref = { apiVersion: 'v1', kind: 'Service', namespace, name };
    const service = await read(kube, ref);
    const ports = portsOf(service);
    const chosen = choosePort(ports, port, display(ref));
    const host = serviceHost(name, namespace, clusterDomain);
    return { objects: [], coordinates: coordinatesOfService(host, chosen, ports) };
  });
}

async function read(kube: Pick<Kube, 'get'>, ref: ObjectRef): Promise<KubeObject> {
  let service: KubeObject | undefined;
  try {
    service = await kube.get(ref);
  } catch (error) {
    throw fromClusterError(error, `reading ${display(ref)}`);
  }
  if (service !== undefined) return service;
  throw new BrokerError(
    'OfferingMisconfigured',
    `${display(ref)}, which the offering shares, does not exist; ask the provider to create it or to correct provisiondata`,
  );
}

/**
 * The port that the entry names by number or by name, or the only one.
 * @param service how the Service is called in the error
 * @throws BrokerError OfferingMisconfigured
 */
export function choosePort(
  ports: readonly ServicePort[],
  wanted: number | string | undefined,
  service: string,
): ServicePort {
  const known = ports
    .map(({ port, name }) => (name === undefined ? String(port) : `${port} (${name})`))
    .join(', ');
  const [only, ...others] = ports;
  if (wanted === undefined) {
    if (only !== undefined && others.length === 0) return only;
    throw new BrokerError(
      'OfferingMisconfigured',
      only === undefined
        ? `${service} has no ports; ask the provider to give it one`
        : `${service} has several ports (${known}); ask the provider to name one in provisiondata.port`,
    );
  }
  const found = ports.find(({ port, name }) => name === wanted || String(port) === String(wanted));
  if (found !== undefined) return found;
  throw new BrokerError(
    'OfferingMisconfigured',
    `${service} has no port ${JSON.stringify(wanted)}, it has ${known === '' ? 'none' : known}; ask the provider to correct provisiondata.port`,
  );
}
