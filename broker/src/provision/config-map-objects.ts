import type { Kube } from '@mesitis/kube';
import { awaitReady } from '../readiness/await-ready.js';
import { changeObjects } from './change-objects.js';
import { createObjects } from './create-objects.js';
import type { WrappedResources } from './plan-objects.js';
import { planObjects } from './plan-objects.js';
import type { Provisioner, ProvisionOf } from './provisioner.js';
import { refsOf } from './provisioner.js';
import { removeObjects } from './remove-objects.js';

/** What ProvisionConfigMapObjects works with. */
export interface ConfigMapObjectsOptions {
  kube: Pick<Kube, 'get' | 'create' | 'patch' | 'remove' | 'list' | 'watch'>;
  /** The wrapped resources as of now. */
  resources: () => WrappedResources;
  /** The cluster's DNS domain, `cluster.local` as a rule. */
  clusterDomain: string;
}

/** ProvisionConfigMapObjects: makes the objects that the provider wrapped in ConfigMaps. */
export function configMapObjects(
  options: ConfigMapObjectsOptions,
): Provisioner<ProvisionOf<'ProvisionConfigMapObjects'>> {
  const { kube, resources, clusterDomain } = options;
  return {
    kind: 'ProvisionConfigMapObjects',
    async plan(provision, instanceId, render) {
      return Promise.resolve(planObjects(provision, resources(), { instanceId, clusterDomain, render }));
    },
    async make(planned, { instanceId, signal }) {
      const { objects, failure } = await createObjects(kube, planned.objects, instanceId, signal);
      return { made: { ...planned, objects }, ...(failure === undefined ? {} : { failure }) };
    },
    async awaitReady({ objects }, work, timeoutSeconds) {
      await awaitReady(kube, objects, { ...work, timeoutSeconds });
    },
    async change(from, to, work) {
      await changeObjects(kube, from.objects, to.objects, work);
      return to;
    },
    async remove(planned, { instanceId, signal }) {
      await removeObjects(kube, refsOf(planned), instanceId, signal);
    },
  };
}
