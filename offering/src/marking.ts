import { labelKeyProblem, labelValueProblem } from '@mesitis/kube/selectors';
import { LABELS, RESERVED_PREFIX } from './labels.js';
import { configMapPath, type Path } from './path.js';
import type { Report } from './report.js';
import { nearest, quote } from './wording.js';

const CATALOG_ENTRY = 'catalog-entry';
const PREFIX = 'wrapped-';

/** What the label says of an object whose own apiVersion and kind are to decide. */
export const ANY_KIND = 'resource';

/** What the label `mesitis/kind` says of an object: its kind in lower case, or {@link ANY_KIND}. */
export type KindLabel = string;

/** Words that messages propose for the label. */
const PROPOSED = [
  ...['deployment', 'service', 'pod', 'replicaset', 'configmap', 'secret', 'statefulset', 'job'],
  ...['persistentvolumeclaim', 'ingress', 'networkpolicy', 'serviceaccount', ANY_KIND],
].map((kind) => PREFIX + kind);

/** What the label `mesitis/kind` says: an entry, or the kind of the object. Whether that is so, the object shows. */
export function readKindLabel(
  labels: ReadonlyMap<string, unknown>,
  report: Report,
): { isEntry: true } | { isEntry: false; kind: KindLabel } | undefined {
  const value = labels.get(LABELS.kind);
  if (typeof value !== 'string') {
    missing(LABELS.kind, 'kind-label', value, report);
    return undefined;
  }
  const word = value.toLowerCase();
  if (word === CATALOG_ENTRY) return { isEntry: true };
  const kind = word.startsWith(PREFIX) ? word.slice(PREFIX.length) : word;
  const isTypo = kind === word && nearest(word, [CATALOG_ENTRY]) !== undefined;
  if (/^[a-z][a-z0-9]*$/.test(kind) && !isTypo) return { isEntry: false, kind };
  const meant = nearest(word, [CATALOG_ENTRY, ...PROPOSED]);
  const remedy =
    meant === undefined
      ? `use ${CATALOG_ENTRY}, ${PREFIX}${ANY_KIND} or ${PREFIX} and the kind`
      : `did you mean ${meant}`;
  report.add(
    'kind-label',
    { path: labelPath(LABELS.kind) },
    `is ${quote(value)}, which is no kind; ${remedy}`,
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
    if (typeof value !== 'string') {
      report.add('label-value', { path: labelPath(key) }, 'must be a string; put it in quotes');
      continue;
    }
    const keyProblem = labelKeyProblem(key);
    const problem = keyProblem === undefined ? labelValueProblem(value) : `has a key that ${keyProblem}`;
    if (problem !== undefined) report.add('label-value', { path: labelPath(key) }, `${problem}; correct it`);
    if (key.startsWith(RESERVED_PREFIX) && !known.includes(key)) {
      const meant = nearest(key, known);
      const remedy = meant === undefined ? 'remove it' : `did you mean ${meant}`;
      report.add('label-unknown', { path: labelPath(key) }, `is not a label that Mesitis reads; ${remedy}`);
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
