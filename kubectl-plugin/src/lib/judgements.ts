import type { KubeObject } from '@mesitis/kube';
import { adviceFor, type Subject } from './advice.js';
import { stateOf, type State } from './state.js';
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
        return { kind: 'waiting', what: state.message === '' ? 'waiting for the platform' : state.message };
    }
  };
}

/** Waits until the object with this uid is gone; another one of the same name counts as gone. */
export function judgeGone(uid: string | undefined): (object: KubeObject | undefined) => Judgement {
  return (object) => {
    if (object === undefined || object.metadata.uid !== uid) return { kind: 'met' };
    const { message, kind } = stateOf(object);
    // Until the platform reacts, the message is still about the time before: "provisioned successfully" misleads.
    const what =
      kind === 'deleting' && isAboutDeletion(object) ? message : 'waiting for the platform to take it down';
    return { kind: 'waiting', what };
  };
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
