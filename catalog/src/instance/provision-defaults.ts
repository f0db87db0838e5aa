import type { Json, JsonObject } from '@mesitis/kube';
import type { ServiceClass, ServicePlan } from '../model/objects.js';

/**
 * The parameters that a class and a plan set for new instances, the plan's word before the class's; undefined when
 * there are none (service-catalog.md section 3.10).
 */
export function provisionDefaults(serviceClass: ServiceClass, plan: ServicePlan): JsonObject | undefined {
  const [ofClass, ofPlan] = [serviceClass, plan].map(({ spec }) =>
    asObject(spec['defaultProvisionParameters']),
  );
  if (ofClass === undefined && ofPlan === undefined) return undefined;
  return mergedParameters(ofClass ?? {}, ofPlan ?? {});
}

/** Both together: objects field by field, of everything else `over` alone. */
export function mergedParameters(base: JsonObject, over: JsonObject): JsonObject {
  const fields = new Map(Object.entries(base));
  for (const [name, value] of Object.entries(over)) {
    const [below, above] = [asObject(fields.get(name)), asObject(value)];
    fields.set(name, below !== undefined && above !== undefined ? mergedParameters(below, above) : value);
  }
  return Object.fromEntries(fields);
}

function asObject(value: unknown): JsonObject | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? (value as Record<string, Json>) : undefined;
}
