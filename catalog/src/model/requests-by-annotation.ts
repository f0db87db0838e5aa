import type { KubeObject } from '@mesitis/kube';
import type { UserInfo } from './objects.js';

/**
 * What the owner of an instance or a binding may ask for by annotation, because the API has no field for it: ending
 * the pause after a failure (`retry`, any text; a new text asks again), letting go of what a broker can't give back
 * (`abandon`, the reason), taking the version of its plan that the broker offers now (`upgrade`, that version), new
 * credentials (`rotate`, any text; a new text asks again).
 */
export const REQUESTS = {
  retry: 'mesitis/retry',
  abandon: 'mesitis/abandon',
  upgrade: 'mesitis/upgrade',
  rotate: 'mesitis/rotate',
} as const;

/** The name of a request. */
export type RequestName = keyof typeof REQUESTS;

/** The part of a status that remembers which requests were taken up, by name. */
export interface Answering {
  answeredRequests?: Partial<Record<RequestName, string>>;
}

/** The text of a request; undefined when nothing is asked for, or what is asked for was taken up already. */
export function openRequest(
  object: KubeObject & { status?: Answering },
  name: RequestName,
): string | undefined {
  const text = object.metadata.annotations?.[REQUESTS[name]];
  if (text === undefined || text === '') return undefined;
  return object.status?.answeredRequests?.[name] === text ? undefined : text;
}

/**
 * The status with a request marked as taken up. The mark is stored together with what the request leads to, so that
 * neither gets lost in a crash, and the annotation may stay where manifests put it.
 */
export function withAnswered<Status extends Answering>(
  status: Status,
  name: RequestName,
  text: string,
): Status {
  return { ...status, answeredRequests: { ...status.answeredRequests, [name]: text } };
}

/** The message of the Event `Abandoned`. `user` is who wrote the object last, as far as admission noted it. */
export function abandonedMessage(reason: string, user: UserInfo | undefined): string {
  const who = user?.username === undefined ? 'somebody (admission noted no name)' : `"${user.username}"`;
  return `Let go without the broker's word, as ${who} asked: ${reason}. What the broker still has stays there.`;
}
