import type { Kube } from '@mesitis/kube';
import type { Provision } from '@mesitis/offering';
import { BrokerError } from '../errors.js';
import { configMapObjects } from './config-map-objects.js';
import { existingClusterService } from './existing-cluster-service.js';
import { nonClusterUrl } from './non-cluster-url.js';
import type { WrappedResources } from './plan-objects.js';
import type { Provisioner, ProvisionOf } from './provisioner.js';

/** What the ways of provisioning need. */
export interface ProvisionersOptions {
  kube: Kube;
  /** The wrapped resources as of now. */
  resources: () => WrappedResources;
  clusterDomain: string;
  /** Absent: this broker installs no charts. */
  helmChart?: Provisioner<ProvisionOf<'ProvisionHelmChart'>>;
}

/** Finds the way of provisioning for a kind. It throws BrokerError OfferingMisconfigured for one that is not set up. */
export function provisionersOf(options: ProvisionersOptions): (kind: Provision['kind']) => Provisioner {
  const { kube, resources, clusterDomain, helmChart } = options;
  const provisioners: readonly Provisioner[] = [
    nonClusterUrl,
    existingClusterService(kube, clusterDomain),
    configMapObjects({ kube, resources, clusterDomain }),
    ...(helmChart === undefined ? [] : [helmChart]),
  ];
  return (kind) => {
    const provisioner = provisioners.find((candidate) => candidate.kind === kind);
    if (provisioner !== undefined) return provisioner;
    // An instance of an earlier configuration: entries of the kind are not in the catalog.
    throw new BrokerError(
      'OfferingMisconfigured',
      `this broker is not set up for ${kind} any more; ask its operator to set it up as it was`,
    );
  };
}
