import { TIMED_OUT } from '../instance/words.js';
import { withConditions } from '../model/conditions.js';
import type { BindingStatus, ServiceBinding } from '../model/objects.js';
import { withoutFields } from '../model/without-fields.js';
import { describeResult, textField } from '../osb/osb.js';
import type { OsbResult } from '../osb/osb.js';
import { afterOpenEnd, known, operationUnderWay, retried, taken } from './transitions.js';
import type { Operation, Outcome, Words } from './transitions.js';
import { BINDING_WORDS } from './words.js';

/** One look at a binding's last operation. */
export interface Polled {
  result: OsbResult;
  /** Milliseconds since the epoch. */
  now: number;
  /** From this moment on an operation that goes on counts as failed. */
  deadline: number | undefined;
}

/** What a look at a binding's last operation means (service-catalog.md section 4). */
export function afterBindingPoll(binding: ServiceBinding, { result, now, deadline }: Polled): Outcome {
  const status = binding.status ?? {};
  const operation = operationUnderWay(binding);
  const outcome = afterAnswer(status, operation, result, now);
  const late = outcome.next === 'poll' && deadline !== undefined && now >= deadline;
  return late ? operationFailed(status, operation, BINDING_WORDS[operation].timedOut, now) : outcome;
}

function afterAnswer(status: BindingStatus, operation: Operation, result: OsbResult, now: number): Outcome {
  if (result.type === 'answer') {
    if (operation === 'Unbind' && result.status === 410) return taken(status, now);
    if (result.status === 400) return operationFailed(status, operation, said(operation, result), now);
    if (result.status === 200) return afterState(status, operation, result, now);
  }
  // Service Catalog leaves the conditions of a binding alone here, and so does svcat's output stay.
  const message = `Error polling last operation: ${describeResult(result)}`;
  return { status, next: 'poll', event: { type: 'Warning', reason: 'ErrorPollingLastOperation', message } };
}

function afterState(status: BindingStatus, operation: Operation, result: OsbResult, now: number): Outcome {
  const state = textField(result, 'state');
  if (state === 'succeeded') {
    return operation === 'Unbind' ? taken(status, now) : bound(status);
  }
  if (state === 'failed') return operationFailed(status, operation, said(operation, result), now);
  const { reason, message } = BINDING_WORDS[operation].asynchronous;
  const description = textField(result, 'description');
  if (description === undefined) return { status, next: 'poll' };
  const condition = {
    type: 'Ready',
    status: 'False',
    reason,
    message: `${message} (${description})`,
  } as const;
  return { status: withConditions(status, [condition], now), next: 'poll' };
}

/** The broker has the binding; what its credentials are is asked next. */
function bound(status: BindingStatus): Outcome {
  const next = { ...withoutFields(known(status), 'lastOperation'), asyncOpInProgress: false };
  return { status: next, next: 'settled' };
}

function said(operation: Operation, result: OsbResult): Words {
  const { failed, refused: reason } = BINDING_WORDS[operation];
  return {
    reason,
    message: `${failed}: ${textField(result, 'description') ?? '(no description provided)'}`,
  };
}

function operationFailed(status: BindingStatus, operation: Operation, words: Words, now: number): Outcome {
  if (operation === 'Bind') {
    const { timedOut } = BINDING_WORDS.Bind;
    const failed = words.reason === timedOut.reason ? TIMED_OUT : words;
    return afterOpenEnd(status, { ...words, failed }, now);
  }
  const rest: BindingStatus = { ...withoutFields(status, 'lastOperation'), asyncOpInProgress: false };
  return retried(rest, 'Unknown', { ...words, now });
}
