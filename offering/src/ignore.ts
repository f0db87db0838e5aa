import type { ProviderConfigMap, Violation } from './model.js';
import { PAYLOAD_KEYS } from './payload.js';
import { positions } from './position.js';
import { CLUSTER_RULES, RULES, type Rule } from './rules.js';
import { quote } from './wording.js';

/**
 * The annotation by which an author silences warnings: `MES060 one instance is enough`, a line or `;` for each. A comment
 * in a payload of YAML does the same: `# mesitis:ignore MES060 one instance is enough`.
 */
export const IGNORE_ANNOTATION = 'mesitis/ignore';

const PATH = `metadata.annotations["${IGNORE_ANNOTATION}"]`;

/** What a comment begins with. */
const COMMENT = 'mesitis:ignore';

/** The most that is read: an annotation has room for thousands of lines, and there are far fewer rules. */
const MAX_LINES = 1_000;

/** The most mistakes that are told: more say nothing new. */
const MAX_TOLD = 20;

/** The deepest that a comment is indented. */
const MAX_INDENT = 200;

/** An error keeps the configuration out whatever an annotation says, so only warnings can be named. */
const BY_ID = new Map<string, Rule>(
  [...Object.values(RULES), ...Object.values(CLUSTER_RULES)].map((rule) => [rule.id, rule]),
);

/** Takes away the warnings that the ConfigMap's annotation {@link IGNORE_ANNOTATION}, or a comment, silences. Errors stay. Pure. */
export function withoutIgnored(violations: readonly Violation[], configMap: ProviderConfigMap): Violation[] {
  const { ignored } = readIgnore(configMap);
  return violations.filter(({ rule, severity }) => severity === 'error' || !ignored.has(rule));
}

/** What is wrong with the annotation itself, and with such comments, as warnings. Takes anything for a ConfigMap. Pure. */
export function judgeIgnore(configMap: ProviderConfigMap): Violation[] {
  return readIgnore(configMap).violations;
}

function readIgnore(configMap: ProviderConfigMap): {
  ignored: ReadonlySet<string>;
  violations: Violation[];
} {
  const ignored = new Set<string>();
  const violations: Violation[] = [];
  for (const { text, place } of [...annotated(configMap), ...commented(configMap)]) {
    const [, id = '', reason = ''] = /^(\S+)\s*(.*)$/.exec(text) ?? [];
    if (reason !== '' && BY_ID.get(id)?.severity === 'warning') ignored.add(id);
    else if (violations.length < MAX_TOLD) violations.push(violationAt(place, problemOf(id)));
  }
  return { ignored, violations };
}

function problemOf(id: string): string {
  const rule = BY_ID.get(id);
  if (rule === undefined)
    return `names ${quote(id)}, which is no rule; write its id, such as MES060, and a reason`;
  if (rule.severity === 'error') return `names ${id}, which is an error, and only warnings can be silenced`;
  return `gives no reason for ${id}; write one after the id`;
}

function violationAt(place: Pick<Violation, 'path' | 'position'>, message: string): Violation {
  const { id: rule, severity } = RULES['ignore-annotation'];
  return { rule, severity, message, ...place };
}

/** An id and a reason, and where they stand. */
interface Wish {
  text: string;
  place: Pick<Violation, 'path' | 'position'>;
}

function annotated(configMap: unknown): Wish[] {
  const text = member(member(member(configMap, 'metadata'), 'annotations'), IGNORE_ANNOTATION);
  if (typeof text !== 'string') return [];
  return text
    .split(/[\n;]/, MAX_LINES)
    .map((line) => line.trim().replace(/^#?\s*mesitis:ignore\s+/, ''))
    .filter((line) => line !== '')
    .map((line) => ({ text: line, place: { path: PATH } }));
}

/** JSON has no comments. */
function commented(configMap: unknown): Wish[] {
  const data = member(configMap, 'data');
  return PAYLOAD_KEYS.flatMap((key) => {
    const payload = member(data, key);
    if (typeof payload !== 'string' || !payload.includes(COMMENT) || /^\s*[{[]/.test(payload)) return [];
    return commentsOf(payload, `data.${key}`);
  });
}

function commentsOf(payload: string, path: string): Wish[] {
  const wishes: Wish[] = [];
  const positionOf = positions(payload);
  let at = payload.indexOf(COMMENT);
  for (let read = 0; at >= 0 && read < MAX_LINES; read += 1) {
    const { line, column } = positionOf(at);
    const before = column <= MAX_INDENT ? payload.slice(at - column + 1, at) : '';
    const end = payload.indexOf('\n', at);
    const after = payload.slice(at + COMMENT.length, end < 0 ? payload.length : end);
    const text = after.trim();
    if (/^ *# *$/.test(before) && /^\s/.test(after) && text !== '') {
      const position = { line, column: before.indexOf('#') + 1 };
      wishes.push({ text, place: { path, position } });
    }
    at = end < 0 ? -1 : payload.indexOf(COMMENT, end);
  }
  return wishes;
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
