import type { KubeObject } from '@mesitis/kube';
import { age } from './age.js';
import type { Offering } from './catalog.js';
import { nameOf, recordAt, textAt } from './objects.js';
import { plansNamed } from './resolve-offering.js';
import { bindingsOf, requestedOffering } from './service-catalog.js';
import { stateOf, stateWord } from './state.js';
import type { TableLook } from './status-table.js';
import { renderTable, type Cell } from './table.js';

/** An instance as the team that offers it sees it. */
export interface Consumer {
  instance: KubeObject;
  /** `OFFERING:PLAN`, however the instance asks for it. */
  offering: string;
  /** Who wrote the instance last; undefined when admission does not keep it. */
  by: string | undefined;
  bindings: number;
}

/** What the cluster knows about who uses what. */
export interface Usage {
  instances: readonly KubeObject[];
  bindings: readonly KubeObject[];
  offerings: readonly Offering[];
}

/** Every instance with its plan, or only those of one offering or plan. */
export function consumersOf({ instances, bindings, offerings }: Usage, wanted?: string): Consumer[] {
  const plans = wanted === undefined ? [] : plansNamed(wanted, offerings);
  const byPlan = new Map(offerings.map((offering) => [planKey(offering.object), offering]));
  return instances.flatMap((instance) => {
    const asked = requestedOffering(instance);
    const resolved =
      byPlan.get(resolvedPlan(instance)) ?? offerings.find((offering) => titleOf(offering) === asked);
    const offering = resolved === undefined ? asked : titleOf(resolved);
    // A plan that was withdrawn is in no list any more, and yet has consumers.
    const isWanted =
      wanted === undefined ||
      (resolved !== undefined && plans.includes(resolved)) ||
      offering === wanted ||
      offering.startsWith(`${wanted}:`);
    return isWanted
      ? [{ instance, offering, by: authorOf(instance), bindings: count(instance, bindings) }]
      : [];
  });
}

/** A line for each consumer, in the order given. */
export function consumersTable(
  consumers: readonly Consumer[],
  { colors, width, now, headless }: Omit<TableLook, 'allNamespaces'>,
): string {
  const rows = consumers.map(({ instance, offering, by, bindings }): (Cell | string)[] => {
    const state = stateOf(instance);
    return [
      instance.metadata.namespace ?? '',
      nameOf(instance),
      offering,
      { text: stateWord(state), paint: (text) => colors.state(state.kind, text) },
      age(instance.metadata.creationTimestamp, now),
      String(bindings),
      by ?? '',
    ];
  });
  const header = ['NAMESPACE', 'INSTANCE', 'OFFERING', 'STATUS', 'AGE', 'BINDINGS', 'BY'];
  // Whom to call says more than for how long and how often; and most names begin alike.
  const giving = { leaveOut: ['BINDINGS', 'AGE'], keep: 20, cut: 'middle' } as const;
  return renderTable({ header, rows, headless, giving }, width);
}

/** The platform writes down which plan it found; names of namespaced plans count in their namespace. */
function resolvedPlan(instance: KubeObject): string {
  const ofCluster = textAt(recordAt(instance['spec'], 'clusterServicePlanRef'), 'name');
  if (ofCluster !== undefined) return `/${ofCluster}`;
  const own = textAt(recordAt(instance['spec'], 'servicePlanRef'), 'name');
  return `${instance.metadata.namespace ?? ''}/${own ?? ''}`;
}

function titleOf({ offering, plan }: Offering): string {
  return `${offering}:${plan}`;
}

function planKey(plan: KubeObject): string {
  return `${plan.metadata.namespace ?? ''}/${nameOf(plan)}`;
}

function authorOf(instance: KubeObject): string | undefined {
  return textAt(recordAt(instance['spec'], 'userInfo'), 'username');
}

function count(instance: KubeObject, bindings: readonly KubeObject[]): number {
  return bindingsOf(nameOf(instance), bindings).filter(
    ({ metadata }) => metadata.namespace === instance.metadata.namespace,
  ).length;
}
