import type { Proof } from './proofs.js';
import type { Rule, RuleGroup } from './rules/rule.js';

const INTRODUCTION = `# Conformance to the Open Service Broker API 2.17

Every rule that a broker has to keep, how Mesitis answers, and the tests that prove it over HTTP. \`make conformance\`
runs them; \`make conformance-table\` writes this page from the rules and the titles of the tests in
[test/conformance](../test/conformance), and the suite fails when the page is older than they are.

One row for each rule. The number is that of the test titles: letters for the part, counted from 1. The level is the
specification's; \`defined\` is what it describes without asking for it, or leaves open; \`practice\` is what
known platforms do; \`suite\` is what one of the conformance suites wants.
`;

const HEADER = ['Rule', 'Level', 'Asked', 'Answered', 'Tests'];

/** The page `docs/osb-conformance.md`. */
export function renderTable(groups: readonly RuleGroup[], proofs: readonly Proof[]): string {
  const parts = groups.map(({ title, rules }) => {
    const rows = rules.map((rule) => row(cells(rule, proofs)));
    return [`## ${title}`, '', row(HEADER), row(HEADER.map(() => '---')), ...rows, ''].join('\n');
  });
  return [INTRODUCTION, ...parts].join('\n');
}

function cells(rule: Rule, proofs: readonly Proof[]): string[] {
  const { id, levels, asked, answer, notApplicable } = rule;
  return [
    id,
    levels.join(', '),
    asked,
    notApplicable === true ? `Not applicable. ${answer}` : answer,
    tests(proofs.filter(({ rules }) => rules.includes(id))),
  ];
}

/** The titles, file by file. */
function tests(proofs: readonly Proof[]): string {
  const files = [...new Set(proofs.map(({ file }) => file))];
  return files
    .map((file) => {
      const titles = proofs.filter((proof) => proof.file === file).map(({ title }) => title);
      return `[${file}](../test/conformance/${file}.conformance.ts): ${titles.join('; ')}`;
    })
    .join('<br>');
}

function row(values: readonly string[]): string {
  return `| ${values.map((value) => value.replaceAll('|', '\\|')).join(' | ')} |`;
}
