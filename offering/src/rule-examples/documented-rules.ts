import { CLUSTER_RULES, RULES, type Rule, type RuleName } from '../rules.js';
import type { RuleExample } from './example.js';
import { OF_CLUSTERS, TOO_LONG } from './of-clusters.js';
import { OF_CONFIG_MAPS } from './of-config-maps.js';
import { OF_ENTRIES } from './of-entries.js';
import { OF_EXPRESSIONS } from './of-expressions.js';
import { OF_OBJECTS, OF_OTHER_KINDS } from './of-objects.js';

/** A rule with its name and its example. */
export interface DocumentedRule extends Rule {
  name: string;
  example: RuleExample;
}

// The types hold this to the registry: a rule without an example does not compile.
const OF_RULES: Record<RuleName, RuleExample> = {
  ...OF_CONFIG_MAPS,
  ...OF_ENTRIES,
  ...OF_EXPRESSIONS,
  ...OF_OBJECTS,
  ...OF_OTHER_KINDS,
  ...TOO_LONG,
};

/** Every rule with its example, in the order of the ids: docs/rules.md and `kubectl mesitis explain`. */
export function documentedRules(): DocumentedRule[] {
  const examples: Record<string, RuleExample> = { ...OF_RULES, ...OF_CLUSTERS };
  return Object.entries<Rule>({ ...RULES, ...CLUSTER_RULES })
    .flatMap(([name, rule]) => {
      const example = examples[name];
      return example === undefined ? [] : [{ name, ...rule, example }];
    })
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
