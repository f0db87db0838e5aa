import type { KubeObject } from '@mesitis/kube';
import { isDeleting, listAt, textAt } from './objects.js';
import { plainLine } from './plain-text.js';

/** A condition of a ServiceInstance or ServiceBinding. */
export interface Condition {
  type: string;
  status: string;
  reason: string;
  message: string;
  lastTransitionTime: string | undefined;
}

/** Where an instance or binding stands, in one word, with the platform's own reason and message. */
export interface State {
  kind: 'ready' | 'pending' | 'failed' | 'deleting';
  reason: string;
  message: string;
  /** RFC 3339, when the condition that says so last changed. */
  since: string | undefined;
}

/** `status.conditions`, in the order in which the platform keeps them. */
export function conditionsOf(object: KubeObject): Condition[] {
  return listAt(object['status'], 'conditions').map((condition) => ({
    type: textAt(condition, 'type') ?? '',
    status: textAt(condition, 'status') ?? '',
    reason: plainLine(textAt(condition, 'reason') ?? ''),
    message: plainLine(textAt(condition, 'message') ?? ''),
    lastTransitionTime: textAt(condition, 'lastTransitionTime'),
  }));
}

/** Reads the state off the conditions `Ready` and `Failed`. `Failed` is final: the platform does not try again. */
export function stateOf(object: KubeObject): State {
  const conditions = conditionsOf(object);
  const ready = conditions.find(({ type }) => type === 'Ready');
  const failed = conditions.find(({ type, status }) => type === 'Failed' && status === 'True');
  if (isDeleting(object)) return stateFrom('deleting', ready);
  if (failed !== undefined) return stateFrom('failed', failed);
  if (ready?.status === 'True') return stateFrom('ready', ready);
  return stateFrom('pending', ready);
}

/** Whether the platform has asked the broker and waits for its answer. */
export function isInFlight({ reason }: Pick<State, 'reason'>): boolean {
  return reason.endsWith('RequestInFlight');
}

/** The word for a state in a table: kubectl's habit is a word in CamelCase. */
export function stateWord(state: State): string {
  switch (state.kind) {
    case 'ready':
      return 'Ready';
    case 'failed':
      return 'Failed';
    case 'deleting':
      return 'Deleting';
    case 'pending':
      return state.reason === '' || isInFlight(state) ? 'Pending' : state.reason;
  }
}

function stateFrom(kind: State['kind'], condition: Condition | undefined): State {
  return {
    kind,
    reason: condition?.reason ?? '',
    message: brokersWords(condition?.message ?? ''),
    since: condition?.lastTransitionTime,
  };
}

/**
 * The platform wraps what a broker said into a sentence full of ids
 * (`Error provisioning …: Status: 400; ErrorMessage: X; Description: Y; ResponseError: Z`). A consumer needs Y, or X
 * when there is no Y. Where the broker did not even answer, the wrapping goes and the cause stays. Any other message is
 * returned as it is.
 */
export function brokersWords(message: string): string {
  return answerOf(message) ?? causeOf(message) ?? message;
}

function answerOf(message: string): string | undefined {
  const match =
    /Status: (?<status>\d{3}); ErrorMessage: (?<error>.*?); Description: (?<description>.*?); ResponseError: /s.exec(
      message,
    );
  if (match?.groups === undefined) return undefined;
  const { status = '', error = '', description = '' } = match.groups;
  const said = [description, error].find((part) => part !== '' && part !== '<nil>');
  return said === undefined ? `the broker answered ${status}` : `the broker answered ${status}: ${said}`;
}

/** The sentences that the platform puts in front of why a call never got an answer. */
const UNANSWERED = [
  /^The \w+ call failed and will be retried: Error communicating with broker for \w+: (?<cause>.+)$/s,
  /^Communication with the ClusterServiceBroker timed out; operation will be retried: (?<cause>.+)$/s,
  /^Error .+ at (?:Cluster)?ServiceBroker ".*?": (?<cause>.+)$/s,
];

function causeOf(message: string): string | undefined {
  for (const wrapping of UNANSWERED) {
    const cause = wrapping.exec(message)?.groups?.['cause'];
    if (cause !== undefined) return `calling the broker failed: ${cause}`;
  }
  return undefined;
}
