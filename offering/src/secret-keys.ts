import { isArray, isObject, items, members, readString, wrongType, type Field } from './fields.js';
import type { SecretKeys } from './model.js';
import type { Report } from './report.js';
import { DATA_KEY } from './syntax.js';

/** The coordinates that provisioning puts into a binding. */
export const COORDINATES: readonly string[] = ['uri', 'host', 'port'];

/**
 * Reads which keys are delivered under which names. No name may be one that provisioning fills in: what a Secret holds
 * is known only when it is read, but what it is to become is known now.
 */
export function readKeys(field: Field | undefined, report: Report): SecretKeys | undefined {
  if (field === undefined) return undefined;
  if (!isArray(field) && !isObject(field)) {
    wrongType(field, 'a list of keys, or an object from key in the source to key in the binding', report);
    return undefined;
  }
  const keys = new Map<string, string>();
  const targets = new Set<string>();
  const pairs = isArray(field) ? items(field).map((item) => [undefined, item] as const) : members(field);
  for (const [key, item] of pairs) {
    const target = readString(item, report, { format: DATA_KEY });
    const problem = key === undefined ? undefined : DATA_KEY.problem(key);
    if (problem !== undefined) report.add('credential-key', item, `has a key that ${problem}`);
    if (target === undefined) continue;
    checkTarget(target, targets, { item, report });
    targets.add(target);
    keys.set(key ?? target, target);
  }
  if (pairs.length === 0) {
    report.add('value-empty', field, 'names no key; name some, or remove it to deliver all');
  }
  return Object.fromEntries(keys);
}

function checkTarget(
  target: string,
  others: ReadonlySet<string>,
  { item, report }: { item: Field; report: Report },
): void {
  if (COORDINATES.includes(target.toLowerCase())) {
    const message = `delivers ${target}, which provisioning fills in; deliver it under another name`;
    report.add('credential-key', item, message);
  }
  if (others.has(target)) {
    report.add('key-duplicate', item, `delivers ${target} a second time; give each key a name of its own`);
  }
}
