import type { JsonObject } from '@mesitis/kube';
import { findCondition, withConditions } from '../model/conditions.js';
import type { ConditionChange } from '../model/conditions.js';
import { prettyName } from '../model/catalog-view.js';
import { withoutFields } from '../model/without-fields.js';
import type { BindingStatus, ServiceBinding } from '../model/objects.js';
import { describeResult, isGone, objectBody } from '../osb/osb.js';
import type { OsbResult } from '../osb/osb.js';
import { afterBindingPoll } from './poll-outcomes.js';
import { afterOpenEnd, asynchronous, known, retried, taken, withoutOperation } from './transitions.js';
import type { Outcome } from './transitions.js';
import type { BindingCall, OwnCall } from './step.js';
import { BIND_IN_FLIGHT } from './words.js';

/** The credentials in a broker's answer to a bind; undefined when it granted none. */
export function grantedCredentials(result: OsbResult): JsonObject | undefined {
  const body = objectBody(result);
  if (body === undefined || result.type !== 'answer' || (result.status !== 200 && result.status !== 201)) {
    return undefined;
  }
  return credentialsIn(body) ?? {};
}

/** The credentials of a binding that was read; undefined when the broker told none: it need not tell them twice. */
export function fetchedCredentials(result: OsbResult): JsonObject | undefined {
  const body = objectBody(result);
  return body === undefined || result.type !== 'answer' || result.status !== 200
    ? undefined
    : credentialsIn(body);
}

function credentialsIn({ credentials }: JsonObject): JsonObject | undefined {
  const isObject = typeof credentials === 'object' && credentials !== null && !Array.isArray(credentials);
  return isObject ? credentials : undefined;
}

/** What the answer to a call means where it brought no credentials. `now` in milliseconds since the epoch. */
export function afterBindingCall(
  binding: ServiceBinding,
  call: OwnCall,
  result: OsbResult,
  now: number,
): Outcome {
  return withRetryAfter(byOperation(binding, call, result, now), result);
}

/** The outcome with the broker's wish. */
export function withRetryAfter(outcome: Outcome, result: OsbResult): Outcome {
  const seconds = result.type === 'answer' ? result.retryAfterSeconds : undefined;
  return seconds === undefined ? outcome : { ...outcome, retryAfterSeconds: seconds };
}

function byOperation(binding: ServiceBinding, call: OwnCall, result: OsbResult, now: number): Outcome {
  switch (call.operation) {
    case 'Bind':
      return afterBind(binding, call, result, now);
    case 'Fetch':
      return afterFetch(binding.status ?? {}, result, now);
    case 'Poll':
      return afterBindingPoll(binding, { result, now, deadline: call.deadline });
    case 'Unbind':
      return afterUnbind(binding.status ?? {}, call, result, now);
  }
}

/**
 * The credentials are there but could not be written. The broker has the binding; it is asked for them again, which
 * gives the same ones.
 */
export function afterInjectionFailure(binding: ServiceBinding, message: string, now: number): Outcome {
  const reason = 'ErrorInjectingBindResult';
  return retried(known(binding.status ?? {}), 'False', {
    reason,
    message: `Error injecting bind result: ${message}`,
    now,
  });
}

/** The Secret could not be deleted; the broker was not asked yet. */
export function afterEjectionFailure(binding: ServiceBinding, message: string, now: number): Outcome {
  return retried(binding.status ?? {}, 'Unknown', {
    reason: 'ErrorEjectingServiceBinding',
    message: `Error ejecting binding: ${message}`,
    now,
  });
}

/**
 * The broker granted no credentials. Only 400 is for good: the archived controller gave up on every refusal, which
 * left bindings behind that had to be deleted by hand after a broker had been busy for a moment.
 */
function afterBind(binding: ServiceBinding, call: OwnCall, result: OsbResult, now: number): Outcome {
  const { status = {} } = binding;
  if (isAccepted(call, result)) return asynchronous(status, 'Bind', result, now);
  const reason = 'BindCallFailed';
  const what = describeFailure(call, result, 'creating');
  if (status.externalProperties !== undefined) {
    // The broker has it, and consumers may use it: nothing is given up on, and nothing taken back.
    return retried(status, 'False', { reason, message: `${what}${adviceAfter(result)}`, now });
  }
  if (isAmbiguous(result)) return afterOpenEnd(status, { reason, message: what }, now);
  if (result.type !== 'answer' || result.status !== 400) {
    return retried(status, 'False', { reason, message: what, now });
  }
  const message = `ServiceBroker returned failure; bind operation will not be retried: ${what}`;
  const changes: ConditionChange[] = [
    { type: 'Ready', status: 'False', reason, message },
    { type: 'Failed', status: 'True', reason: 'ServiceBindingReturnedFailure', message },
  ];
  const onlyWord = findCondition(status, 'Ready')?.reason === BIND_IN_FLIGHT;
  const rest = withoutFields(withoutOperation(status), 'inProgressProperties');
  // When this was the broker's only word there is nothing to unbind.
  const next: BindingStatus = onlyWord ? { ...rest, unbindStatus: 'NotRequired' } : rest;
  return {
    status: withConditions(next, changes, now),
    next: 'settled',
    event: { type: 'Warning', reason, message },
  };
}

/** 202 counts where it was asked for, with a JSON object. */
export function isAccepted({ request, operation }: BindingCall, result: OsbResult): boolean {
  if (result.type !== 'answer' || result.status !== 202) return false;
  if (request.query?.['accepts_incomplete'] !== 'true') return false;
  return operation === 'Unbind' || operation === 'Retire' || objectBody(result) !== undefined;
}

/**
 * Whether the broker may have made something that it does not think we know of (OSB, "Orphan Mitigation"). After a
 * connection that broke, asking again is enough.
 */
export function isAmbiguous(result: OsbResult): boolean {
  if (result.type !== 'answer') return result.type === 'timeout';
  return result.status >= 500 || (result.status > 200 && result.status < 300);
}

/** What to do about a binding that the broker does not give again. */
function adviceAfter(result: OsbResult): string {
  return result.type === 'answer' && [400, 409].includes(result.status)
    ? '. The broker does not give these credentials again: delete the binding and create it anew.'
    : '';
}

/** Statuses that say that the broker can't tell, rather than that it can't now. */
const CANT_TELL: readonly number[] = [200, 400, 405, 501];

/** Statuses that say that the broker has no such binding. */
const LOST: readonly number[] = [404, 410];

/**
 * What to record after a broker that was to tell credentials didn't, before it is asked by a bind; undefined when it is
 * better asked again.
 */
export function afterUnableToTell(result: OsbResult): Pick<BindingStatus, 'bindingRetrievable'> | undefined {
  if (result.type !== 'answer') return undefined;
  if (LOST.includes(result.status)) return {};
  return CANT_TELL.includes(result.status) ? { bindingRetrievable: false } : undefined;
}

/** The broker did not tell the credentials of a binding that it was known to have. */
function afterFetch(status: BindingStatus, result: OsbResult, now: number): Outcome {
  const condition = {
    type: 'Ready',
    status: 'False',
    reason: 'FetchingBindingFailed',
    message: `Could not do a GET on binding resource: ${describeResult(result)}`,
  } as const;
  const told = afterUnableToTell(result);
  if (told === undefined) return retried(status, 'False', { ...condition, now });
  const isLost = told.bindingRetrievable === undefined;
  const next: BindingStatus = isLost ? withoutFields(status, 'externalProperties') : { ...status, ...told };
  return { status: withConditions(next, [condition], now), next: 'settled' };
}

/** What the answer to an unbind means. 200 and 410 count whatever their body is. */
function afterUnbind(status: BindingStatus, call: OwnCall, result: OsbResult, now: number): Outcome {
  if (isGone(result)) return taken(status, now);
  if (isAccepted(call, result)) return asynchronous(status, 'Unbind', result, now);
  const message = describeFailure(call, result, 'deleting');
  return retried(status, 'Unknown', { reason: 'UnbindCallFailed', message, now });
}

/** What went wrong, in the archived controller's words. */
export function describeFailure(
  call: BindingCall,
  result: OsbResult,
  gerund: 'creating' | 'deleting',
): string {
  const { namespace, name } = call.instance.metadata;
  const of = `ServiceInstance "${namespace}/${name}" of ${prettyName(call.serviceClass)}`;
  const at = `at ClusterServiceBroker "${call.broker.metadata.name}"`;
  const what = gerund === 'creating' ? 'creating ServiceBinding for' : 'unbinding from';
  return `Error ${what} ${of} ${at}: ${describeResult(result)}`;
}
