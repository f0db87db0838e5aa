import { items, readString, type Field, type Format } from '../fields.js';
import { MAX_NAME } from '../limits.js';
import type { ArrayNode } from '../payload-node.js';
import type { Report } from '../report.js';
import { quote } from '../wording.js';

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
