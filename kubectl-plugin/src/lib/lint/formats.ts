import { sep } from 'node:path';
import { CLUSTER_RULES, RULES, type Rule } from '@mesitis/offering';
import { countFindings, type FileReport, type Finding } from './finding.js';
import type { LintOutput } from './outputs.js';

/** Reports as text that ends with a line break, or is empty. */
export function formatReports(reports: readonly FileReport[], output: LintOutput): string {
  return FORMATS[output](reports);
}

const FORMATS: Readonly<Record<LintOutput, (reports: readonly FileReport[]) => string>> = {
  human: (reports) => lines(reports, human),
  json: (reports) => `${JSON.stringify({ ...countFindings(reports), files: reports }, null, 2)}\n`,
  junit,
  sarif,
  github: (reports) => lines(reports, github),
};

/** Every rule that lint and the webhook know, in the order of the ids. */
export function everyRule(): Rule[] {
  return [...Object.values(RULES), ...Object.values(CLUSTER_RULES)];
}

function lines(reports: readonly FileReport[], line: (finding: Finding) => string): string {
  return reports.flatMap(({ findings }) => findings.map((finding) => `${line(finding)}\n`)).join('');
}

function human({ file, line, column, severity, rule, path, message }: Finding): string {
  return `${file}:${line}:${column}: ${severity} ${rule} ${path}: ${message}`;
}

/** A workflow command of GitHub Actions ("Setting an error message"), with its escapes. */
function github({ file, line, column, severity, rule, path, message }: Finding): string {
  const data = (text: string): string =>
    text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return `::${severity} file=${property(file)},line=${line},col=${column},title=${rule}::${data(`${path}: ${message}`)}`;
}

/** JUnit's XML as CI servers read it: a suite for each file, a case for each ConfigMap, errors as failures. */
function junit(reports: readonly FileReport[]): string {
  const suites = reports.filter(({ configMaps }) => configMaps.length > 0).map(junitSuite);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="kubectl mesitis lint">\n${suites.join('')}</testsuites>\n`;
}

function junitSuite({ file, configMaps, findings }: FileReport): string {
  const cases = [...new Set(configMaps)].map((name) => {
    const own = findings.filter(({ configMap }) => configMap === name);
    const errors = own.filter(({ severity }) => severity === 'error');
    const warnings = own.filter(({ severity }) => severity === 'warning');
    const failure =
      errors.length === 0
        ? ''
        : `<failure message="${xml(`broken rules: ${errors.length}`)}">${xml(errors.map(human).join('\n'))}</failure>`;
    const out =
      warnings.length === 0 ? '' : `<system-out>${xml(warnings.map(human).join('\n'))}</system-out>`;
    return `    <testcase classname="${xml(file)}" name="${xml(name)}">${failure}${out}</testcase>\n`;
  });
  const failures = new Set(
    findings.filter(({ severity }) => severity === 'error').map(({ configMap }) => configMap),
  );
  return `  <testsuite name="${xml(file)}" tests="${cases.length}" failures="${failures.size}">\n${cases.join('')}  </testsuite>\n`;
}

/** Text for XML 1.0: escaped, without the characters that it can't hold. */
function xml(text: string): string {
  const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return (
    text
      // oxlint-disable-next-line no-control-regex -- these are what XML 1.0 section 2.2 leaves out
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replaceAll(/[&<>"]/g, (character) => ESCAPES[character] ?? '')
  );
}

/** SARIF 2.1.0 (OASIS), as code scanning reads it. */
function sarif(reports: readonly FileReport[]): string {
  const findings = reports.flatMap((report) => report.findings);
  const broken = new Set(findings.map(({ rule }) => rule));
  const rules = everyRule()
    .filter(({ id }) => broken.has(id))
    .map(({ id, severity, explanation }) => ({
      id,
      shortDescription: { text: explanation },
      fullDescription: { text: explanation },
      help: { text: `kubectl mesitis lint --explain ${id} says more.` },
      defaultConfiguration: { level: severity },
    }));
  const results = findings.map(({ rule, severity, path, message, file, line, column }) => ({
    ruleId: rule,
    level: severity,
    message: { text: `${path}: ${message}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          region: { startLine: line, startColumn: column },
        },
      },
    ],
  }));
  const $schema = 'https://json.schemastore.org/sarif-2.1.0.json';
  const run = { tool: { driver: { name: 'kubectl-mesitis', rules } }, columnKind: 'utf16CodeUnits', results };
  return `${JSON.stringify({ $schema, version: '2.1.0', runs: [run] }, null, 2)}\n`;
}

/** A relative reference (RFC 3986 section 4.2), or an absolute path. */
function uriOf(file: string): string {
  return file.split(sep).map(encodeURIComponent).join('/');
}
