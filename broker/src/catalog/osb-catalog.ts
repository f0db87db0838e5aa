import type { JsonObject } from '@mesitis/kube';
import type { CatalogEntry } from '@mesitis/offering';
import { planId, planName, serviceId, serviceName } from '@mesitis/offering';

/** An OSB service plan as published (OSB 2.17, "Service Plan Object"; osb.md 1.2 C4). */
export interface OsbPlan {
  id: string;
  name: string;
  description: string;
  free: boolean;
  bindable: boolean;
  plan_updateable: boolean;
  binding_rotatable: boolean;
  metadata: JsonObject;
  schemas?: JsonObject;
}

/** An OSB service offering as published (OSB 2.17, "Service Offering Object"; osb.md 1.2 C3). */
export interface OsbService {
  id: string;
  name: string;
  description: string;
  bindable: boolean;
  plan_updateable: boolean;
  instances_retrievable: boolean;
  bindings_retrievable: boolean;
  allow_context_updates: boolean;
  tags: string[];
  metadata: JsonObject;
  plans: OsbPlan[];
}

/** The only JSON Schema dialect that every platform takes (osb.md C7). */
const DEFAULT_DIALECT = 'http://json-schema.org/draft-04/schema#';

/**
 * Publishes entries as services with plans, one service for each service id. What belongs to the service as a whole is
 * taken from its newest version. `free`, `bindable` and `plan_updateable` are always written out, because Service
 * Catalog takes a missing `free` for false (osb.md 4.1). Services are sorted by name, plans newest first.
 */
export function toServices(entries: readonly CatalogEntry[]): OsbService[] {
  const byService = new Map<string, CatalogEntry[]>();
  for (const entry of entries) {
    const id = serviceId(entry);
    byService.set(id, [...(byService.get(id) ?? []), entry]);
  }
  return [...byService.values()]
    .map((versions) => toService(versions.toSorted(newestFirst)))
    .toSorted((a, b) => compareText(a.name, b.name));
}

function toService(versions: readonly CatalogEntry[]): OsbService {
  const [newest] = versions;
  if (newest === undefined) throw new RangeError('a service has at least one version');
  return {
    id: serviceId(newest),
    name: serviceName(newest),
    description: newest.description,
    bindable: newest.bindable,
    plan_updateable: true,
    instances_retrievable: true,
    bindings_retrievable: true,
    allow_context_updates: true,
    tags: [...new Set(versions.flatMap((entry) => entry.tags))],
    metadata: defined({
      displayName: newest.displayName,
      documentationUrl: newest.documentationUrl,
      supportUrl: newest.supportUrl,
      imageUrl: newest.imageUrl,
    }),
    plans: versions.map(toPlan),
  };
}

function toPlan(entry: CatalogEntry): OsbPlan {
  const schemas = toSchemas(entry);
  return {
    id: planId(entry),
    name: planName(entry),
    description: entry.description,
    free: entry.free,
    bindable: entry.bindable,
    plan_updateable: true,
    binding_rotatable: entry.bindable,
    metadata: {
      ...defined({ displayName: entry.displayName }),
      mesitis: {
        team: entry.team,
        offering: entry.offering,
        version: entry.version,
        whitelist: entry.whitelist,
        provisionKind: entry.provision.kind,
        credentialKind: entry.credential.kind,
        // What a platform says in the Secret of a binding, and in which shape it writes it.
        ...(entry.binding === undefined ? {} : { binding: entry.binding }),
      },
    },
    ...(schemas === undefined ? {} : { schemas }),
  };
}

function toSchemas({ parameters, bindParameters }: CatalogEntry): JsonObject | undefined {
  if (parameters === undefined && bindParameters === undefined) return undefined;
  return {
    ...(parameters === undefined
      ? {}
      : { service_instance: { create: published(parameters), update: published(partial(parameters)) } }),
    ...(bindParameters === undefined ? {} : { service_binding: { create: published(bindParameters) } }),
  };
}

function published(schema: JsonObject): JsonObject {
  return { parameters: { $schema: DEFAULT_DIALECT, ...schema } };
}

/** Parameters of an update are merged into those in force, so it may name any of them. */
function partial({ required, ...schema }: JsonObject): JsonObject {
  return schema;
}

/** The minor versions at which the catalog's body changes, newest first. */
export const CATALOG_MINORS = [17, 15, 0] as const;

/**
 * The catalog's body for a platform that speaks 2.`minor`: fields that came later are left out, because strict readers of
 * older versions refuse what they don't know (osb.md 2.2).
 */
export function catalogBody(services: readonly OsbService[], minor: number): string {
  if (minor >= 17) return JSON.stringify({ services });
  // JSON.stringify leaves out what is undefined.
  const later = minor >= 15 ? {} : { plan_updateable: undefined };
  return JSON.stringify({
    services: services.map((service) => ({
      ...service,
      ...(minor >= 15 ? {} : { allow_context_updates: undefined }),
      plans: service.plans.map((plan) => ({ ...plan, ...later, binding_rotatable: undefined })),
    })),
  });
}

function defined(values: Record<string, string | undefined>): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(values)) if (value !== undefined) result[key] = value;
  return result;
}

const versionOrder = new Intl.Collator('en', { numeric: true });

function newestFirst(a: CatalogEntry, b: CatalogEntry): number {
  return versionOrder.compare(b.version, a.version) || compareText(a.uuid, b.uuid);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
