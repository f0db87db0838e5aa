import {
  CLUSTER_RULES,
  findConflicts,
  LABELS,
  parseProviderConfigMap,
  type CatalogEntry,
  type ProviderConfigMap,
  type Violation,
} from '@mesitis/offering';
import { isMap, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';
import type { FileReport, Finding } from './finding.js';
import { locate, type Written } from './locate.js';

/** A file with its text. */
export interface Source {
  file: string;
  text: string;
}

/** What a linting came to: a report for each file, and what could not be read at all, a sentence each. */
export interface LintResult {
  reports: FileReport[];
  unusable: string[];
}

/** A ConfigMap of Mesitis that was found in a file. */
interface Found {
  configMap: ProviderConfigMap;
  name: string;
  written: Written;
  entry?: CatalogEntry;
  report: FileReport;
}

/**
 * Holds the ConfigMaps of files to the rules that the webhook and the broker hold them to, and the entries of all files
 * together to what only several can break. Files are YAML of any number of documents, or JSON; a List stands for its
 * items; what is no ConfigMap with the label `mesitis/kind` is passed over. Pure.
 */
export function lintFiles(sources: readonly Source[]): LintResult {
  const unusable: string[] = [];
  const found: Found[] = [];
  const reports = sources.map((source) => {
    const report: FileReport = { file: source.file, configMaps: [], findings: [] };
    for (const one of read(source, unusable)) found.push(judge(one, report));
    return report;
  });
  for (const { found: one, message } of conflicts(found)) {
    const { id: rule, severity } = CLUSTER_RULES['entry-conflict'];
    note(one, { rule, severity, path: 'data.wrapped-resource', message });
  }
  for (const { findings } of reports) findings.sort((a, b) => a.line - b.line || a.column - b.column);
  return { reports, unusable };
}

function* read({ file, text }: Source, unusable: string[]): Generator<Omit<Found, 'report' | 'name'>> {
  // Most of what a repository or a chart holds is not ours, and reading YAML is what takes the time.
  if (!text.includes(LABELS.kind)) return;
  const counter = new LineCounter();
  const lines = text.split('\n');
  for (const document of parseAllDocuments(text, { lineCounter: counter }) as Document.Parsed[]) {
    const [error] = document.errors;
    if (error !== undefined) {
      const spot = error.linePos?.[0];
      const reason = error.message.split(' at line ', 1)[0] ?? '';
      unusable.push(`${file}:${spot?.line ?? 1}:${spot?.col ?? 1}: is neither YAML nor JSON: ${reason}`);
      continue;
    }
    for (const node of objectsIn(document.contents)) {
      const configMap = node.toJS(document) as unknown;
      if (isOurs(configMap)) yield { configMap, written: { node, lines, counter } };
    }
  }
}

/** The object of a document, or those of a List, also of Lists in it. */
function objectsIn(node: unknown): Node[] {
  if (!isMap(node)) return [];
  const kind: unknown = node.get('kind');
  const items: unknown = node.get('items', true);
  if (typeof kind !== 'string' || !kind.endsWith('List') || !isSeq(items)) return [node];
  return items.items.flatMap(objectsIn);
}

function isOurs(value: unknown): value is ProviderConfigMap {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, metadata } = value as { kind?: unknown; metadata?: { labels?: unknown } | null };
  const labels = metadata?.labels;
  return kind === 'ConfigMap' && typeof labels === 'object' && labels !== null && LABELS.kind in labels;
}

function judge(one: Omit<Found, 'report' | 'name'>, report: FileReport): Found {
  const { name = '', namespace } = one.configMap.metadata;
  const found: Found = { ...one, report, name: namespace === undefined ? name : `${namespace}/${name}` };
  report.configMaps.push(found.name);
  const parsed = parseProviderConfigMap(one.configMap);
  for (const violation of parsed.ok ? parsed.warnings : parsed.violations) note(found, violation);
  if (parsed.ok && parsed.value.type === 'catalog-entry' && parsed.value.enabled) {
    found.entry = parsed.value.entry;
  }
  return found;
}

function note({ name, written, report }: Found, violation: Violation): void {
  const { position: _, ...rest } = violation;
  const finding: Finding = { file: report.file, ...locate(violation, written), configMap: name, ...rest };
  report.findings.push(finding);
}

/** One broker reads one namespace; what names no namespace goes to one and the same. */
function conflicts(found: readonly Found[]): { found: Found; message: string }[] {
  const byNamespace = Map.groupBy(found, ({ configMap }) => configMap.metadata.namespace ?? '');
  return [...byNamespace.values()].flatMap((all) => {
    const entries = all.flatMap(({ name, entry }) =>
      entry === undefined ? [] : [{ configMap: name, entry }],
    );
    const messages = findConflicts(entries);
    return all.flatMap((one) => {
      const message = one.entry === undefined ? undefined : messages.get(one.name);
      return message === undefined ? [] : [{ found: one, message }];
    });
  });
}
