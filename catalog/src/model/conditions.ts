/** One entry of `status.conditions`. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  /** RFC 3339 with seconds. Changes only when `status` does. */
  lastTransitionTime: string;
}

/** A condition to be set; the time of the transition follows from what was there before. */
export type ConditionChange = Omit<Condition, 'lastTransitionTime'>;

/** The part of every kind's status that this module keeps. */
export interface Conditioned {
  conditions?: Condition[];
  lastConditionState?: string;
}

/** A moment as the API spells it: RFC 3339, UTC, whole seconds. `now` in milliseconds since the epoch. */
export function timestamp(now: number): string {
  return new Date(now).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The condition of that type. */
export function findCondition(status: Conditioned | undefined, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** Whether the condition of that type is there and `True`. */
export function isTrue(status: Conditioned | undefined, type: string): boolean {
  return findCondition(status, type)?.status === 'True';
}

/**
 * The status with these conditions set: a new type goes to the end, a known one changes where it stands, because
 * `svcat` shows the last of the list. `lastConditionState` follows (service-catalog.md section 1.6).
 */
export function withConditions<Status extends Conditioned>(
  status: Status,
  changes: readonly ConditionChange[],
  now: number,
): Status {
  let conditions = status.conditions ?? [];
  for (const change of changes) {
    const previous = conditions.find((condition) => condition.type === change.type);
    const lastTransitionTime =
      previous?.status === change.status ? previous.lastTransitionTime : timestamp(now);
    const next = { ...change, lastTransitionTime };
    conditions =
      previous === undefined
        ? [...conditions, next]
        : conditions.map((condition) => (condition === previous ? next : condition));
  }
  return { ...status, conditions, lastConditionState: lastConditionState(conditions) };
}

/** The status with a condition that is no news to `svcat`, which shows the last of the list: a new one goes to the front. */
export function withLeadingCondition<Status extends Conditioned>(
  status: Status,
  change: ConditionChange,
  now: number,
): Status {
  if (findCondition(status, change.type) !== undefined) return withConditions(status, [change], now);
  const conditions = [{ ...change, lastTransitionTime: timestamp(now) }, ...(status.conditions ?? [])];
  return { ...status, conditions, lastConditionState: lastConditionState(conditions) };
}

/** The status without the condition of that type. */
export function withoutCondition<Status extends Conditioned>(status: Status, type: string): Status {
  const conditions = (status.conditions ?? []).filter((condition) => condition.type !== type);
  return { ...status, conditions, lastConditionState: lastConditionState(conditions) };
}

/** What the printer columns show: the last condition's type when it is true, else its reason. */
export function lastConditionState(conditions: readonly Condition[]): string {
  const last = conditions.at(-1);
  if (last === undefined) return '';
  return last.status === 'True' ? last.type : last.reason;
}
