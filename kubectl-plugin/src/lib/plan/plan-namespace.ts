import { findUsers } from '@mesitis/catalog/users';
import type { CallOptions } from '@mesitis/kube';
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
import { PLANNED_SELECTOR, plannedFrom, type PlannedConfigMap } from './proposed.js';

/** What publishing would change in one namespace. */
export interface NamespacePlan {
  namespace: string;
  changes: (Change & {
    /** How many instances there are of an offering that is changed or removed. */
    instances?: number;
  })[];
  /** What breaks for instances that live. */
  breaks: Break[];
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
export interface NamespaceRequest {
  namespace: string;
  proposed: readonly PlannedConfigMap[];
  /** Whether what is there and not proposed goes. */
  prune: boolean;
}

/** Compares what is proposed with what the cluster has, and looks for whom it breaks. Throws a KubeError. */
export async function planNamespace(
  kube: Pick<PluginKube, 'get' | 'list'>,
  { namespace, proposed, prune }: NamespaceRequest,
  options: CallOptions = {},
): Promise<NamespacePlan> {
  const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace, labelSelector: PLANNED_SELECTOR };
  const { items } = await kube.list(query, options);
  const before = items.flatMap((item) => plannedFrom(item) ?? []);
  const names = new Set(proposed.map(({ name }) => name));
  const kept = prune ? [] : before.filter(({ name }) => !names.has(name));
  const after = [...proposed, ...kept];
  const changes = compare(before, after);
  const planIds = [...new Set(changes.flatMap(({ planId }) => planId ?? []))];
  const users = await findUsers(kube, { planIds, brokerNamespace: namespace }, options);
  const [oldEntries, newEntries] = [before, after].map((all) => enabledEntries(all.map(asPublished)));
  const annotated = new Map([...before, ...after].map((one) => [one.name, one.annotations]));
  // What was in each other's way before stays there, and nobody is asked about it.
  const published = new Set(
    changes.filter(({ action }) => action !== 'removed').map(({ configMap }) => configMap),
  );
  const byPlan = groupBy(users, ({ planId }) => planId);
  return {
    namespace,
    changes: changes.map((change) =>
      change.planId === undefined ? change : { ...change, instances: byPlan.get(change.planId)?.length ?? 0 },
    ),
    breaks: impactOf(oldEntries ?? [], newEntries ?? [], users).map((impact) =>
      breakOf(impact, breakingReason(annotated.get(impact.configMap))),
    ),
    conflicts: [...findConflicts(newEntries ?? [])]
      .filter(([configMap]) => published.has(configMap))
      .map(([configMap, message]) => ({ configMap, rule: CLUSTER_RULES['entry-conflict'].id, message })),
  };
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
