import { findCondition, isTrue, withLeadingCondition, withoutCondition } from '../model/conditions.js';
import { REQUESTS } from '../model/requests-by-annotation.js';
import type { InstanceStatus, ServiceInstance, ServicePlan } from '../model/objects.js';

/** The type of the condition that says that the plan has another version than the instance (OSB 2.15). */
const UPGRADE_AVAILABLE = 'UpgradeAvailable';

/**
 * The version of the plan to ask the broker for; undefined when none is known. A new instance and a change of plan take
 * what the plan offers, an instance that stays with its plan keeps what it has until its owner wants the new one.
 */
export function versionToAsk(
  instance: ServiceInstance,
  plan: ServicePlan,
  { planChanges }: { planChanges: boolean },
): string | undefined {
  return planChanges || upgradeWanted(instance, plan)
    ? plan.spec.maintenanceInfo?.version
    : versionOf(instance);
}

/** Whether the instance's owner wants the version that the plan offers, and the instance has another. */
export function upgradeWanted(instance: ServiceInstance, plan: ServicePlan): boolean {
  const version = plan.spec.maintenanceInfo?.version;
  const wanted = instance.metadata.annotations?.[REQUESTS.upgrade];
  return version !== undefined && wanted === version && versionOf(instance) !== version;
}

/** The version that the broker was told last, and took. */
export function versionOf({ status }: ServiceInstance): string | undefined {
  return status?.externalProperties?.maintenanceInfo?.version;
}

/** The status that shows whether an upgrade is available; undefined when it does. */
export function showUpgrade(
  instance: ServiceInstance,
  plan: ServicePlan,
  now: number,
): InstanceStatus | undefined {
  const { status = {} } = instance;
  const { version, description } = plan.spec.maintenanceInfo ?? {};
  const has = versionOf(instance);
  if (version === undefined || version === has) {
    return findCondition(status, UPGRADE_AVAILABLE) && withoutCondition(status, UPGRADE_AVAILABLE);
  }
  const message =
    `The plan offers version ${version}${description === undefined ? '' : ` (${description})`}, the instance has ` +
    `${has ?? 'one that is not known'}: annotate it with ${REQUESTS.upgrade}=${version} to take it`;
  const shown = findCondition(status, UPGRADE_AVAILABLE)?.message === message;
  if (shown && isTrue(status, UPGRADE_AVAILABLE)) return undefined;
  const condition = {
    type: UPGRADE_AVAILABLE,
    status: 'True',
    reason: 'MaintenanceInfoChanged',
    message,
  } as const;
  return withLeadingCondition(status, condition, now);
}
