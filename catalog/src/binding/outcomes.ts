import type { JsonObject } from '@mesitis/kube';
import { findCondition, withConditions } from '../model/conditions.js';
import type { ConditionChange } from '../model/conditions.js';
import { prettyName } from '../model/catalog-view.js';
import { withoutFields } from '../model/without-fields.js';
import type { BindingStatus, ServiceBinding } from '../model/objects.js';
import { describeResult, isGone, objectBody } from '../osb/osb.js';
import type { OsbResult } from '../osb/osb.js';
import type { CallOutcome, EventNote } from '../runtime/outcome.js';
import { BIND_IN_FLIGHT } from './decide-binding.js';
import type { BindingCall } from './step.js';

type Outcome = CallOutcome<BindingStatus>;

/** The credentials in a broker's answer to a bind; undefined when it granted none. */
export function grantedCredentials(result: OsbResult): JsonObject | undefined {
  const body = objectBody(result);
  if (body === undefined || result.type !== 'answer' || (result.status !== 200 && result.status !== 201)) {
    return undefined;
  }
  const { credentials = {} } = body;
  const isObject = typeof credentials === 'object' && credentials !== null && !Array.isArray(credentials);
  return isObject ? credentials : {};
}

/** The Secret is written: the binding is ready. */
export function afterInjection(binding: ServiceBinding, secretName: string, now: number): Outcome {
  const { generation } = binding.metadata;
  const { inProgressProperties, ...rest } = withoutOperation(binding.status ?? {});
  const status: BindingStatus = {
    ...rest,
    ...(generation === undefined ? {} : { reconciledGeneration: generation }),
    ...(inProgressProperties === undefined ? {} : { externalProperties: inProgressProperties }),
    unbindStatus: 'Required',
    binding: { name: secretName },
  };
  const words = { reason: 'InjectedBindResult', message: 'Injected bind result' };
  return {
    status: withConditions(status, [{ type: 'Ready', status: 'True', ...words }], now),
    next: 'settled',
    event: { type: 'Normal', ...words },
  };
}

/** The credentials are there but could not be written; the bind is repeated, which gives the same credentials. */
export function afterInjectionFailure(binding: ServiceBinding, message: string, now: number): Outcome {
  return retried(binding, 'False', {
    reason: 'ErrorInjectingBindResult',
    message: `Error injecting bind result: ${message}`,
    now,
  });
}

/** The Secret could not be deleted; the broker was not asked yet. */
export function afterEjectionFailure(binding: ServiceBinding, message: string, now: number): Outcome {
  return retried(binding, 'Unknown', {
    reason: 'ErrorEjectingServiceBinding',
    message: `Error ejecting binding: ${message}`,
    now,
  });
}

/**
 * The broker granted no credentials. Only 400 is for good: the archived controller gave up on every refusal, which
 * left bindings behind that had to be deleted by hand after a broker had been busy for a moment.
 */
export function afterBindFailure(
  binding: ServiceBinding,
  call: BindingCall,
  result: OsbResult,
  now: number,
): Outcome {
  const what = describeFailure(call, result, 'creating');
  if (result.type !== 'answer' || result.status !== 400) {
    return withRetryAfter(
      retried(binding, 'False', { reason: 'BindCallFailed', message: what, now }),
      result,
    );
  }
  const message = `ServiceBroker returned failure; bind operation will not be retried: ${what}`;
  const changes: ConditionChange[] = [
    { type: 'Ready', status: 'False', reason: 'BindCallFailed', message },
    { type: 'Failed', status: 'True', reason: 'ServiceBindingReturnedFailure', message },
  ];
  const onlyWord = findCondition(binding.status, 'Ready')?.reason === BIND_IN_FLIGHT;
  const rest = withoutFields(withoutOperation(binding.status ?? {}), 'inProgressProperties');
  // When this was the broker's only word there is nothing to unbind.
  const status: BindingStatus = onlyWord ? { ...rest, unbindStatus: 'NotRequired' } : rest;
  return {
    status: withConditions(status, changes, now),
    next: 'settled',
    event: { type: 'Warning', reason: 'BindCallFailed', message },
  };
}

/** What the answer to an unbind means. 200 and 410 count whatever their body is. */
export function afterUnbind(
  binding: ServiceBinding,
  call: BindingCall,
  result: OsbResult,
  now: number,
): Outcome {
  if (!isGone(result)) {
    const message = describeFailure(call, result, 'deleting');
    return withRetryAfter(retried(binding, 'Unknown', { reason: 'UnbindCallFailed', message, now }), result);
  }
  const words = { reason: 'UnboundSuccessfully', message: 'The binding was deleted successfully' };
  const rest = withoutFields(withoutOperation(binding.status ?? {}), 'externalProperties', 'binding');
  return {
    status: withConditions<BindingStatus>(
      { ...rest, unbindStatus: 'Succeeded' },
      [{ type: 'Ready', status: 'False', ...words }],
      now,
    ),
    next: 'gone',
    event: { type: 'Normal', ...words },
  };
}

function retried(
  binding: ServiceBinding,
  status: 'False' | 'Unknown',
  { reason, message, now }: { reason: string; message: string; now: number },
): Outcome {
  const event: EventNote = { type: 'Warning', reason, message };
  const changed = withConditions(binding.status ?? {}, [{ type: 'Ready', status, reason, message }], now);
  return { status: changed, next: 'retry', event };
}

function withRetryAfter(outcome: Outcome, result: OsbResult): Outcome {
  const seconds = result.type === 'answer' ? result.retryAfterSeconds : undefined;
  return seconds === undefined ? outcome : { ...outcome, retryAfterSeconds: seconds };
}

function withoutOperation(status: BindingStatus): BindingStatus {
  return { ...withoutFields(status, 'currentOperation', 'operationStartTime'), asyncOpInProgress: false };
}

function describeFailure(call: BindingCall, result: OsbResult, gerund: 'creating' | 'deleting'): string {
  const { namespace, name } = call.instance.metadata;
  const of = `ServiceInstance "${namespace}/${name}" of ${prettyName(call.serviceClass)}`;
  const at = `at ClusterServiceBroker "${call.broker.metadata.name}"`;
  const what = gerund === 'creating' ? 'creating ServiceBinding for' : 'unbinding from';
  return `Error ${what} ${of} ${at}: ${describeResult(result)}`;
}
