import { documentedRules, type DocumentedRule } from './documented-rules.js';
import type { RuleExample } from './example.js';

const INTRODUCTION = `# The rules

What lint, the webhook and the broker say of ConfigMaps is about one of these rules. Their numbers never change and are
never used again. An error keeps a ConfigMap out; a warning is told, and silenced by the annotation
\`mesitis/ignore: MES060 one instance is enough\` of the ConfigMap (a line for each rule, or \`;\` between them),
or by a comment of its own line in a payload of YAML: \`# mesitis:ignore MES060 one instance is enough\`.
\`kubectl mesitis explain MES060\` says the same in a terminal.

\`make rules\` writes this page from the registry of rules and their examples, which are tested; the test fails when the
page is older than they are.
`;

/** What the text of an example is a part of. */
const PARTS: Record<RuleExample['of'], string> = {
  entry: 'in the payload of an entry',
  object: 'in the payload of a wrapped object',
  payload: 'the payload of an entry',
  labels: 'labels of the ConfigMap of an entry',
  'object labels': 'labels of the ConfigMap of a wrapped object',
  annotations: 'annotations of the ConfigMap',
  configmap: 'in the ConfigMap of an entry',
  situation: '',
};

/** The page `docs/rules.md`. */
export function rulesPage(): string {
  const rules = documentedRules();
  const rows = rules.map(
    ({ id, severity, explanation }) => `| [${id}](#${id.toLowerCase()}) | ${severity} | ${explanation} |`,
  );
  const table = ['| Rule | | |', '| --- | --- | --- |', ...rows, ''].join('\n');
  return [INTRODUCTION, table, ...rules.map(section)].join('\n');
}

function section({ id, severity, explanation, example }: DocumentedRule): string {
  return [`## ${id}`, '', `${explanation} (${severity}).`, '', shown(example), ''].join('\n');
}

function shown({ of, bad, good }: RuleExample): string {
  if (of === 'situation') return `- Bad: ${bad}.\n- Good: ${good}.`;
  return [`Bad, ${PARTS[of]}:`, '', fenced(bad), '', 'Good:', '', fenced(good)].join('\n');
}

/** An example as text for a terminal, several lines. */
export function exampleText({ of, bad, good }: RuleExample): string {
  if (of === 'situation') return `Bad: ${bad}.\nGood: ${good}.`;
  const indented = (text: string): string => text.replaceAll(/^/gm, '  ');
  return [`Bad, ${PARTS[of]}:`, indented(bad), 'Good:', indented(good)].join('\n');
}

function fenced(text: string): string {
  return `\`\`\`yaml\n${text}\n\`\`\``;
}
