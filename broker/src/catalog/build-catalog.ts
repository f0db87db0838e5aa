import type { KubeObject } from '@mesitis/kube';
import type {
  CatalogEntry,
  NamedEntry,
  Parsed,
  ProviderConfigMap,
  ProviderConfiguration,
  WrappedResource,
} from '@mesitis/offering';
import {
  findConflicts,
  formatViolations,
  LABELS,
  parseProviderConfigMap,
  planId,
  serviceId,
} from '@mesitis/offering';
import { isJsonObject } from '../json.js';
import type { Capabilities } from './capabilities.js';
import { incapacity } from './capabilities.js';
import type { OsbService } from './osb-catalog.js';
import { toServices } from './osb-catalog.js';

/** One plan that can be provisioned, with the entry that stands behind it. */
export interface CatalogPlan {
  serviceId: string;
  planId: string;
  entry: CatalogEntry;
  /** The ConfigMap that it comes from, for reports. */
  configMap: string;
}

/** A ConfigMap that is left out, and why. The reason never quotes the payload's values. */
export interface RejectedConfigMap {
  configMap: string;
  reason: string;
}

/** An enabled wrapped resource that is left out; its labels tell to which offerings it belongs. */
export interface RejectedResource extends RejectedConfigMap {
  labels: Readonly<Record<string, string>>;
}

/** What the provider's ConfigMaps amount to. */
export interface Catalog {
  services: readonly OsbService[];
  plans: ReadonlyMap<string, CatalogPlan>;
  serviceIds: ReadonlySet<string>;
  /** The enabled wrapped resources, for ProvisionConfigMapObjects to select from. */
  resources: readonly WrappedResource[];
  /** Enabled wrapped resources that can't be made: an offering that selects one would be incomplete. */
  rejectedResources: readonly RejectedResource[];
  rejected: readonly RejectedConfigMap[];
}

/** Reads one ConfigMap; a parameter so that a caller may remember what it parsed before. */
export type ParseConfigMap = (configMap: KubeObject) => Parsed<ProviderConfiguration>;

/**
 * Builds the catalog from the ConfigMaps labelled `mesitis/kind`. Disabled ones are passed over; what does not parse,
 * what this process is not set up for and entries that can't stand together are left out with a reason, and the rest is
 * published all the same: one team member's mistake must not take the other offerings away.
 */
export function buildCatalog(
  configMaps: readonly KubeObject[],
  capabilities: Capabilities,
  parse: ParseConfigMap = parseConfigMap,
): Catalog {
  const entries: NamedEntry[] = [];
  const resources: WrappedResource[] = [];
  const rejectedEntries: RejectedConfigMap[] = [];
  const rejectedResources: RejectedResource[] = [];
  for (const object of configMaps) {
    const { name: configMap = '', labels = {} } = object.metadata;
    // Also when it does not validate: whoever disabled it knows.
    if (labels[LABELS.enabled] === 'false') continue;
    const outcome = judge(parse(object), capabilities);
    if (outcome.reason !== undefined) {
      const { reason } = outcome;
      // In any letter case, as offering reads it.
      const isEntry = labels[LABELS.kind]?.toLowerCase() === 'catalog-entry';
      if (isEntry) rejectedEntries.push({ configMap, reason });
      else rejectedResources.push({ configMap, reason, labels });
    } else if (outcome.configuration.type === 'catalog-entry') {
      entries.push({ configMap, entry: outcome.configuration.entry });
    } else {
      resources.push(outcome.configuration.resource);
    }
  }
  const conflicts = findConflicts(entries);
  for (const [configMap, reason] of conflicts) rejectedEntries.push({ configMap, reason });
  return {
    ...publish(entries.filter(({ configMap }) => !conflicts.has(configMap))),
    resources,
    rejectedResources,
    rejected: [...rejectedEntries, ...rejectedResources]
      .map(({ configMap, reason }) => ({ configMap, reason }))
      .toSorted((a, b) => (a.configMap < b.configMap ? -1 : 1)),
  };
}

/** What is to be published or made, or why it can't be. */
function judge(
  parsed: Parsed<ProviderConfiguration>,
  capabilities: Capabilities,
): { configuration: ProviderConfiguration; reason?: never } | { reason: string } {
  if (!parsed.ok) return { reason: formatViolations(parsed.violations) };
  const reason = incapacity(parsed.value, capabilities);
  return reason === undefined ? { configuration: parsed.value } : { reason };
}

function publish(entries: readonly NamedEntry[]): Pick<Catalog, 'services' | 'plans' | 'serviceIds'> {
  const plans = entries.map(({ configMap, entry }) => ({
    serviceId: serviceId(entry),
    planId: planId(entry),
    entry,
    configMap,
  }));
  return {
    services: toServices(entries.map(({ entry }) => entry)),
    plans: new Map(plans.map((plan) => [plan.planId, plan])),
    serviceIds: new Set(plans.map((plan) => plan.serviceId)),
  };
}

/** Parses a ConfigMap as the API server delivers it. */
export function parseConfigMap(object: KubeObject): Parsed<ProviderConfiguration> {
  return parseProviderConfigMap(toProviderConfigMap(object));
}

function toProviderConfigMap({ metadata, ...fields }: KubeObject): ProviderConfigMap {
  const { name, namespace, labels, annotations } = metadata;
  const data = strings(fields['data']);
  const binaryData = strings(fields['binaryData']);
  return {
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    ...(data === undefined ? {} : { data }),
    ...(binaryData === undefined ? {} : { binaryData }),
  };
}

/** `data` and `binaryData` are maps of strings on every server; whatever else turns up is no data. */
function strings(value: unknown): Record<string, string> | undefined {
  if (!isJsonObject(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}
