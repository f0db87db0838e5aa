import type { KubeObject } from '@mesitis/kube';
import { adviceFor, type Subject } from './advice.js';
import { isDeleting, recordAt, textAt } from './objects.js';
import { brokersWords, conditionsOf, isInFlight, stateOf, type State } from './state.js';
import type { Judgement } from './wait.js';

/** Waits for `Ready`; a final failure, or the object's disappearance, ends it. */
export function judgeReady(subject: Subject): (object: KubeObject | undefined) => Judgement {
  return (object) => {
    if (object === undefined)
      return { kind: 'failed', why: `someone deleted ${subject.kind} '${subject.name}'` };
    const state = stateOf(object);
    switch (state.kind) {
      case 'ready':
        return { kind: 'met' };
      case 'failed':
        return { kind: 'failed', why: sentence(subject, state) };
      case 'deleting':
        return { kind: 'failed', why: `someone is deleting ${subject.kind} '${subject.name}'` };
      case 'pending':
        return waiting(state);
    }
  };
}

/**
 * Waits until a broker's catalog was read. Whatever keeps it from that is tried again, so nothing is final.
 * @param generation of the broker as it was written: a state of before says nothing
 */
export function judgeBroker(generation: number | undefined): (object: KubeObject | undefined) => Judgement {
  return (object) => {
    if (object === undefined || isDeleting(object))
      return { kind: 'failed', why: 'someone deleted the broker' };
    const reconciled: unknown = recordAt(object, 'status')['reconciledGeneration'];
    const isOld = typeof reconciled === 'number' && generation !== undefined && reconciled < generation;
    const { kind, reason, message } = stateOf(object);
    if (kind === 'ready' && !isOld) return { kind: 'met' };
    return kind === 'ready' || reason === ''
      ? waitingFor('the platform')
      : { kind: 'waiting', what: `trying again: ${message}`, why: message };
  };
}

/**
 * Waits until an object that was ready before is so again with what was asked of it.
 * @param hasIt whether it has what was asked for
 * @param generation of the object as it was changed: a state of before says nothing
 */
export function judgeChanged(
  subject: Subject,
  { hasIt, generation }: { hasIt: (object: KubeObject) => boolean; generation: number | undefined },
): (object: KubeObject | undefined) => Judgement {
  const judge = judgeReady(subject);
  return (object) => {
    if (object === undefined || isDeleting(object)) return judge(object);
    const seen: unknown = recordAt(object, 'status')['observedGeneration'];
    if (typeof seen === 'number' && generation !== undefined && seen < generation)
      return waitingFor('the platform');
    const judgement = judge(object);
    return judgement.kind === 'met' && !hasIt(object) ? waitingFor('the platform') : judgement;
  };
}

/** Waits until a binding that was asked to rotate has its successor's credentials; it stays ready all the time. */
export function judgeRotated(
  subject: Subject,
  request: { text: string; before: string | undefined },
): (object: KubeObject | undefined) => Judgement {
  const judge = judgeReady(subject);
  return (object) => {
    if (object === undefined || isDeleting(object)) return judge(object);
    const { status } = object;
    const answered = textAt(recordAt(status, 'answeredRequests'), 'rotate') === request.text;
    const rotating = conditionsOf(object).find(({ type }) => type === 'Rotating');
    if (answered && rotating === undefined && textAt(status, 'currentBindingID') !== request.before) {
      return judge(object);
    }
    if (rotating === undefined || !answered) return waitingFor('the platform');
    if (rotating.reason === 'RotationInFlight') return waitingFor('the broker');
    const why = brokersWords(rotating.message);
    return { kind: 'waiting', what: `trying again: ${why}`, why };
  };
}

/** Waits until the object with this uid is gone; another one of the same name counts as gone. */
export function judgeGone(uid: string | undefined): (object: KubeObject | undefined) => Judgement {
  return (object) => {
    if (object === undefined || object.metadata.uid !== uid) return { kind: 'met' };
    if (!isDeleting(object)) {
      const why = 'nobody has asked to delete it';
      return { kind: 'waiting', what: 'waiting for someone to delete it', why, idle: true };
    }
    const state = stateOf(object);
    // Until the platform reacts, the message is still about the time before: "provisioned successfully" misleads.
    return isAboutDeletion(object) ? waiting(state) : waitingFor('the platform to take it down');
  };
}

/** What is awaited, in a consumer's words; of a failure that is tried again, the cause. */
function waiting(state: State): Judgement {
  const { reason, message } = state;
  if (reason === '' || message === '') return waitingFor('the platform');
  if (isInFlight(state)) return waitingFor('the broker');
  if (reason === 'ErrorInstanceNotReady') return waitingFor('the instance to be ready');
  if (/^Error|Failed$/.test(reason))
    return { kind: 'waiting', what: `trying again: ${message}`, why: message };
  // The broker's own account of a long operation follows in brackets.
  const what = message.replace(/^The \w+ is being \w+ asynchronously/, 'the broker is working on it');
  return { kind: 'waiting', what, why: what };
}

function waitingFor(whom: string): Judgement {
  const what = `waiting for ${whom}`;
  return { kind: 'waiting', what, why: what };
}

/** "instance 'x' is not ready: <the platform's message>; <what to do>", without a final full stop. */
export function sentence(subject: Subject, state: State): string {
  const verdict = {
    ready: 'is ready',
    failed: 'failed',
    pending: 'is not ready yet',
    deleting: 'is being deleted',
  };
  const parts = [`${subject.kind} '${subject.name}' ${verdict[state.kind]}`];
  if (state.message !== '') parts.push(`: ${state.message.replace(/\.$/, '')}`);
  const advice = adviceFor(subject, state);
  if (advice !== undefined) parts.push(`; ${advice}`);
  return parts.join('');
}

function isAboutDeletion(object: KubeObject): boolean {
  return /deprovision|unbind|eject|deleted/i.test(stateOf(object).reason);
}
