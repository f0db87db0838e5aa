import type { KubeObject } from '@mesitis/kube';
import { usageError } from './plugin-error.js';

/** A way to a value in an object: names of fields and positions in lists. */
type FieldPath = (string | number)[];

/**
 * Sorts what belongs to objects by a field of these, as kubectl's `--sort-by` does: numbers by size, text by letters,
 * and what lacks the field first. The order of equals stays.
 * @param path of a JSONPath only this: `.metadata.name`, `{.spec.x}`, `.metadata.labels['a.b/c']`, `.list[0]`
 * @throws PluginError (usage) for any other path
 */
export function sortedBy<T>(items: readonly T[], path: string, objectOf: (item: T) => KubeObject): T[] {
  const fields = parsePath(path);
  return items
    .map((item) => ({ item, value: valueAt(objectOf(item), fields) }))
    .sort((one, other) => compare(one.value, other.value))
    .map(({ item }) => item);
}

function parsePath(path: string): FieldPath {
  const bare = /^\{(.*)\}$/s.exec(path)?.[1] ?? path;
  const dotted = /^[.[]/.test(bare) ? bare : `.${bare}`;
  const step = /\.((?:[^.[\]{}\\]|\\.)+)|\[(\d+)\]|\['([^']+)'\]/y;
  const fields: FieldPath = [];
  while (step.lastIndex < dotted.length) {
    const [, field, position, quoted] = step.exec(dotted) ?? [];
    const next = field?.replaceAll(/\\(.)/g, '$1') ?? quoted ?? (position && Number(position));
    if (next === undefined || next === '') {
      throw usageError(`--sort-by '${path}' is not the path of a field: write .metadata.creationTimestamp`);
    }
    fields.push(next);
  }
  return fields;
}

function valueAt(object: KubeObject, fields: FieldPath): unknown {
  let here: unknown = object;
  for (const field of fields) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, field)) return undefined;
    here = (here as Record<string | number, unknown>)[field];
  }
  return here;
}

function compare(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return textOf(one).localeCompare(textOf(other), 'en', { numeric: true });
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
