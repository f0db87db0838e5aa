import { withConditions } from '../model/conditions.js';
import type { InstanceStatus } from '../model/objects.js';
import { withoutFields } from '../model/without-fields.js';
import { describeResult, textField } from '../osb/osb.js';
import type { OsbResult } from '../osb/osb.js';
import { failedForGood, gone, succeeded, warning, withoutOperation } from './transitions.js';
import type { Operation, Outcome } from './transitions.js';
import { WORDS } from './words.js';

/** What a look at the last operation means (service-catalog.md section 3.6). */
export function afterPoll(status: InstanceStatus, result: OsbResult, now: number): Outcome {
  const operation = status.currentOperation ?? 'Provision';
  if (result.type === 'answer') {
    if (operation === 'Deprovision' && result.status === 410) return gone(status, now);
    if (result.status === 400) return operationFailed(status, operation, result, now);
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
      ? gone(status, now)
      : succeeded(status, operation, { now, dashboardURL: undefined });
  }
  if (state === 'failed') return operationFailed(status, operation, result, now);
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

function operationFailed(
  status: InstanceStatus,
  operation: Operation,
  result: OsbResult,
  now: number,
): Outcome {
  const { failed, refused: reason } = WORDS[operation];
  const message = `${failed}: ${textField(result, 'description') ?? '(no description provided)'}`;
  if (operation === 'Deprovision') {
    const condition = { type: 'Ready', status: 'Unknown', reason, message } as const;
    const next = withConditions(
      { ...withoutFields(status, 'lastOperation'), asyncOpInProgress: false },
      [condition],
      now,
    );
    return { status: next, next: 'retry', event: warning(condition) };
  }
  const { inProgressProperties, ...rest } = withoutOperation(status);
  // A provision that failed half-way may have left something: the plan id stays for the deprovision to come.
  const next: InstanceStatus =
    operation === 'Provision' && inProgressProperties !== undefined
      ? { ...rest, inProgressProperties }
      : rest;
  return failedForGood(next, [reason, reason], { message, now });
}
