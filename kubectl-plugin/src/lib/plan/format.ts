import { colorsFor } from '../colors.js';
import type { Screen } from '../../context.js';
import { renderTable, type Cell } from '../table.js';
import type { Change } from './compare.js';
import { isRefused, type NamespacePlan } from './plan-namespace.js';

/** Tables for a person: what changes, what breaks, what is in each other's way; empty when nothing changes. */
export function planTables(plans: readonly NamespacePlan[], screen: Screen): string {
  const { columns: width } = screen;
  const colors = colorsFor(screen);
  const red = (text: string): string => colors.state('failed', text);
  const yellow = (text: string): string => colors.state('pending', text);
  const paints: Record<Change['action'], (text: string) => string> = {
    new: (text) => colors.state('ready', text),
    changed: yellow,
    removed: red,
  };
  const changes = plans.flatMap(({ namespace, changes: all }) =>
    all.map(({ action, title, configMap, planId, instances, keys }): (Cell | string)[] => [
      { text: action, paint: paints[action] },
      title,
      `${namespace}/${configMap}`,
      instances === undefined ? (planId === undefined ? '' : '?') : String(instances),
      keys.join(', '),
    ]),
  );
  const breaks = plans.flatMap((plan) =>
    plan.breaks.flatMap(({ instances, rule, offering, change, allowed }) =>
      instances.map(({ namespace, name }): (Cell | string)[] => [
        { text: `${namespace}/${name}`, paint: allowed === undefined ? red : yellow },
        offering,
        rule,
        allowed === undefined ? change : `${change} (allowed: ${allowed})`,
      ]),
    ),
  );
  const conflicts = plans.flatMap((plan) =>
    plan.conflicts.map(({ configMap, rule, message }): (Cell | string)[] => [
      { text: `${plan.namespace}/${configMap}`, paint: red },
      rule,
      message,
    ]),
  );
  // What a ConfigMap holds says more than its name, which is long.
  const giving = { leaveOut: ['CONFIGMAP'], keep: 12 };
  return [
    { header: ['ACTION', 'WHAT', 'CONFIGMAP', 'INSTANCES', 'WHAT DIFFERS'], rows: changes, giving },
    { header: ['BREAKS', 'OFFERING', 'RULE', 'THE CHANGE'], rows: breaks },
    { header: ['CONFLICTS', 'RULE', 'WHY'], rows: conflicts },
  ]
    .filter(({ rows }) => rows.length > 0)
    .map((table) => renderTable({ ...table, wrap: true }, width))
    .join('\n');
}

/** For programs. */
export function planJson(plans: readonly NamespacePlan[]): string {
  const refused = plans.some(isRefused);
  return `${JSON.stringify({ refused, namespaces: plans }, null, 2)}\n`;
}

/** What it comes to, a sentence. */
export function planSummary(plans: readonly NamespacePlan[]): string {
  const breaks = plans.flatMap((plan) => plan.breaks);
  const conflicts = plans.flatMap((plan) => plan.conflicts);
  const actions = plans.flatMap(({ changes }) => changes.map(({ action }) => action));
  const where = plans.map(({ namespace }) => namespace).join(', ');
  if (actions.length === 0) return `nothing changes in ${where}`;
  const counted = (['new', 'changed', 'removed'] as const)
    .map((action) => [actions.filter((each) => each === action).length, action] as const)
    .filter(([count]) => count > 0)
    .map(([count, action]) => `${count} ${action}`);
  const refused = breaks.filter(({ allowed }) => allowed === undefined);
  const outcome = [
    refused.length === 0
      ? undefined
      : `would be refused, because it breaks ${many(refused)}: let them move or be given back first, or annotate the ConfigMap with mesitis/allow-breaking: "<reason>"`,
    conflicts.length === 0 ? undefined : 'would be refused, because entries conflict',
    breaks.length === refused.length
      ? undefined
      : `breaks ${many(breaks.filter(({ allowed }) => allowed !== undefined))}, as mesitis/allow-breaking says`,
  ].filter((each) => each !== undefined);
  const unchecked = plans.find((plan) => plan.unchecked !== undefined)?.unchecked;
  if (unchecked !== undefined)
    outcome.push(`whom it breaks can not be told, since the cluster refused: ${unchecked}`);
  return `${counted.join(', ')} in ${where}: ${outcome.length === 0 ? 'nothing breaks' : outcome.join('; ')}`;
}

/** An instance may break in several ways. */
function many(breaks: NamespacePlan['breaks']): string {
  const instances = breaks.flatMap(({ instances: all }) =>
    all.map(({ namespace, name }) => `${namespace}/${name}`),
  );
  const { size } = new Set(instances);
  return `${size} instance${size === 1 ? '' : 's'}`;
}
