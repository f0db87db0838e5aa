import { matchesLabelSelector, parseLabelSelector, SelectorError } from '@mesitis/kube/selectors';
import type { NamedEntry } from '../conflicts.js';
import type { Provision, ProviderConfiguration, WrappedResource } from '../model.js';

/** A ConfigMap of a provider that can be used. */
export interface Published {
  configMap: string;
  value: ProviderConfiguration;
}

/** The provision kind that selects wrapped objects. */
export type ObjectsProvision = Extract<Provision, { kind: 'ProvisionConfigMapObjects' }>;

/** The enabled entries among what is published, in its order. */
export function enabledEntries(published: readonly Published[]): NamedEntry[] {
  return published.flatMap(({ configMap, value }) =>
    value.type === 'catalog-entry' && value.enabled ? [{ configMap, entry: value.entry }] : [],
  );
}

/** The enabled wrapped objects among what is published, in its order. */
export function enabledResources(published: readonly Published[]): WrappedResource[] {
  return published.flatMap(({ value }) =>
    value.type === 'wrapped-resource' && value.resource.enabled ? [value.resource] : [],
  );
}

/** Whether an entry has the object made. A selector with an expression in it may select any object. */
export function selects(
  { labelSelector }: Pick<ObjectsProvision, 'labelSelector'>,
  { labels }: Pick<WrappedResource, 'labels'>,
): boolean {
  try {
    return matchesLabelSelector(parseLabelSelector(labelSelector), labels);
  } catch (error) {
    if (error instanceof SelectorError) return true;
    throw error;
  }
}
