import {
  enabledEntries,
  enabledResources,
  renderProvision,
  renderTemplate,
  sampleScope,
  selects,
  TemplateError,
  type CatalogEntry,
  type JsonObject,
  type NamedEntry,
  type Published,
  type WrappedResource,
} from '@mesitis/offering';
import type { KubeObject } from '@mesitis/kube';

/** An object as a made-up instance would have it, and whose it is. */
export interface Sample {
  /** The ConfigMaps of the entry and of the object. */
  entry: string;
  resource: string;
  object: KubeObject;
}

/**
 * The objects that a made-up instance would have and that a ConfigMap has a part in: those that an entry selects, or one
 * object for each entry that selects it. What can't be made up, because no parameters fit or an expression has no
 * value for them, is left out. Pure.
 */
export function samplesOf({ configMap, value }: Published, neighbours: readonly Published[]): Sample[] {
  if (value.type === 'catalog-entry') {
    if (!value.enabled) return [];
    return samplesOfEntry({ configMap, entry: value.entry }, enabledResources(neighbours));
  }
  if (!value.resource.enabled) return [];
  const resource = { ...value.resource, configMap };
  return enabledEntries(neighbours).flatMap((entry) => samplesOfEntry(entry, [resource]));
}

function samplesOfEntry({ configMap, entry }: NamedEntry, resources: readonly WrappedResource[]): Sample[] {
  const { provision } = entry;
  if (provision.kind !== 'ProvisionConfigMapObjects') return [];
  return resources
    .filter((resource) => selects(provision, resource))
    .flatMap((resource) => {
      const object = sampleObject(entry, resource);
      return object === undefined ? [] : [{ entry: configMap, resource: resource.configMap, object }];
    });
}

function sampleObject(entry: CatalogEntry, { object }: WrappedResource): KubeObject | undefined {
  const scope = sampleScope(entry);
  if (scope === undefined) return undefined;
  try {
    const provision = renderProvision(entry.provision, scope, samplePassword);
    const rendered = renderTemplate(object as JsonObject, scope, samplePassword) as unknown as KubeObject;
    const namespace = 'namespace' in provision ? provision.namespace : undefined;
    return {
      ...rendered,
      metadata: { ...rendered.metadata, ...(namespace === undefined ? {} : { namespace }) },
    };
  } catch (error) {
    if (error instanceof TemplateError) return undefined;
    throw error;
  }
}

const samplePassword = (_key: string, length: number): string => 'x'.repeat(length);
