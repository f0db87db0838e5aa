import type { ProviderConfigMap, Violation } from './model.js';
import { CLUSTER_RULES, RULES, type Rule } from './rules.js';
import { quote } from './wording.js';

/** The annotation by which an author silences warnings: `MES060 one instance is enough`, a line or `;` for each. */
export const IGNORE_ANNOTATION = 'mesitis/ignore';

const PATH = `metadata.annotations["${IGNORE_ANNOTATION}"]`;

/** An error keeps the configuration out whatever an annotation says, so only warnings can be named. */
const BY_ID = new Map<string, Rule>(
  [...Object.values(RULES), ...Object.values(CLUSTER_RULES)].map((rule) => [rule.id, rule]),
);

/** Takes away the warnings that the ConfigMap's annotation {@link IGNORE_ANNOTATION} silences. Errors stay. Pure. */
export function withoutIgnored(violations: readonly Violation[], configMap: ProviderConfigMap): Violation[] {
  const { ignored } = readIgnore(configMap);
  return violations.filter(({ rule, severity }) => severity === 'error' || !ignored.has(rule));
}

/** What is wrong with the annotation itself, as warnings. Takes anything for a ConfigMap. Pure. */
export function judgeIgnore(configMap: ProviderConfigMap): Violation[] {
  return readIgnore(configMap).violations;
}

function readIgnore(configMap: ProviderConfigMap): {
  ignored: ReadonlySet<string>;
  violations: Violation[];
} {
  const ignored = new Set<string>();
  const violations: Violation[] = [];
  for (const line of linesOf(configMap)) {
    const [, id = '', reason = ''] = /^(?:#?\s*mesitis:ignore\s+)?(\S+)\s*(.*)$/.exec(line) ?? [];
    const problem = problemOf(id, reason);
    if (problem === undefined) ignored.add(id);
    else violations.push(violationAt(problem));
  }
  return { ignored, violations };
}

function problemOf(id: string, reason: string): string | undefined {
  const rule = BY_ID.get(id);
  if (rule === undefined)
    return `names ${quote(id)}, which is no rule; write its id, such as MES060, and a reason`;
  if (rule.severity === 'error') return `names ${id}, which is an error, and only warnings can be silenced`;
  if (reason === '') return `gives no reason for ${id}; write one after the id`;
  return undefined;
}

function violationAt(message: string): Violation {
  const { id: rule, severity } = RULES['ignore-annotation'];
  return { rule, severity, path: PATH, message };
}

function linesOf(configMap: unknown): string[] {
  const annotations = member(member(configMap, 'metadata'), 'annotations');
  const text = member(annotations, IGNORE_ANNOTATION);
  if (typeof text !== 'string') return [];
  return text
    .split(/[\n;]/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
