import { isKubeError } from '@mesitis/kube';
import type { Kube, KubeObject, ListQuery } from '@mesitis/kube';
import { API_VERSION, INSTANCE_KIND } from '../model/kinds.js';

/**
 * The instances that the API server knows of. For decisions that become final, because the caches may be behind. None
 * when the kind itself is gone, as it is while everything is being uninstalled. Throws a KubeError.
 */
export async function storedInstances(
  kube: Pick<Kube, 'list'>,
  where: Pick<ListQuery, 'namespace' | 'labelSelector'>,
): Promise<KubeObject[]> {
  try {
    const { items } = await kube.list({ apiVersion: API_VERSION, kind: INSTANCE_KIND, ...where });
    return items;
  } catch (error) {
    if (isKubeError(error, 'not-found')) return [];
    throw error;
  }
}
