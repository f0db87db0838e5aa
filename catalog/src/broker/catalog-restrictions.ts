import { matchesLabelSelector, parseLabelSelector } from '@mesitis/kube/selectors';
import { escapedName } from '../model/names.js';
import type { Scope } from '../model/kinds.js';
import type { ServiceBroker } from '../model/objects.js';
import type { OfferedService } from './catalog-payload.js';

/** What is left of a catalog, or why `spec.catalogRestrictions` could not be understood. */
export type Restricted = { ok: true; services: OfferedService[] } | { ok: false; message: string };

/**
 * Applies `spec.catalogRestrictions` (service-catalog.md section 2.4): requirements in the grammar of label selectors, all of
 * which must hold, over a few properties of classes and plans. A class left without plans goes too.
 */
export function restrict(
  scope: Scope,
  restrictions: ServiceBroker['spec']['catalogRestrictions'],
  services: readonly OfferedService[],
): Restricted {
  const ofClass = requirements(restrictions?.serviceClass, CLASS_PROPERTIES);
  const ofPlan = requirements(restrictions?.servicePlan, [
    ...CLASS_PROPERTIES,
    'spec.free',
    scope.planClassProperty,
  ]);
  if (typeof ofClass === 'string') return { ok: false, message: ofClass };
  if (typeof ofPlan === 'string') return { ok: false, message: ofPlan };
  const admitted = services.filter((service) => ofClass.every((admits) => admits(properties(service))));
  return {
    ok: true,
    services: admitted
      .map((service) => ({
        ...service,
        plans: service.plans.filter((plan) =>
          ofPlan.every((admits) =>
            admits({
              ...properties(plan),
              'spec.free': String(plan.free),
              [scope.planClassProperty]: escapedName(service.id),
            }),
          ),
        ),
      }))
      .filter((service) => service.plans.length > 0),
  };
}

type Admits = (properties: Record<string, string>) => boolean;

const CLASS_PROPERTIES = ['name', 'spec.externalName', 'spec.externalID'];

/** One test for each entry, or the sentence that says what is wrong. */
function requirements(entries: readonly string[] | null | undefined, known: string[]): Admits[] | string {
  const tests: Admits[] = [];
  for (const entry of entries ?? []) {
    const property = entry.split(/=|==|!=| in | notin /, 1)[0]?.replace(/!$/, '') ?? '';
    if (!known.includes(property)) return `Invalid property: ${property}`;
    try {
      const selector = parseLabelSelector(entry);
      tests.push((labels) => matchesLabelSelector(selector, labels));
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return tests;
}

function properties({ id, name }: { id: string; name: string }): Record<string, string> {
  return { name: escapedName(id), 'spec.externalName': name, 'spec.externalID': id };
}
