import { items, readString, type Field, type Format } from './fields.js';
import { MAX_NAME } from './limits.js';
import type { ArrayNode } from './payload-node.js';
import type { Report } from './report.js';
import { quote } from './wording.js';

const WHITELIST_ENTRY: Format = {
  rule: 'whitelist-entry',
  problem: (text) => {
    if (text.startsWith('cf:')) {
      if (/^cf:[^/*]+\/[^/*]+$/.test(text)) return undefined;
      return `is ${quote(text)}; write cf:ORG/SPACE with the names of one organization and one space`;
    }
    const isGlob = text.length <= MAX_NAME && /^[a-z0-9*]([-a-z0-9*]*[a-z0-9*])?$/.test(text);
    return isGlob
      ? undefined
      : `is ${quote(text)}; write a namespace, a glob such as team-*, * or cf:ORG/SPACE`;
  },
};

/** Reads the whitelist of an entry (design section 2), duplicates left out with a warning. */
export function readWhitelist(list: Field<ArrayNode>, report: Report): string[] {
  const entries = new Set<string>();
  for (const item of items(list)) {
    const entry = readString(item, report, { format: WHITELIST_ENTRY });
    if (entry === undefined) continue;
    if (entries.has(entry)) report.add('whitelist-duplicate', item, `repeats ${quote(entry)}; remove it`);
    entries.add(entry);
  }
  if (list.node.items.length === 0) {
    report.add('value-empty', list, 'lets nobody in; name a namespace, or write "*" for all');
  }
  return [...entries];
}

/**
 * Whether a whitelist lets a Kubernetes namespace in. `*` stands for any characters, also none; `cf:` entries are
 * about Cloud Foundry and let no namespace in. No namespace, the empty text, is never let in.
 */
export function matchesWhitelist(whitelist: readonly string[], namespace: string): boolean {
  return (
    namespace !== '' && whitelist.some((entry) => !entry.startsWith('cf:') && matchesGlob(entry, namespace))
  );
}

/** By hand and greedy from the left, since a regular expression with many `.*` can take exponential time. */
function matchesGlob(glob: string, text: string): boolean {
  const [start = '', ...rest] = glob.split('*');
  const end = rest.pop();
  if (end === undefined) return glob === text;
  if (text.length < start.length + end.length || !text.startsWith(start) || !text.endsWith(end)) return false;
  let from = start.length;
  for (const part of rest) {
    const found = text.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return from <= text.length - end.length;
}
