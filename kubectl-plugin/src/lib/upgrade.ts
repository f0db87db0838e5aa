import type { JsonObject, KubeObject } from '@mesitis/kube';
import type { Offering } from './catalog.js';
import { nameOf, recordAt, textAt } from './objects.js';
import { compareVersions } from './order.js';
import { notMet } from './plugin-error.js';

/**
 * What an upgrade asks of the platform: another version of the same plan (OSB `maintenance_info`), by annotation; or
 * another plan of the offering, by the spec.
 */
export type UpgradeStep =
  | { kind: 'maintenance'; version: string; patch: JsonObject; hasIt: (instance: KubeObject) => boolean }
  | { kind: 'plan'; plan: Offering; patch: JsonObject; hasIt: (instance: KubeObject) => boolean }
  | { kind: 'none' };

/** The annotation by which an instance's owner takes the version that its plan offers. */
const UPGRADE_ANNOTATION = 'mesitis/upgrade';

/**
 * Decides how an instance gets to a version.
 * @param offerings all that the namespace may have
 * @param wanted a version or plan name; undefined for what the present plan offers
 * @throws PluginError (not met) when there is no such version, or the offering allows no change
 */
export function decideUpgrade(
  instance: KubeObject,
  offerings: readonly Offering[],
  wanted: string | undefined,
): UpgradeStep {
  const present = planOf(instance, offerings);
  const name = nameOf(instance);
  if (present === undefined) {
    throw notMet(
      `the plan of instance '${name}' is not in the catalog of this namespace: see kubectl mesitis catalog`,
    );
  }
  const { version } = maintenanceOf(present);
  if (version !== undefined && (wanted === undefined || wanted === version)) {
    if (versionOf(instance) === version) return { kind: 'none' };
    return {
      kind: 'maintenance',
      version,
      patch: { metadata: { annotations: { [UPGRADE_ANNOTATION]: version } } },
      hasIt: (object) => versionOf(object) === version,
    };
  }
  const others = offerings.filter(
    (each) =>
      each.class.metadata.uid === present.class.metadata.uid &&
      nameOf(each.class) === nameOf(present.class) &&
      each !== present,
  );
  if (wanted === undefined) return newestOrNone(name, present, others);
  if (wanted === present.plan || wanted === present.planName) return { kind: 'none' };
  const plan = others.find((each) => each.plan === wanted || each.planName === wanted);
  if (plan === undefined) throw noSuchPlan(present, others, wanted);
  if (recordAt(present.class, 'spec')['planUpdatable'] === false) {
    throw notMet(
      `offering '${present.offering}' does not allow a change of plan: provision ${present.offering}:${plan.plan} anew`,
    );
  }
  const patch = { spec: planPatch(instance, plan) };
  return { kind: 'plan', plan, patch, hasIt: (object) => hasPlan(object, plan) };
}

/** The plan that the instance is resolved to, else the one that it names. */
export function planOf(instance: KubeObject, offerings: readonly Offering[]): Offering | undefined {
  const { spec } = instance;
  const scope = SCOPES.find(({ ref }) => textAt(recordAt(spec, ref), 'name') !== undefined);
  const resolved = scope && textAt(recordAt(spec, scope.ref), 'name');
  if (scope !== undefined) {
    return offerings.find((each) => each.scope === scope.scope && nameOf(each.object) === resolved);
  }
  return offerings.find((each) =>
    SCOPES.some(
      (candidate) =>
        candidate.scope === each.scope && textAt(spec, `${candidate.prefix}ExternalName`) === each.planName,
    ),
  );
}

const SCOPES = [
  { scope: 'cluster', prefix: 'clusterServicePlan', ref: 'clusterServicePlanRef' },
  { scope: 'namespace', prefix: 'servicePlan', ref: 'servicePlanRef' },
] as const;

/** Names the plan in the spelling in which the instance names its present one: the API refuses a mixture. */
function planPatch({ spec }: KubeObject, plan: Offering): JsonObject {
  const prefix = plan.scope === 'cluster' ? 'clusterServicePlan' : 'servicePlan';
  if (textAt(spec, `${prefix}Name`) !== undefined) return { [`${prefix}Name`]: nameOf(plan.object) };
  const id = textAt(plan.object['spec'], 'externalID');
  if (textAt(spec, `${prefix}ExternalID`) !== undefined && id !== undefined)
    return { [`${prefix}ExternalID`]: id };
  return { [`${prefix}ExternalName`]: plan.planName };
}

function newestOrNone(name: string, present: Offering, others: readonly Offering[]): UpgradeStep {
  const newer = others.filter((each) => compareVersions(each.plan, present.plan) > 0).map(({ plan }) => plan);
  if (newer.length === 0) return { kind: 'none' };
  // Another plan may take other parameters and be another thing: that is not chosen for anybody.
  throw notMet(
    `instance '${name}' has ${present.offering}:${present.plan}, and there is ${newer.join(', ')}: choose one with --to`,
  );
}

function noSuchPlan(present: Offering, others: readonly Offering[], wanted: string): Error {
  const plans = others.map(({ plan }) => plan);
  const choice = plans.length === 0 ? 'it has no other' : `choose ${plans.join(', ')}`;
  return notMet(
    `offering '${present.offering}' has no plan or version '${wanted}' for this namespace: ${choice}`,
  );
}

function maintenanceOf({ object }: Offering): { version: string | undefined } {
  return { version: textAt(recordAt(object['spec'], 'maintenanceInfo'), 'version') };
}

function versionOf({ status }: KubeObject): string | undefined {
  return textAt(recordAt(recordAt(status, 'externalProperties'), 'maintenanceInfo'), 'version');
}

/** What the broker took last, in the platform's own words. */
function hasPlan({ status }: KubeObject, plan: Offering): boolean {
  const properties = recordAt(status, 'externalProperties');
  const key = plan.scope === 'cluster' ? 'clusterServicePlanExternalName' : 'servicePlanExternalName';
  return textAt(properties, key) === plan.planName;
}
