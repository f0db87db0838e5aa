import { withConditions, withoutCondition } from '../model/conditions.js';
import type { ConditionChange } from '../model/conditions.js';
import type { InstanceStatus } from '../model/objects.js';
import { withoutFields } from '../model/without-fields.js';
import type { CallOutcome, EventNote } from '../runtime/outcome.js';
import { WORDS } from './words.js';

/** What a call led to. */
export type Outcome = CallOutcome<InstanceStatus>;
/** `status.currentOperation`. */
export type Operation = 'Provision' | 'Update' | 'Deprovision';

/** The broker has what was asked for: it becomes `externalProperties`. */
export function succeeded(
  status: InstanceStatus,
  operation: 'Provision' | 'Update',
  { now, dashboardURL }: { now: number; dashboardURL: string | undefined },
): Outcome {
  const { inProgressProperties, observedGeneration, ...rest } = withoutOperation(status);
  const condition = { type: 'Ready', status: 'True', ...WORDS[operation].succeeded } as const;
  const next: InstanceStatus = {
    ...rest,
    ...(inProgressProperties === undefined ? {} : { externalProperties: inProgressProperties }),
    ...(observedGeneration === undefined
      ? {}
      : { observedGeneration, reconciledGeneration: observedGeneration }),
    ...(dashboardURL === undefined ? {} : { dashboardURL }),
    provisionStatus: 'Provisioned',
    deprovisionStatus: 'Required',
  };
  return {
    status: withConditions(next, [condition], now),
    next: 'settled',
    event: { type: 'Normal', ...WORDS[operation].succeeded },
  };
}

/** Nothing is left at the broker. */
export function gone(status: InstanceStatus, now: number): Outcome {
  const rest = withoutFields(withoutOperation(status), 'inProgressProperties', 'externalProperties');
  const condition = { type: 'Ready', status: 'False', ...WORDS.Deprovision.succeeded } as const;
  const next: InstanceStatus = { ...rest, provisionStatus: 'NotProvisioned', deprovisionStatus: 'Succeeded' };
  return {
    status: withConditions(next, [condition], now),
    next: 'gone',
    event: { type: 'Normal', ...WORDS.Deprovision.succeeded },
  };
}

/** The broker refused, and asking the same again is of no use: only a change of the spec goes on. */
export function failedForGood(
  status: InstanceStatus,
  [readyReason, failedReason]: readonly [string, string],
  { message, now }: { message: string; now: number },
): Outcome {
  const changes: ConditionChange[] = [
    { type: 'Ready', status: 'False', reason: readyReason, message },
    { type: 'Failed', status: 'True', reason: failedReason, message },
  ];
  return {
    status: withConditions(status, changes, now),
    next: 'settled',
    event: { type: 'Warning', reason: readyReason, message },
  };
}

/** The status without what describes a running operation; `inProgressProperties` is for the caller to keep or drop. */
export function withoutOperation(status: InstanceStatus): InstanceStatus {
  const rest = withoutFields(status, 'currentOperation', 'operationStartTime', 'lastOperation');
  return { ...withoutCondition(rest, 'OrphanMitigation'), asyncOpInProgress: false };
}

/** The Event that tells of a condition. */
export function warning({ reason, message }: { reason: string; message: string }): EventNote {
  return { type: 'Warning', reason, message };
}
