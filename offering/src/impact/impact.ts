import { isDeepStrictEqual } from 'node:util';
import type { NamedEntry } from '../conflicts.js';
import { groupBy } from '../group-by.js';
import type { JsonObject } from '../json.js';
import type { CatalogEntry } from '../model.js';
import { planId, planName, serviceId } from '../names.js';
import { checkParameters } from '../schema.js';
import { matchesWhitelist } from '../whitelist/index.js';
import { listing, quote } from '../wording.js';

/** The annotation by which an author lets a change pass that breaks instances; its value is the reason. */
export const ALLOW_BREAKING = 'mesitis/allow-breaking';

/** Somebody who uses an offering: an instance that exists, or is being made or changed. */
export interface LiveInstance {
  /** The consumer's namespace and the instance's name in it. */
  namespace: string;
  name: string;
  /** The plan's id in the catalog, which is the `uuid` of an entry. */
  planId: string;
  /** Left out when they are not fully known, say because some come from a Secret: then no schema is held against them. */
  parameters?: JsonObject;
}

/** In what way a change breaks instances; the names of the rules against it. */
export type ImpactKind =
  | 'id-changed'
  | 'in-use-removed'
  | 'in-use-kind'
  | 'in-use-whitelist'
  | 'in-use-schema';

/** One way in which a change of what is published breaks instances of one entry. */
export interface Impact {
  kind: ImpactKind;
  /** The ConfigMap and the entry as they were. */
  configMap: string;
  entry: CatalogEntry;
  /** The entry as it will be; absent when there will be none. */
  after?: NamedEntry;
  /** Who is affected, sorted by namespace and name; never empty. */
  users: LiveInstance[];
  /** The key of the entry that breaks it; absent when the entry as a whole does. */
  key?: 'uuid' | 'serviceuuid' | 'provisionkind' | 'whitelist' | 'parameters';
  /** What changes, without who is affected: "changes provisionkind from X to Y". Holds no parameter. */
  change: string;
}

/**
 * What a change of the enabled entries of one broker does to the instances that live. An entry is the same as before
 * when its `uuid` is; an entry of the same ConfigMap, or of the same name and version, under another `uuid` is one whose
 * id changed. Pure; says nothing of entries that nobody uses, nor of what was broken before.
 */
export function impactOf(
  before: readonly NamedEntry[],
  after: readonly NamedEntry[],
  users: readonly LiveInstance[],
): Impact[] {
  const byPlan = groupBy(users.toSorted(byName), (user) => user.planId);
  return before.flatMap((named) => {
    const affected = byPlan.get(planId(named.entry)) ?? [];
    return affected.length === 0 ? [] : impactOn(named, after, affected);
  });
}

/** Why a change may break instances: what {@link ALLOW_BREAKING} says; undefined when it says nothing. */
export function breakingReason(
  annotations: Readonly<Record<string, unknown>> | undefined,
): string | undefined {
  const reason = annotations?.[ALLOW_BREAKING];
  return typeof reason === 'string' && reason.trim() !== '' ? reason : undefined;
}

/** The users as `namespace/name`, at most so many of them, "and N more". */
export function listUsers(users: readonly Pick<LiveInstance, 'namespace' | 'name'>[], max = 20): string {
  const names = users.slice(0, max).map(({ namespace, name }) => `${namespace}/${name}`);
  const rest = users.length - names.length;
  return listing(rest > 0 ? [...names, `${rest} more`] : names);
}

function impactOn(named: NamedEntry, after: readonly NamedEntry[], users: LiveInstance[]): Impact[] {
  const { entry, configMap } = named;
  const next = after.find((other) => planId(other.entry) === planId(entry));
  if (next === undefined) return [vanished(named, after, users)];
  return CHANGES.flatMap(({ kind, key, change, breaks }) => {
    const text = change(entry, next.entry);
    const affected = text === undefined ? [] : users.filter((user) => breaks(user, entry, next.entry));
    if (text === undefined || affected.length === 0) return [];
    return [{ kind, key, configMap, entry, after: next, users: affected, change: text }];
  });
}

function vanished(named: NamedEntry, after: readonly NamedEntry[], users: LiveInstance[]): Impact {
  const { entry, configMap } = named;
  const renamed =
    after.find((other) => other.configMap === configMap) ??
    after.find((other) => planName(other.entry) === planName(entry));
  const common = { configMap, entry, users };
  if (renamed === undefined) {
    return {
      ...common,
      kind: 'in-use-removed',
      change: `takes ${quote(planName(entry))} out of the catalog`,
    };
  }
  const change = `changes uuid from ${quote(entry.uuid)} to ${quote(renamed.entry.uuid)}`;
  return { ...common, kind: 'id-changed', key: 'uuid', after: renamed, change };
}

/** How an entry that stays can break its instances. */
interface Change {
  kind: ImpactKind;
  key: NonNullable<Impact['key']>;
  /** What changes; undefined: nothing. */
  change: (before: CatalogEntry, after: CatalogEntry) => string | undefined;
  breaks: (user: LiveInstance, before: CatalogEntry, after: CatalogEntry) => boolean;
}

const CHANGES: readonly Change[] = [
  {
    kind: 'id-changed',
    key: 'serviceuuid',
    change: (before, after) => fromTo('the id of the service', serviceId(before), serviceId(after)),
    breaks: () => true,
  },
  {
    kind: 'in-use-kind',
    key: 'provisionkind',
    change: (before, after) => fromTo('provisionkind', before.provision.kind, after.provision.kind),
    breaks: () => true,
  },
  {
    kind: 'in-use-whitelist',
    key: 'whitelist',
    change: () => 'no longer lets in namespaces that have instances',
    breaks: ({ namespace }, before, after) =>
      matchesWhitelist(before.whitelist, namespace) && !matchesWhitelist(after.whitelist, namespace),
  },
  {
    kind: 'in-use-schema',
    key: 'parameters',
    change: (before, after) =>
      isDeepStrictEqual(before.parameters, after.parameters)
        ? undefined
        : 'asks for parameters that instances do not have',
    breaks: ({ parameters }, before, after) =>
      parameters !== undefined && meets(parameters, before) && !meets(parameters, after),
  },
];

function fromTo(what: string, before: string, after: string): string | undefined {
  return before === after ? undefined : `changes ${what} from ${quote(before)} to ${quote(after)}`;
}

function meets(parameters: JsonObject, { parameters: schema }: CatalogEntry): boolean {
  return schema === undefined || checkParameters(schema, parameters).ok;
}

function byName(a: LiveInstance, b: LiveInstance): number {
  return compareText(a.namespace, b.namespace) || compareText(a.name, b.name);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
