import { isDeepStrictEqual } from 'node:util';
import {
  planId,
  type CatalogEntry,
  type ProviderConfiguration,
  type WrappedResource,
} from '@mesitis/offering';
import type { PlannedConfigMap } from './proposed.js';

/** One thing that is published anew, differently or no longer. */
export interface Change {
  action: 'new' | 'changed' | 'removed';
  type: 'offering' | 'object';
  /** The ConfigMap's name. */
  configMap: string;
  /** `team-offering:version`, or the kind and name of an object as written. */
  title: string;
  /** Of what is changed, the keys that differ; never their values, which may be credentials. */
  keys: string[];
  /** Of an offering that was there before: its id in the catalog. */
  planId?: string;
}

/** What differs between what is published before and after, in the order of the ConfigMaps' names. Pure. */
export function compare(before: readonly PlannedConfigMap[], after: readonly PlannedConfigMap[]): Change[] {
  const [old, next] = [byName(before), byName(after)];
  return [...new Set([...old.keys(), ...next.keys()])].toSorted().flatMap((configMap): Change[] => {
    const [was, becomes] = [enabled(old.get(configMap)), enabled(next.get(configMap))];
    if (was === undefined)
      return becomes === undefined ? [] : [{ ...describe(becomes), configMap, action: 'new', keys: [] }];
    const gone = { ...describe(was), ...idOf(was) };
    if (becomes === undefined) return [{ ...gone, configMap, action: 'removed', keys: [] }];
    if (was.type !== becomes.type) {
      return [
        { ...gone, configMap, action: 'removed', keys: [] },
        { ...describe(becomes), configMap, action: 'new', keys: [] },
      ];
    }
    const keys = differing(partsOf(was), partsOf(becomes));
    return keys.length === 0
      ? []
      : [{ ...describe(becomes), ...idOf(was), configMap, action: 'changed', keys }];
  });
}

function byName(all: readonly PlannedConfigMap[]): Map<string, ProviderConfiguration> {
  return new Map(all.map(({ name, value }) => [name, value]));
}

/** What is disabled is not published. */
function enabled(value: ProviderConfiguration | undefined): ProviderConfiguration | undefined {
  if (value === undefined) return undefined;
  return (value.type === 'catalog-entry' ? value.enabled : value.resource.enabled) ? value : undefined;
}

function describe(value: ProviderConfiguration): Pick<Change, 'type' | 'title'> {
  return value.type === 'catalog-entry'
    ? { type: 'offering', title: titleOf(value.entry) }
    : { type: 'object', title: `${value.resource.kind} ${value.resource.object.metadata.name}` };
}

/** As the catalog shows a plan. */
export function titleOf({ team, offering, version }: CatalogEntry): string {
  return `${team}-${offering}:${version}`;
}

function idOf(value: ProviderConfiguration): Pick<Change, 'planId'> {
  return value.type === 'catalog-entry' ? { planId: planId(value.entry) } : {};
}

function partsOf(value: ProviderConfiguration): Record<string, unknown> {
  return value.type === 'catalog-entry' ? entryParts(value.entry) : objectParts(value.resource);
}

/** By their keys as the documentation writes them, in small letters. */
function entryParts(entry: CatalogEntry): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(entry).map(([key, value]) => [key.toLowerCase(), value as unknown]),
  );
}

function objectParts({ object, order, offering, labels }: WrappedResource): Record<string, unknown> {
  return { ...object, order, offering, labels };
}

function differing(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.filter((key) => !isDeepStrictEqual(before[key], after[key])).toSorted();
}
