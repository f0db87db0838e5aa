import type { Json, ObjectRef } from '@mesitis/kube';
import { parse } from 'yaml';
import { isJsonObject, member } from '../json.js';

/** What of a release is in the cluster. */
export interface Leftovers {
  /** The objects of the release that exist, without those that the chart tells helm to keep. */
  objects: ObjectRef[];
  /** The objects of hooks that have run and that helm leaves behind: it removes them only before their next run. */
  hooks: ObjectRef[];
}

/** The annotation by which a chart keeps an object beyond its release. */
const POLICY = 'helm.sh/resource-policy';

/** Reads `helm status --output json`. @param namespace of the release, for hooks that don't name theirs */
export function leftoversOf(status: Json, namespace: string): Leftovers {
  const resources = at(status, 'info', 'resources');
  const objects = isJsonObject(resources) ? Object.values(resources).flatMap(listOf) : [];
  return {
    objects: objects
      .filter((object) => at(object, 'metadata', 'annotations', POLICY) !== 'keep')
      .flatMap((object) => toRef(object)),
    hooks: listOf(at(status, 'hooks'))
      .filter(staysBehind)
      .flatMap((hook) => toRef(manifestOf(hook), namespace)),
  };
}

/**
 * A hook that ran and is removed before its next run, which is the default: then what has its name is the chart's.
 * Under the other policies helm removes it itself, as far as the chart wants.
 */
function staysBehind(hook: Json): boolean {
  const policies = listOf(at(hook, 'delete_policies'));
  const hasRun = ![undefined, '', 'Unknown'].includes(textAt(hook, 'last_run', 'phase'));
  return hasRun && (policies.length === 0 || policies.includes('before-hook-creation'));
}

function manifestOf(hook: Json): Json {
  try {
    return parse(textAt(hook, 'manifest') ?? '') as Json;
  } catch {
    // Helm has read it before; what it can't read now can't have run.
    return null;
  }
}

function toRef(object: Json, namespace?: string): ObjectRef[] {
  const apiVersion = textAt(object, 'apiVersion');
  const kind = textAt(object, 'kind');
  const name = textAt(object, 'metadata', 'name');
  if (apiVersion === undefined || kind === undefined || name === undefined) return [];
  const inside = textAt(object, 'metadata', 'namespace') ?? namespace;
  return [{ apiVersion, kind, ...(inside === undefined ? {} : { namespace: inside }), name }];
}

function at(value: Json | undefined, ...path: string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (found, key) => (isJsonObject(found) ? member(found, key) : undefined),
    value,
  );
}

function textAt(value: Json, ...path: string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
