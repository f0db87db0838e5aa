import { groupBy } from './group-by.js';
import type { CatalogEntry } from './model.js';
import { planId, planName, serviceId, serviceName } from './names.js';
import { listing, quote } from './wording.js';

/** An entry and the name of its ConfigMap. */
export interface NamedEntry {
  configMap: string;
  entry: CatalogEntry;
}

/** Entries that have the same `same` must have the same `key`. */
interface Check {
  same: (entry: CatalogEntry) => string;
  key: (named: NamedEntry) => string;
  sentence: (value: string, others: string) => string;
}

const CHECKS: readonly Check[] = [
  {
    same: planId,
    key: ({ configMap }) => configMap,
    sentence: (id, others) => `The uuid ${id} is also that of ${others}; give each entry a uuid of its own`,
  },
  {
    same: planName,
    key: ({ configMap }) => configMap,
    sentence: (plan, others) => `The plan ${plan} is also published by ${others}; change the version of one`,
  },
  {
    same: serviceName,
    key: ({ entry }) => JSON.stringify([entry.team, entry.offering]),
    sentence: (service, others) =>
      `The service name ${service} is also made up by the team and offering of ${others}; rename one`,
  },
  {
    same: serviceName,
    key: ({ entry }) => serviceId(entry),
    sentence: (service, others) =>
      `The service ${service} has other versions with another service id in ${others}; give all the same serviceuuid`,
  },
  {
    same: serviceId,
    key: ({ entry }) => serviceName(entry),
    sentence: (id, others) =>
      `The service id ${id} is also that of another service in ${others}; give each service a serviceuuid of its own`,
  },
];

/**
 * Finds entries of one broker that can't stand together: the same uuid, the same version of an offering twice,
 * versions of one offering without a common service id (`serviceuuid`, or the `uuid` of an entry without it), one
 * service id or one service name for two offerings (design section 2; OSB 2.17, "Catalog Management").
 *
 * All entries of a conflict are named, whichever came first: nothing tells which one is right, and a choice would
 * change with the order in which they are read. Pass enabled entries only; disabled ones are in nobody's way.
 *
 * @returns the first conflict of each entry that has one, as a sentence, by the ConfigMap's name
 */
export function findConflicts(entries: readonly NamedEntry[]): Map<string, string> {
  const conflicts = new Map<string, string>();
  for (const { same, key, sentence } of CHECKS) {
    for (const [value, group] of groupBy(entries, ({ entry }) => same(entry))) {
      if (new Set(group.map(key)).size < 2) continue;
      for (const named of group) {
        if (conflicts.has(named.configMap)) continue;
        const others = group.filter((other) => key(other) !== key(named)).map(({ configMap }) => configMap);
        conflicts.set(named.configMap, sentence(quote(value), listing(summary(others))));
      }
    }
  }
  return conflicts;
}

/** Whether two entries can be in conflict at all: whatever they must not share, one of these is the same. */
export function mayConflict(one: CatalogEntry, other: CatalogEntry): boolean {
  return IDENTITIES.some(([, identity]) => identity(one) === identity(other));
}

/** What an entry is known by, as keys: entries without a common one can't be in conflict ({@link mayConflict}). */
export function identitiesOf(entry: CatalogEntry): string[] {
  return IDENTITIES.map(([what, identity]) => `${what} ${identity(entry)}`);
}

const IDENTITIES: readonly (readonly [string, (entry: CatalogEntry) => string])[] = [
  ['plan-id', planId],
  ['plan', planName],
  ['service', serviceName],
  ['service-id', serviceId],
];

/** The most ConfigMaps that a sentence names. */
const MAX_NAMED = 3;

function summary(names: readonly string[]): string[] {
  const sorted = names.toSorted().map((name) => `ConfigMap ${name}`);
  const rest = sorted.length - MAX_NAMED;
  return rest > 0 ? [...sorted.slice(0, MAX_NAMED), `${rest} more`] : sorted;
}
