import { findUsers, type Offered, type PlanUser } from '@mesitis/catalog/users';
import { isKubeError, type CallOptions } from '@mesitis/kube';
import {
  breakingReason,
  CLUSTER_RULES,
  enabledEntries,
  findConflicts,
  groupBy,
  impactOf,
  type Impact,
  type Published,
} from '@mesitis/offering';
import type { PluginKube } from '../../context.js';
import { compare, titleOf, type Change } from './compare.js';
import { PLANNED_SELECTOR, plannedFrom, type PlannedConfigMap, type Proposal } from './proposed.js';

/** What publishing would change in one namespace. */
export interface NamespacePlan {
  namespace: string;
  changes: (Change & {
    /** How many instances there are of an offering that is changed or removed; left out when that can't be told. */
    instances?: number;
  })[];
  /** What breaks for instances that live. */
  breaks: Break[];
  /** Why it can't be told what breaks for whom: the person may not see who uses the offerings. */
  unchecked?: string;
  /** Entries that can't stand together. */
  conflicts: { configMap: string; rule: string; message: string }[];
}

/** One way in which instances break. */
export interface Break {
  /** The rule by which the webhook refuses it. */
  rule: string;
  configMap: string;
  /** `team-offering:version`. */
  offering: string;
  change: string;
  /** The author's reason to do it all the same: then it is not refused. */
  allowed?: string;
  instances: { namespace: string; name: string }[];
}

/** What is to be published in a namespace. */
export interface NamespaceRequest extends Proposal {
  namespace: string;
  /** Whether what is there and not proposed goes. */
  prune: boolean;
}

/**
 * Compares what is proposed with what the cluster has, and looks for whom it breaks. Undefined when there is nothing of
 * Mesitis, neither proposed nor to be taken back. Throws a KubeError.
 */
export async function planNamespace(
  kube: Pick<PluginKube, 'get' | 'list'>,
  { namespace, planned, unlabelled, prune }: NamespaceRequest,
  options: CallOptions = {},
): Promise<NamespacePlan | undefined> {
  const before = await publishedIn(kube, { namespace, isOptional: planned.length === 0 }, options);
  const proposed = new Set(planned.map(({ name }) => name));
  const takenBack = new Map(unlabelled.map((one) => [one.name, one]));
  const goes = ({ name }: PlannedConfigMap): boolean => prune || proposed.has(name) || takenBack.has(name);
  if (planned.length === 0 && !before.some(({ name }) => takenBack.has(name))) return undefined;
  const after = [...planned, ...before.filter((one) => !goes(one))];
  const changes = compare(before, after);
  const planIds = [...new Set(changes.flatMap(({ planId }) => planId ?? []))];
  const { users, unchecked } = await usersOf(kube, { planIds, brokerNamespace: namespace }, options);
  const [oldEntries, newEntries] = [before, after].map((all) => enabledEntries(all.map(asPublished)));
  const annotated = new Map(
    [...before, ...takenBack.values(), ...after].map((one) => [one.name, one.annotations]),
  );
  // What was in each other's way before stays there, and nobody is asked about it.
  const published = new Set(
    changes.filter(({ action }) => action !== 'removed').map(({ configMap }) => configMap),
  );
  const byPlan = groupBy(users, ({ planId }) => planId);
  return {
    namespace,
    changes: changes.map((change) =>
      change.planId === undefined || unchecked !== undefined
        ? change
        : { ...change, instances: byPlan.get(change.planId)?.length ?? 0 },
    ),
    breaks: impactOf(oldEntries ?? [], newEntries ?? [], users).map((impact) =>
      breakOf(impact, breakingReason(annotated.get(impact.configMap))),
    ),
    ...(unchecked === undefined ? {} : { unchecked }),
    conflicts: [...findConflicts(newEntries ?? [])]
      .filter(([configMap]) => published.has(configMap))
      .map(([configMap, message]) => ({ configMap, rule: CLUSTER_RULES['entry-conflict'].id, message })),
  };
}

/** What a namespace publishes; nothing when that is not needed and the person may not see it. */
async function publishedIn(
  kube: Pick<PluginKube, 'list'>,
  { namespace, isOptional }: { namespace: string; isOptional: boolean },
  options: CallOptions,
): Promise<PlannedConfigMap[]> {
  const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace, labelSelector: PLANNED_SELECTOR };
  try {
    const { items } = await kube.list(query, options);
    return items.flatMap((item) => plannedFrom(item) ?? []);
  } catch (error) {
    if (isOptional && isKubeError(error, 'forbidden')) return [];
    throw error;
  }
}

/** Who uses plans, or the server's reason not to tell. Providers see the instances of others seldom. */
async function usersOf(
  kube: Pick<PluginKube, 'get' | 'list'>,
  offered: Offered,
  options: CallOptions,
): Promise<{ users: PlanUser[]; unchecked?: string }> {
  try {
    return { users: await findUsers(kube, offered, options) };
  } catch (error) {
    if (!isKubeError(error, 'forbidden')) throw error;
    return { users: [], unchecked: error.message };
  }
}

/** Whether the webhook would let it pass, as far as those who use it are concerned. */
export function isRefused({ breaks, conflicts }: NamespacePlan): boolean {
  return conflicts.length > 0 || breaks.some(({ allowed }) => allowed === undefined);
}

function asPublished({ name, value }: PlannedConfigMap): Published {
  return { configMap: name, value };
}

function breakOf({ kind, configMap, entry, change, users }: Impact, allowed: string | undefined): Break {
  return {
    rule: CLUSTER_RULES[kind].id,
    configMap,
    offering: titleOf(entry),
    change,
    ...(allowed === undefined ? {} : { allowed }),
    instances: users.map(({ namespace, name }) => ({ namespace, name })),
  };
}
