import type { KubeObject } from '@mesitis/kube';
import { adviceFor, type Subject } from './advice.js';
import { isDeleting } from './objects.js';
import { isInFlight, stateOf, type State } from './state.js';
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

/** Waits until the object with this uid is gone; another one of the same name counts as gone. */
export function judgeGone(uid: string | undefined): (object: KubeObject | undefined) => Judgement {
  return (object) => {
    if (object === undefined || object.metadata.uid !== uid) return { kind: 'met' };
    if (!isDeleting(object)) return waitingFor('someone to delete it');
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
