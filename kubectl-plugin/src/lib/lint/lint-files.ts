import {
  groupBy,
  parseProviderConfigMap,
  type ProviderConfiguration,
  type Violation,
} from '@mesitis/offering';
import { configMapsIn, type InFile, type Source } from './config-maps-in.js';
import type { FileReport, Finding } from './finding.js';
import { judgeBeside } from './judge-beside.js';

/** What a linting came to: a report for each file, and what could not be read at all, a sentence each. */
export interface LintResult {
  reports: FileReport[];
  unusable: string[];
}

/** A ConfigMap of Mesitis that was found in a file. */
interface Found extends InFile {
  name: string;
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
    for (const one of configMapsIn(source, unusable)) found.push(judge(one, report));
    return report;
  });
  // One broker reads one namespace; what names no namespace goes to one and the same.
  for (const all of groupBy(found, ({ configMap }) => configMap.metadata.namespace ?? '').values()) {
    for (const [one, violations] of judgeBeside(all)) for (const each of violations) note(one, each);
  }
  for (const { findings } of reports) findings.sort((a, b) => a.line - b.line || a.column - b.column);
  return { reports, unusable };
}

function judge(one: InFile, report: FileReport): Found {
  const { name, namespace } = one.configMap.metadata;
  const parsed = parseProviderConfigMap(one.configMap);
  const title = [namespace, name]
    .filter((part) => part !== undefined)
    .map(wordOf)
    .join('/');
  const found: Found = { ...one, report, name: title, value: parsed.ok ? parsed.value : undefined };
  report.configMaps.push(found.name);
  for (const violation of parsed.ok ? parsed.warnings : parsed.violations) note(found, violation);
  return found;
}

function note({ name, locate, report }: Found, violation: Violation): void {
  const { position: _, ...rest } = violation;
  const finding: Finding = { file: report.file, ...locate(violation), configMap: name, ...rest };
  report.findings.push(finding);
}

/** A name as it is written, more or less: files may hold anything there. */
function wordOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
