import { timestamp } from '../model/conditions.js';
import type { BindingStatus, ServiceBinding, SideBinding } from '../model/objects.js';
import { withoutFields } from '../model/without-fields.js';
import { describeResult, isGone, textField } from '../osb/osb.js';
import type { OsbResult } from '../osb/osb.js';
import { deadlineOf, expiryIn } from './expiry.js';
import { afterUnableToTell, describeFailure, isAccepted, isAmbiguous, withRetryAfter } from './outcomes.js';
import {
  prolonged,
  retired,
  retirementPostponed,
  startRotation,
  successorDropped,
  successorPostponed,
  withPredecessor,
  withSuccessor,
} from './rotation.js';
import type { SideCall } from './step.js';
import type { Outcome } from './transitions.js';
import { BINDING_WORDS } from './words.js';

/** What the answer to a call about a successor or a predecessor means, where it brought no credentials. */
export function afterSideCall(
  binding: ServiceBinding,
  call: SideCall,
  result: OsbResult,
  now: number,
): Outcome {
  return withRetryAfter(byOperation(binding, call, result, now), result);
}

function byOperation(binding: ServiceBinding, call: SideCall, result: OsbResult, now: number): Outcome {
  const { status = {} } = binding;
  switch (call.operation) {
    case 'Check':
      return afterCheck(status, call, result, now);
    case 'FetchSuccessor':
      return afterFetch(status, result, now);
    case 'PollSuccessor':
      return afterSuccessorPoll(status, call, result, now);
    case 'Retire':
      return afterRetire(binding, call, result, now);
    case 'PollPredecessor':
      return afterPredecessorPoll(binding, call, result, now);
    case 'Rotate':
      return afterRotate(status, call, result, now);
  }
}

/** The broker has the successor, but its credentials could not be written. They are asked for again. */
export function afterSuccessorInjectionFailure(status: BindingStatus, message: string, now: number): Outcome {
  const reason = 'ErrorInjectingBindResult';
  const words = { reason, message: `Error injecting bind result: ${message}`, now };
  return successorPostponed(withSuccessor(status, { bound: true }), words);
}

/** The broker may have prolonged the credentials; otherwise others are asked for. */
function afterCheck(status: BindingStatus, { side }: SideCall, result: OsbResult, now: number): Outcome {
  const passes = result.type !== 'answer' || result.status >= 500 || [401, 429].includes(result.status);
  if (passes) return { status, next: 'retry' };
  const expiry = expiryIn(result);
  const [was, is] = [deadlineOf(status) ?? Infinity, deadlineOf(expiry) ?? 0];
  if (is > was) return prolonged(status, expiry, now);
  return { status: startRotation(status, side.id, now), next: 'settled' };
}

function afterRotate(status: BindingStatus, call: SideCall, result: OsbResult, now: number): Outcome {
  if (isAccepted(call, result)) return { status: withSuccessor(status, accepted(result, now)), next: 'poll' };
  if (isRefusedForPredecessor(call, result)) {
    return { status: withSuccessor(status, { plain: true }), next: 'settled' };
  }
  const words = { reason: 'BindCallFailed', message: describeFailure(call, result, 'creating'), now };
  return isAmbiguous(result) ? successorDropped(status, words) : successorPostponed(status, words);
}

/** A broker that does not know the predecessor any more, or can't rotate after all, says 400 (OSB). */
function isRefusedForPredecessor({ request }: SideCall, result: OsbResult): boolean {
  return (
    result.type === 'answer' && result.status === 400 && 'predecessor_binding_id' in (request.body ?? {})
  );
}

function afterFetch(status: BindingStatus, result: OsbResult, now: number): Outcome {
  const told = afterUnableToTell(result);
  const message = `Could not do a GET on binding resource: ${describeResult(result)}`;
  const words = { reason: 'FetchingBindingFailed', message, now };
  if (told === undefined) return successorPostponed(status, words);
  // The same bind once more gives the same credentials.
  return { status: { ...withSuccessor(status, { bound: false }), ...told }, next: 'settled' };
}

function afterSuccessorPoll(
  status: BindingStatus,
  { deadline = Infinity }: SideCall,
  result: OsbResult,
  now: number,
): Outcome {
  const state = stateIn(result);
  const { failed, refused: reason, timedOut } = BINDING_WORDS.Bind;
  if (state === 'succeeded') {
    return { status: idle(status, { bound: true }), next: 'settled' };
  }
  if (state === 'failed') {
    const message = `${failed}: ${textField(result, 'description') ?? '(no description provided)'}`;
    return successorDropped(status, { reason, message, now });
  }
  return now >= deadline ? successorDropped(status, { ...timedOut, now }) : { status, next: 'poll' };
}

function idle(status: BindingStatus, change: { bound: boolean }): BindingStatus {
  const { successor } = status;
  if (successor === undefined) return status;
  return { ...status, successor: { ...withoutFields(successor, ...RUNNING), ...change } };
}

function afterRetire(binding: ServiceBinding, call: SideCall, result: OsbResult, now: number): Outcome {
  const { status = {} } = binding;
  if (isGone(result)) return retired(status, call.side.id);
  if (isAccepted(call, result)) {
    return { status: withPredecessor(status, call.side.id, accepted(result, now)), next: 'poll' };
  }
  const message = describeFailure(call, result, 'deleting');
  return retirementPostponed(binding, status, { reason: 'UnbindCallFailed', message, now });
}

function afterPredecessorPoll(
  binding: ServiceBinding,
  { side, deadline = Infinity }: SideCall,
  result: OsbResult,
  now: number,
): Outcome {
  const { status = {} } = binding;
  const state = stateIn(result);
  const isOver = result.type === 'answer' && result.status === 410;
  if (isOver || state === 'succeeded') return retired(status, side.id);
  if (state !== 'failed' && now < deadline) return { status, next: 'poll' };
  const { failed, refused: reason, timedOut } = BINDING_WORDS.Unbind;
  const message = `${failed}: ${textField(result, 'description') ?? '(no description provided)'}`;
  const words = state === 'failed' ? { reason, message } : timedOut;
  const next = withPredecessor(status, side.id, { asyncOpInProgress: false });
  return retirementPostponed(binding, next, { ...words, now });
}

const RUNNING = ['asyncOpInProgress', 'lastOperation', 'operationStartTime'] as const;

function accepted(result: OsbResult, now: number): Omit<SideBinding, 'id'> {
  const lastOperation = textField(result, 'operation');
  return {
    asyncOpInProgress: true,
    operationStartTime: timestamp(now),
    ...(lastOperation === undefined ? {} : { lastOperation }),
  };
}

/** What a last operation came to; 400 counts as failed, and what can't be understood as going on. */
function stateIn(result: OsbResult): string | undefined {
  if (result.type !== 'answer') return undefined;
  if (result.status === 400) return 'failed';
  return result.status === 200 ? textField(result, 'state') : undefined;
}
