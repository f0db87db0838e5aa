import { BIND, BINDINGS } from './rules/bindings.js';
import { CATALOG, GENERAL } from './rules/general.js';
import { DEPROVISION, FETCH_INSTANCE, PROVISION, UPDATE } from './rules/instances.js';
import { LAST_OPERATION, PLATFORMS, STATES, VERSIONS } from './rules/operations.js';
import type { Rule, RuleGroup } from './rules/rule.js';
import { GO_CHECKER, KNOWN_PLATFORMS, KOTLIN_CHECKER } from './rules/suites.js';

/** Every rule that the broker is measured by, in the order of the page. */
export const RULE_GROUPS: readonly RuleGroup[] = [
  GENERAL,
  CATALOG,
  PROVISION,
  FETCH_INSTANCE,
  UPDATE,
  DEPROVISION,
  BIND,
  BINDINGS,
  LAST_OPERATION,
  PLATFORMS,
  STATES,
  VERSIONS,
  KNOWN_PLATFORMS,
  GO_CHECKER,
  KOTLIN_CHECKER,
];

/** The same without the groups. */
export const RULES: readonly Rule[] = RULE_GROUPS.flatMap(({ rules }) => rules);
