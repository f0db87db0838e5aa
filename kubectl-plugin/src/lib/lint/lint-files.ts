import {
  LABELS,
  parseProviderConfigMap,
  type ProviderConfigMap,
  type ProviderConfiguration,
  type Violation,
} from '@mesitis/offering';
import { isMap, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';
import type { FileReport, Finding } from './finding.js';
import { locate, type Written } from './locate.js';
import { judgeBeside } from './judge-beside.js';

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
  /** What it says; undefined when that can't be used. */
  value: ProviderConfiguration | undefined;
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
  // One broker reads one namespace; what names no namespace goes to one and the same.
  for (const all of Map.groupBy(found, ({ configMap }) => configMap.metadata.namespace ?? '').values()) {
    for (const [one, violations] of judgeBeside(all)) for (const each of violations) note(one, each);
  }
  for (const { findings } of reports) findings.sort((a, b) => a.line - b.line || a.column - b.column);
  return { reports, unusable };
}

function* read({ file, text }: Source, unusable: string[]): Generator<Pick<Found, 'configMap' | 'written'>> {
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

function judge(one: Pick<Found, 'configMap' | 'written'>, report: FileReport): Found {
  const { name = '', namespace } = one.configMap.metadata;
  const parsed = parseProviderConfigMap(one.configMap);
  const title = namespace === undefined ? name : `${namespace}/${name}`;
  const found: Found = { ...one, report, name: title, value: parsed.ok ? parsed.value : undefined };
  report.configMaps.push(found.name);
  for (const violation of parsed.ok ? parsed.warnings : parsed.violations) note(found, violation);
  return found;
}

function note({ name, written, report }: Found, violation: Violation): void {
  const { position: _, ...rest } = violation;
  const finding: Finding = { file: report.file, ...locate(violation, written), configMap: name, ...rest };
  report.findings.push(finding);
}
