import { isDeepStrictEqual } from 'node:util';
import {
  ALLOW_BREAKING,
  breakingReason,
  CLUSTER_RULES,
  impactOf,
  listUsers,
  planId,
  serviceId,
  type CatalogEntry,
  type Impact,
  type LiveInstance,
  type NamedEntry,
  type Violation,
} from '@mesitis/offering';

/** How many users a message names. */
const NAMED_USERS = 20;

/** A change of one ConfigMap, as far as the catalog is concerned. */
export interface EntryChange {
  /** The entry that the ConfigMap published. */
  before: NamedEntry;
  /** What is published afterwards, by this ConfigMap and by those beside it. */
  after: readonly NamedEntry[];
}

/** Whether a change can break anything at all, whoever uses the entry: most can't, and then nobody has to be asked for. */
export function mayBreak({ before, after }: EntryChange): boolean {
  const next = after.find(({ entry }) => planId(entry) === planId(before.entry));
  return next === undefined || !isDeepStrictEqual(usedPart(before.entry), usedPart(next.entry));
}

function usedPart(entry: CatalogEntry): unknown {
  const { whitelist, parameters, provision } = entry;
  return { service: serviceId(entry), kind: provision.kind, whitelist, parameters };
}

/** Where the answer points, and whether the author wants the change all the same. */
export interface Standpoint {
  /** The path of the payload: `data.wrapped-resource`. */
  payload: string;
  /** The annotations of the ConfigMap as it is written or, when it is deleted, as it is. */
  annotations: Readonly<Record<string, unknown>>;
}

/**
 * What a change breaks for those who use the entry, with their names: an error, or a warning when the annotation
 * {@link ALLOW_BREAKING} holds a reason. Pure; design section 4.
 */
export function judgeInUse(
  { before, after }: EntryChange,
  users: readonly LiveInstance[],
  { payload, annotations }: Standpoint,
): Violation[] {
  const isAllowed = breakingReason(annotations) !== undefined;
  return impactOf([before], after, users).map(({ kind, key, change, users: affected }: Impact) => {
    const { id: rule, severity } = CLUSTER_RULES[kind];
    const whom = `${change}, and that breaks ${listUsers(affected, NAMED_USERS)}`;
    const message = isAllowed
      ? `${whom}; it passes because of the annotation ${ALLOW_BREAKING}`
      : `${whom}; let them move or be given back first, or annotate this ConfigMap with ${ALLOW_BREAKING}: "<reason>"`;
    return {
      rule,
      severity: isAllowed ? 'warning' : severity,
      path: key === undefined ? payload : `${payload}: ${key}`,
      message,
    };
  });
}
