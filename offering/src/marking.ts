import { labelKeyProblem, labelValueProblem } from '@mesitis/kube/selectors';
import { LABELS, RESERVED_PREFIX } from './labels.js';
import type { WrappedKind } from './model.js';
import { configMapPath, type Path } from './path.js';
import type { Report } from './report.js';
import { listing, nearest, quote } from './wording.js';

/** The kinds of objects that can be wrapped. */
export const WRAPPED_KINDS: readonly WrappedKind[] = [
  'Deployment',
  'Service',
  'Pod',
  'ReplicaSet',
  'ConfigMap',
  'Secret',
];

const CATALOG_ENTRY = 'catalog-entry';
const PREFIX = 'wrapped-';

/** What the label `mesitis/kind` says: an entry, or one of the six kinds. */
export function readKindLabel(
  labels: ReadonlyMap<string, unknown>,
  report: Report,
): WrappedKind | typeof CATALOG_ENTRY | undefined {
  const value = labels.get(LABELS.kind);
  if (typeof value !== 'string') {
    missing(LABELS.kind, 'kind-label', value, report);
    return undefined;
  }
  const word = value.toLowerCase();
  if (word === CATALOG_ENTRY) return CATALOG_ENTRY;
  const name = word.startsWith(PREFIX) ? word.slice(PREFIX.length) : word;
  const kind = WRAPPED_KINDS.find((known) => known.toLowerCase() === name);
  if (kind !== undefined) return kind;
  const known = [CATALOG_ENTRY, ...WRAPPED_KINDS.map((wrapped) => PREFIX + wrapped.toLowerCase())];
  const meant = nearest(word, known);
  const remedy = meant === undefined ? `use one of ${listing(known, 'or')}` : `did you mean ${meant}`;
  report.add(
    'kind-label',
    { path: labelPath(LABELS.kind) },
    `is ${quote(value)}, an unknown kind; ${remedy}`,
  );
  return undefined;
}

/** What the label `mesitis/enabled` says. */
export function readEnabledLabel(labels: ReadonlyMap<string, unknown>, report: Report): boolean | undefined {
  const value = labels.get(LABELS.enabled);
  if (typeof value !== 'string') {
    missing(LABELS.enabled, 'enabled-label', value, report);
    return undefined;
  }
  if (value === 'true' || value === 'false') return value === 'true';
  const place = { path: labelPath(LABELS.enabled) };
  report.add('enabled-label', place, `is ${quote(value)}; write "true" or "false"`);
  return undefined;
}

/** What the label `mesitis/offering` says. */
export function readOfferingLabel(labels: ReadonlyMap<string, unknown>, report: Report): string | undefined {
  const value = labels.get(LABELS.offering);
  if (typeof value === 'string' && value !== '') return value;
  missing(LABELS.offering, 'offering-label', value, report);
  return undefined;
}

/** What the label `mesitis/order` says: orders compare as numbers, so that 10 comes after 9. */
export function readOrderLabel(labels: ReadonlyMap<string, unknown>, report: Report): number | undefined {
  const value = labels.get(LABELS.order);
  if (typeof value !== 'string') {
    missing(LABELS.order, 'order-label', value, report);
    return undefined;
  }
  const order = Number(value);
  if (/^-?\d+(\.\d+)?$/.test(value) && Number.isFinite(order)) return order;
  report.add(
    'order-label',
    { path: labelPath(LABELS.order) },
    `is ${quote(value)}; write a number such as "10"`,
  );
  return undefined;
}

/** The labels as strings. Those that the API server would not take, and `mesitis/` labels unknown to us, are noted. */
export function readLabels(labels: ReadonlyMap<string, unknown>, report: Report): Record<string, string> {
  const known: readonly string[] = Object.values(LABELS);
  const read = new Map<string, string>();
  for (const [key, value] of labels) {
    const path = labelPath(key);
    if (typeof value !== 'string') {
      report.add('label-value', { path }, 'must be a string; put it in quotes');
      continue;
    }
    const keyProblem = labelKeyProblem(key);
    const problem = keyProblem === undefined ? labelValueProblem(value) : `has a key that ${keyProblem}`;
    if (problem !== undefined) report.add('label-value', { path }, `${problem}; correct it`);
    if (key.startsWith(RESERVED_PREFIX) && !known.includes(key)) {
      const meant = nearest(key, known);
      const remedy = meant === undefined ? 'remove it' : `did you mean ${meant}`;
      report.add('label-unknown', { path }, `is not a label that Mesitis reads; ${remedy}`);
    }
    read.set(key, value);
  }
  return Object.fromEntries(read);
}

type LabelRule = 'kind-label' | 'enabled-label' | 'offering-label' | 'order-label';

const REMEDIES: Readonly<Record<LabelRule, string>> = {
  'kind-label': `write ${CATALOG_ENTRY}, or ${PREFIX} and the kind of the object`,
  'enabled-label': 'write "true" to publish it, or "false" to keep it back',
  'offering-label': 'write the name of the offering that the object belongs to',
  'order-label': 'write a number such as "1"; objects are made in ascending order',
};

function missing(label: string, rule: LabelRule, value: unknown, report: Report): void {
  // A value that is there but no string is noted once, with all the other labels.
  if (value !== undefined && typeof value !== 'string') return;
  const problem = value === undefined ? 'is missing' : 'is empty';
  report.add(rule, { path: labelPath(label) }, `${problem}; ${REMEDIES[rule]}`);
}

function labelPath(label: string): Path {
  return configMapPath('metadata', 'labels', label);
}
