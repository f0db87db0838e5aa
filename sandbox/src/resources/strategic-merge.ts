import { isRecord, listMerge } from '@mesitis/kube/memory';
import type { JsonRecord } from '@mesitis/kube/memory';

/**
 * Strategic merge patch, as kubectl sends it for built-in kinds: like RFC 7386, but some lists merge by a key, and
 * directives delete or replace ("Update API Objects in Place Using kubectl patch").
 */
export function strategicMergePatch(target: unknown, patch: unknown): unknown {
  return merged(target, patch, '');
}

function merged(target: unknown, patch: unknown, field: string): unknown {
  if (Array.isArray(patch)) return mergedList(Array.isArray(target) ? target : [], patch, field);
  if (!isRecord(patch)) return patch;
  const { $patch: directive, $retainKeys: retained, ...rest } = patch;
  if (directive === 'replace') return rest;
  const base = isRecord(target) && directive !== 'delete' ? Object.entries(target) : [];
  const result = new Map(base.filter(([key]) => !Array.isArray(retained) || retained.includes(key)));
  for (const [key, value] of Object.entries(rest)) {
    const [, deletedFrom] = /^\$deleteFromPrimitiveList\/(.+)$/.exec(key) ?? [];
    if (deletedFrom !== undefined) result.set(deletedFrom, minus(result.get(deletedFrom), value));
    else if (key.startsWith('$setElementOrder/')) continue;
    else if (value === null) result.delete(key);
    else result.set(key, merged(result.get(key), value, key));
  }
  return Object.fromEntries(result);
}

function mergedList(target: readonly unknown[], patch: readonly unknown[], field: string): unknown[] {
  const items = patch.filter((item) => !(isRecord(item) && item['$patch'] === 'replace'));
  const merge = listMerge(field, items, false);
  if (merge === undefined || items.length < patch.length)
    return items.map((item) => merged(undefined, item, ''));
  if (merge === 'set') return [...new Set([...target, ...items])];
  const isSame = (a: JsonRecord, b: unknown): boolean =>
    isRecord(b) && merge.every((key) => a[key] === b[key]);
  return items.filter(isRecord).reduce<unknown[]>(
    (list, item) => {
      const at = list.findIndex((present) => isSame(item, present));
      if (item['$patch'] === 'delete') return list.filter((_, index) => index !== at);
      return at < 0 ? [...list, merged(undefined, item, '')] : list.with(at, merged(list[at], item, ''));
    },
    [...target],
  );
}

function minus(list: unknown, removed: unknown): unknown {
  if (!Array.isArray(list) || !Array.isArray(removed)) return list;
  const gone: unknown[] = removed;
  return list.filter((item) => !gone.includes(item));
}
