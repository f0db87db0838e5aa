import { withConditions } from '../model/conditions.js';
import type { InstanceStatus, ServiceInstance } from '../model/objects.js';
import { withoutFields } from '../model/without-fields.js';
import { describeResult, textField } from '../osb/osb.js';
import type { OsbResult } from '../osb/osb.js';
import {
  failedForGood,
  operationUnderWay,
  startMitigation,
  succeeded,
  taken,
  warning,
  withoutOperation,
} from './transitions.js';
import type { Operation, Outcome } from './transitions.js';
import { TIMED_OUT, WORDS } from './words.js';

/** One look at the last operation; see {@link InstanceCall} for `deadline`. */
export interface Polled {
  result: OsbResult;
  /** Milliseconds since the epoch. */
  now: number;
  deadline: number | undefined;
}

/** What a look at the last operation means (service-catalog.md section 3.6). */
export function afterPoll(instance: ServiceInstance, { result, now, deadline }: Polled): Outcome {
  const status = instance.status ?? {};
  const operation = operationUnderWay(instance);
  const outcome = afterAnswer(status, operation, result, now);
  const late = outcome.next === 'poll' && deadline !== undefined && now >= deadline;
  return late ? operationFailed(status, operation, TIMED_OUT, now) : outcome;
}

function afterAnswer(status: InstanceStatus, operation: Operation, result: OsbResult, now: number): Outcome {
  if (result.type === 'answer') {
    if (operation === 'Deprovision' && result.status === 410) return taken(status, now);
    if (result.status === 400) return operationFailed(status, operation, said(operation, result), now);
    if (result.status === 200) return afterState(status, operation, result, now);
  }
  const condition = {
    type: 'Ready',
    status: 'False',
    reason: 'ErrorPollingLastOperation',
    message: `Error polling last operation: ${describeResult(result)}`,
  } as const;
  return { status: withConditions(status, [condition], now), next: 'poll', event: warning(condition) };
}

function afterState(status: InstanceStatus, operation: Operation, result: OsbResult, now: number): Outcome {
  const state = textField(result, 'state');
  if (state === 'succeeded') {
    return operation === 'Deprovision'
      ? taken(status, now)
      : succeeded(status, operation, { now, dashboardURL: undefined });
  }
  if (state === 'failed') return operationFailed(status, operation, said(operation, result), now);
  const { reason, message } = WORDS[operation].asynchronous;
  const description = textField(result, 'description');
  const condition = {
    type: 'Ready',
    status: 'False',
    reason,
    message: description === undefined ? message : `${message} (${description})`,
  } as const;
  return { status: withConditions(status, [condition], now), next: 'poll' };
}

function said(operation: Operation, result: OsbResult): { reason: string; message: string } {
  const { failed, refused: reason } = WORDS[operation];
  return {
    reason,
    message: `${failed}: ${textField(result, 'description') ?? '(no description provided)'}`,
  };
}

function operationFailed(
  status: InstanceStatus,
  operation: Operation,
  { reason, message }: { reason: string; message: string },
  now: number,
): Outcome {
  if (operation === 'Provision') return startMitigation(status, { reason, message, failed: true }, now);
  if (operation === 'Update') {
    const rest = withoutFields(withoutOperation(status), 'inProgressProperties');
    return failedForGood(rest, [reason, reason], { message, now });
  }
  const condition = { type: 'Ready', status: 'Unknown', reason, message } as const;
  const next: InstanceStatus = { ...withoutFields(status, 'lastOperation'), asyncOpInProgress: false };
  return { status: withConditions(next, [condition], now), next: 'retry', event: warning(condition) };
}
