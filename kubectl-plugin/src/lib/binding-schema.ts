import { isKubeError, type JsonObject, type KubeObject } from '@mesitis/kube';
import { bindingSchemaOf, offeringsOf, readCatalog } from './catalog.js';
import type { Place } from './find-objects.js';
import { resolvedPlanRef } from './service-catalog.js';
import { planOf } from './upgrade.js';

/**
 * Reads the schema that the plan of an instance has for the parameters of a binding. Undefined when it has none, is gone, or
 * may not be looked at: then the broker decides alone.
 */
export async function readBindingSchema(place: Place, instance: KubeObject): Promise<JsonObject | undefined> {
  const { cluster, namespace } = place;
  const ref = resolvedPlanRef(instance);
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
