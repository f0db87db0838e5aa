import type { CatalogEntry } from './model.js';

/** The name of the OSB service that an entry belongs to: `team-offering`. */
export function serviceName({ team, offering }: Pick<CatalogEntry, 'team' | 'offering'>): string {
  return `${team}-${offering}`;
}

/** The name of the OSB plan that an entry is: `team-offering-version`. */
export function planName(entry: Pick<CatalogEntry, 'team' | 'offering' | 'version'>): string {
  return `${serviceName(entry)}-${entry.version}`;
}

/** The id of the OSB service. A lone entry's is its `uuid`, so it does not change when other entries come and go. */
export function serviceId({ serviceUuid, uuid }: Pick<CatalogEntry, 'serviceUuid' | 'uuid'>): string {
  return serviceUuid ?? uuid;
}

/** The id of the OSB plan. */
export function planId({ uuid }: Pick<CatalogEntry, 'uuid'>): string {
  return uuid;
}
