import { withConditions, withoutCondition } from '../model/conditions.js';
import type { ConditionChange } from '../model/conditions.js';
import { isDeleting } from '../model/objects.js';
import type { InstanceStatus, ServiceInstance } from '../model/objects.js';
import { withoutFields } from '../model/without-fields.js';
import type { CallOutcome, EventNote } from '../runtime/outcome.js';
import { MITIGATION, WORDS } from './words.js';

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

/** Nothing is left at the broker: the instance may go, or be provisioned again. */
export function taken(status: InstanceStatus, now: number): Outcome {
  return status.orphanMitigationInProgress === true ? mitigated(status, now) : gone(status, now);
}

function gone(status: InstanceStatus, now: number): Outcome {
  const rest = withoutFields(withoutOperation(status), 'inProgressProperties', 'externalProperties');
  const condition = { type: 'Ready', status: 'False', ...WORDS.Deprovision.succeeded } as const;
  const next: InstanceStatus = { ...rest, provisionStatus: 'NotProvisioned', deprovisionStatus: 'Succeeded' };
  return {
    status: withConditions(next, [condition], now),
    next: 'gone',
    event: { type: 'Normal', ...WORDS.Deprovision.succeeded },
  };
}

/** What is being done at the broker, also as far as the archived controller left it unsaid. */
export function operationUnderWay(instance: ServiceInstance): Operation {
  const { status = {} } = instance;
  if (status.orphanMitigationInProgress === true) return 'Deprovision';
  if (status.currentOperation !== undefined) return status.currentOperation;
  if (isDeleting(instance)) return 'Deprovision';
  return isProvisioned(status) ? 'Update' : 'Provision';
}

/** Whether the broker is known to have the instance. Objects of old versions say so by their properties alone. */
export function isProvisioned(status: InstanceStatus | undefined): boolean {
  const { provisionStatus = '', externalProperties } = status ?? {};
  return provisionStatus === '' ? externalProperties !== undefined : provisionStatus === 'Provisioned';
}

/**
 * A provision that failed with an open end: the broker may have made something under an id that it thinks nobody holds.
 * It is taken back first (service-catalog.md section 3.7). `failed`: the provision is not tried again.
 */
export function startMitigation(
  status: InstanceStatus,
  cause: { reason: string; message: string; failed?: boolean },
  now: number,
): Outcome {
  const { reason, message, failed = false } = cause;
  const changes: ConditionChange[] = [
    { type: 'Ready', status: 'False', ...MITIGATION.started },
    ...(failed ? [{ type: 'Failed', status: 'True', reason, message } as const] : []),
    { type: 'OrphanMitigation', status: 'True', reason, message },
  ];
  const next: InstanceStatus = {
    ...withoutFields(status, 'lastOperation'),
    asyncOpInProgress: false,
    orphanMitigationInProgress: true,
    deprovisionStatus: 'Required',
  };
  return {
    status: withConditions(next, changes, now),
    next: 'mitigate',
    event: warning({ reason, message }),
  };
}

/** The orphan, if there was one, is gone: the instance may be provisioned again, by the same id. */
function mitigated(status: InstanceStatus, now: number): Outcome {
  const rest = withoutFields(withoutOperation(status), 'inProgressProperties', 'externalProperties');
  const next: InstanceStatus = {
    ...rest,
    orphanMitigationInProgress: false,
    provisionStatus: 'NotProvisioned',
    deprovisionStatus: 'Succeeded',
  };
  const condition = { type: 'Ready', status: 'False', ...MITIGATION.succeeded } as const;
  return {
    status: withConditions(next, [condition], now),
    next: 'mitigated',
    event: { type: 'Normal', ...MITIGATION.succeeded },
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
