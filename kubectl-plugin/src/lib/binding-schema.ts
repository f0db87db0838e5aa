import { isKubeError, type JsonObject, type KubeObject, type ObjectRef } from '@mesitis/kube';
import { bindingSchemaOf, offeringsOf, readCatalog } from './catalog.js';
import type { Place } from './find-objects.js';
import { recordAt, textAt } from './objects.js';
import { SERVICE_CATALOG } from './service-catalog.js';
import { planOf } from './upgrade.js';

/**
 * Reads the schema that the plan of an instance has for the parameters of a binding. Undefined when it has none, is gone, or
 * may not be looked at: then the broker decides alone.
 */
export async function readBindingSchema(place: Place, instance: KubeObject): Promise<JsonObject | undefined> {
  const { cluster, namespace } = place;
  const ref = resolvedPlan(instance);
  try {
    if (ref !== undefined) {
      const plan = await cluster.get(ref);
      return plan === undefined ? undefined : bindingSchemaOf(plan);
    }
    // The platform has not looked at the instance yet.
    return planOf(instance, offeringsOf(await readCatalog(cluster, namespace)))?.bindingSchema;
  } catch (error) {
    if (isKubeError(error, 'forbidden')) return undefined;
    throw error;
  }
}

function resolvedPlan({ metadata: { namespace }, spec }: KubeObject): ObjectRef | undefined {
  const ofCluster = textAt(recordAt(spec, 'clusterServicePlanRef'), 'name');
  if (ofCluster !== undefined)
    return { apiVersion: SERVICE_CATALOG, kind: 'ClusterServicePlan', name: ofCluster };
  const name = textAt(recordAt(spec, 'servicePlanRef'), 'name');
  if (name === undefined || namespace === undefined) return undefined;
  return { apiVersion: SERVICE_CATALOG, kind: 'ServicePlan', namespace, name };
}
