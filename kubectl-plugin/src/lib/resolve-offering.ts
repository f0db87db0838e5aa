import { isOpenTo, type Offering } from './catalog.js';
import { nearest } from './nearest.js';
import { notMet, type PluginError } from './plugin-error.js';

/**
 * Finds the plan that `OFFERING[:PLAN]` names among those that a namespace may have.
 *
 * OFFERING is a class's external name, or the short name of a Mesitis offering when only one team has it; PLAN is a
 * plan's external name or version and may be left out when there is one plan. The namespace's own classes go before
 * cluster-wide ones of the same name.
 * @throws PluginError (not met) that says what there is instead
 */
export function resolveOffering(wanted: string, offerings: readonly Offering[], namespace: string): Offering {
  const open = offerings.filter((candidate) => isOpenTo(candidate, namespace));
  for (const { offering, plan } of readings(wanted)) {
    const plans = plansOf(offering, open);
    if (plans.length > 0) return choosePlan(offering, plan, plans);
  }
  throw unknownOffering(wanted, offerings, open, namespace);
}

/**
 * All plans that `OFFERING[:PLAN]` names, to look at and not to ask for: several plans, teams or brokers are no trouble.
 * @param closedToo whether those count that the namespace may not have
 * @throws PluginError (not met) that says what there is instead
 */
export function matchOfferings(
  wanted: string,
  offerings: readonly Offering[],
  { namespace, closedToo }: { namespace: string; closedToo: boolean },
): Offering[] {
  const seen = closedToo ? offerings : offerings.filter((candidate) => isOpenTo(candidate, namespace));
  for (const { offering, plan } of readings(wanted)) {
    const plans = plansOf(offering, seen);
    if (plans.length === 0) continue;
    const matches = ofPlan(plan, plans);
    return matches.length > 0 ? matches : [choosePlan(offering, plan, plans)];
  }
  throw unknownOffering(wanted, offerings, seen, namespace);
}

/** The same, with an empty list for what is not there. */
export function plansNamed(wanted: string, offerings: readonly Offering[]): Offering[] {
  return readings(wanted).flatMap(({ offering, plan }) => ofPlan(plan, plansOf(offering, offerings)));
}

function ofPlan(plan: string | undefined, plans: readonly Offering[]): Offering[] {
  return plans.filter((each) => plan === undefined || each.planName === plan || each.plan === plan);
}

/** External names may hold colons, so the whole text is tried as an offering first. */
function readings(wanted: string): { offering: string; plan: string | undefined }[] {
  const colon = wanted.lastIndexOf(':');
  const whole = { offering: wanted, plan: undefined };
  return colon < 1 ? [whole] : [whole, { offering: wanted.slice(0, colon), plan: wanted.slice(colon + 1) }];
}

function plansOf(name: string, offerings: readonly Offering[]): Offering[] {
  const exact = offerings.filter(({ offering }) => offering === name);
  const matches = exact.length > 0 ? exact : offerings.filter(({ shortName }) => shortName === name);
  const own = matches.filter(({ scope }) => scope === 'namespace');
  return own.length > 0 ? own : matches;
}

function choosePlan(wanted: string, plan: string | undefined, plans: readonly Offering[]): Offering {
  const names = [...new Set(plans.map(({ offering }) => offering))];
  if (names.length > 1) {
    throw notMet(`several teams offer '${wanted}': choose ${orList(names)}`);
  }
  const name = names[0] ?? wanted;
  if (new Set(plans.map((candidate) => candidate.class.metadata.name)).size > 1) {
    throw notMet(`several brokers offer '${name}': ask the teams to give their offerings different names`);
  }
  const versions = plans.map((candidate) => candidate.plan);
  const [match, ...others] = ofPlan(plan, plans);
  if (match === undefined) {
    throw notMet(
      `offering '${name}' has no plan '${plan ?? ''}': choose ${orList(versions.map((each) => `${name}:${each}`))}`,
    );
  }
  if (others.length > 0) {
    throw notMet(
      `offering '${name}' has several plans: choose ${orList(versions.map((each) => `${name}:${each}`))}`,
    );
  }
  return match;
}

function unknownOffering(
  wanted: string,
  all: readonly Offering[],
  open: readonly Offering[],
  namespace: string,
): PluginError {
  const name = readings(wanted).at(-1)?.offering ?? wanted;
  const closed = all.find(({ offering, shortName }) => [offering, shortName].includes(name));
  if (closed !== undefined) {
    const team = closed.team === undefined ? 'its provider' : `team ${closed.team}`;
    return notMet(`offering '${name}' is not for namespace ${namespace}: ask ${team} to whitelist it`);
  }
  const guess = nearest(name, [...new Set(open.flatMap(({ offering, shortName }) => [offering, shortName]))]);
  const meant = open.find(({ offering, shortName }) => [offering, shortName].includes(guess ?? ''))?.offering;
  const remedy = meant === undefined ? 'see kubectl mesitis catalog' : `did you mean ${meant}?`;
  return notMet(`no offering '${name}' for namespace ${namespace}; ${remedy}`);
}

function orList(words: readonly string[]): string {
  const unique = [...new Set(words)];
  return unique.length < 2 ? unique.join('') : `${unique.slice(0, -1).join(', ')} or ${unique.at(-1) ?? ''}`;
}
