import type { Rule } from '@mesitis/offering';
import { nearest } from './nearest.js';
import { inputError } from './plugin-error.js';
import { REASONS } from './reasons.js';

/** One thing that can be explained: a line of the list. */
export interface Topic {
  name: string;
  /** `error` or `warning` of a rule; whose condition a reason is in. */
  of: string;
  meaning: string;
}

/** Whether a topic is a rule; the others are reasons. */
export function isRule({ name }: Topic): boolean {
  return !Object.hasOwn(REASONS, name);
}

/** All rules by their ids, then all reasons of conditions by their names. */
export async function everyTopic(): Promise<Topic[]> {
  const rules = (await everyRule()).toSorted((one, other) => one.id.localeCompare(other.id));
  return [
    ...rules.map(({ id, severity, explanation }) => ({ name: id, of: severity, meaning: explanation })),
    ...Object.entries(REASONS).map(([name, { of: whose, meaning }]) => ({ name, of: whose, meaning })),
  ];
}

/** What a rule asks for, in any letter case of its id. Throws PluginError (exit code 2) for one that there is not. */
export async function explainRule(id: string): Promise<string> {
  const rules = await everyRule();
  const rule = rules.find((candidate) => candidate.id === id.toUpperCase());
  if (rule !== undefined) return ruleText(rule);
  const guess = nearest(
    id,
    rules.map((candidate) => candidate.id),
  );
  throw inputError(`there is no rule '${id}'${guess === undefined ? '' : `; did you mean ${guess}?`}`);
}

/** What a rule or the reason of a condition says, in any letter case. Throws PluginError (exit code 2) for neither. */
export async function explainTopic(name: string): Promise<string> {
  const [reason, text] =
    Object.entries(REASONS).find(([candidate]) => candidate.toLowerCase() === name.toLowerCase()) ?? [];
  if (reason !== undefined && text !== undefined) {
    return `${reason} (${text.of}): ${text.meaning}. What to do: ${text.remedy}.`;
  }
  if (/^MES\d*$/i.test(name)) return explainRule(name);
  const guess = nearest(name, Object.keys(REASONS));
  throw inputError(
    `there is no rule or reason '${name}'; ${guess === undefined ? 'kubectl mesitis explain lists all' : `did you mean ${guess}?`}`,
  );
}

async function ruleText({ id, severity, explanation }: Rule): Promise<string> {
  const silence =
    severity === 'error'
      ? ''
      : ` Where it is meant so, the annotation mesitis/ignore: "${id} REASON" silences it.`;
  const { documentedRules, exampleText } = await import('@mesitis/offering/rule-examples');
  const example = documentedRules().find((rule) => rule.id === id)?.example;
  const shown = example === undefined ? '' : `\n\n${exampleText(example)}`;
  return `${id} (${severity}): ${explanation}.${silence}${shown}`;
}

/** Late: the engine behind the rules is most of the plugin, and few commands need it. */
async function everyRule(): Promise<Rule[]> {
  const { CLUSTER_RULES, RULES } = await import('@mesitis/offering');
  return [...Object.values(RULES), ...Object.values(CLUSTER_RULES)];
}
