import type { Kube } from '@mesitis/kube';
import { createObjects } from './create-objects.js';
import type { Resources } from './plan-objects.js';
import { planObjects } from './plan-objects.js';
import type { Provisioner, ProvisionOf } from './provisioner.js';
import { removeObjects } from './remove-objects.js';

/** What ProvisionConfigMapObjects works with. */
export interface ConfigMapObjectsOptions {
  kube: Pick<Kube, 'get' | 'create' | 'remove' | 'list' | 'watch'>;
  /** The wrapped resources as of now. */
  resources: () => Resources;
  /** The cluster's DNS domain, `cluster.local` as a rule. */
  clusterDomain: string;
  /** How long to wait for objects to be gone, in milliseconds; well inside the 60 s that platforms wait for an answer. */
  removalTimeoutMs: number;
}

/** ProvisionConfigMapObjects: makes the objects that the provider wrapped in ConfigMaps. */
export function configMapObjects(
  options: ConfigMapObjectsOptions,
): Provisioner<ProvisionOf<'ProvisionConfigMapObjects'>> {
  const { kube, resources, clusterDomain, removalTimeoutMs } = options;
  return {
    kind: 'ProvisionConfigMapObjects',
    async plan(provision, instanceId) {
      return Promise.resolve(planObjects(provision, resources(), { instanceId, clusterDomain }));
    },
    async make({ objects }, instanceId) {
      return createObjects(kube, objects, instanceId, AbortSignal.timeout(removalTimeoutMs));
    },
    async remove(objects, instanceId) {
      await removeObjects(kube, objects, instanceId, AbortSignal.timeout(removalTimeoutMs));
    },
  };
}
