import type { KubeObject } from '@mesitis/kube';
import { findCondition, timestamp, withLeadingCondition, withoutCondition } from '../model/conditions.js';
import { isDeleting } from '../model/objects.js';
import type { BindingStatus, ServiceBinding } from '../model/objects.js';
import { withoutFields } from '../model/without-fields.js';
import { overlapOf, withExpiry } from './expiry.js';
import type { Expiry } from './expiry.js';
import { idAtBroker } from './requests.js';
import { delivered, retried } from './transitions.js';
import type { Outcome, Words } from './transitions.js';

/** The type of the condition that says that a successor is on the way, or why it is not there yet. */
export const ROTATING = 'Rotating';
/** The type of the condition that says why an old binding could not be taken back. */
export const RETIRING = 'Retiring';

/** The status that says which successor is about to be asked for; it is stored before the broker hears of it. */
export function startRotation(status: BindingStatus, id: string, now: number): BindingStatus {
  const words = { reason: 'RotationInFlight', message: 'The broker is being asked for a successor' };
  return telling({ ...withoutFields(status, 'rotateAt'), successor: { id } }, ROTATING, { ...words, now });
}

/** The successor's credentials are delivered: it is the binding from now on, and the old one is taken back later. */
export function succeeded(
  binding: ServiceBinding,
  { secret, expiry, now }: { secret: KubeObject; expiry: Expiry; now: number },
): Outcome {
  const { status = {} } = binding;
  const { successor, predecessors = [] } = status;
  if (successor === undefined) return { status, next: 'settled' };
  const outcome = delivered(binding, { secret, expiry, now });
  const overlapMs = overlapOf(binding);
  const old = { id: idAtBroker(binding), unbindAt: timestamp(now + overlapMs) };
  return {
    ...outcome,
    status: {
      ...withoutCondition(withoutFields(withExpiry(outcome.status, expiry, now), 'successor'), ROTATING),
      currentBindingID: successor.id,
      predecessors: [...predecessors, old],
    },
    event: {
      type: 'Normal',
      reason: 'BindingRotated',
      message: `The Secret has new credentials; the old ones end at ${old.unbindAt}`,
    },
  };
}

/** The successor could not be made, or not be delivered, yet. */
export function successorPostponed(status: BindingStatus, words: Words & { now: number }): Outcome {
  return {
    status: telling(status, ROTATING, words),
    next: 'retry',
    event: { type: 'Warning', reason: words.reason, message: words.message },
  };
}

/** The successor may or may not be there: it is taken back, and another is asked for after a pause. */
export function successorDropped(status: BindingStatus, words: Words & { now: number }): Outcome {
  const next = withSuccessorRetired(status, words.now);
  return successorPostponed({ ...next, rotateAt: timestamp(words.now) }, words);
}

/** The status whose successor, if there is one, is among the bindings that are to be taken back now. */
export function withSuccessorRetired(status: BindingStatus, now: number): BindingStatus {
  const { successor, predecessors = [], ...rest } = status;
  if (successor === undefined) return status;
  return { ...rest, predecessors: [...predecessors, { id: successor.id, unbindAt: timestamp(now) }] };
}

/** The successor with other particulars. */
export function withSuccessor(
  status: BindingStatus,
  change: Partial<NonNullable<BindingStatus['successor']>>,
): BindingStatus {
  const { successor } = status;
  return successor === undefined ? status : { ...status, successor: { ...successor, ...change } };
}

/** Nothing is left of a predecessor. */
export function retired(status: BindingStatus, id: string): Outcome {
  const { predecessors = [], ...rest } = status;
  const left = predecessors.filter((predecessor) => predecessor.id !== id);
  const next: BindingStatus = left.length === 0 ? rest : { ...rest, predecessors: left };
  return {
    status: findCondition(next, RETIRING) === undefined ? next : withoutCondition(next, RETIRING),
    next: 'settled',
  };
}

/** A predecessor could not be taken back yet. */
export function retirementPostponed(
  binding: ServiceBinding,
  status: BindingStatus,
  words: Words & { now: number },
): Outcome {
  if (isDeleting(binding)) return retried(status, 'Unknown', words);
  return {
    status: telling(status, RETIRING, words),
    next: 'retry',
    event: { type: 'Warning', reason: words.reason, message: words.message },
  };
}

/** A predecessor with other particulars. */
export function withPredecessor(
  status: BindingStatus,
  id: string,
  change: Partial<NonNullable<BindingStatus['predecessors']>[number]>,
): BindingStatus {
  const { predecessors = [] } = status;
  return {
    ...status,
    predecessors: predecessors.map((predecessor) =>
      predecessor.id === id ? { ...predecessor, ...change } : predecessor,
    ),
  };
}

/** The new end of credentials that the broker has prolonged. */
export function prolonged(status: BindingStatus, expiry: Expiry, now: number): Outcome {
  return { status: withExpiry(status, expiry, now), next: 'settled' };
}

function telling(
  status: BindingStatus,
  type: string,
  { reason, message, now }: Words & { now: number },
): BindingStatus {
  // In front, where svcat does not look: the binding is as ready as before.
  return withLeadingCondition(status, { type, status: 'True', reason, message }, now);
}
