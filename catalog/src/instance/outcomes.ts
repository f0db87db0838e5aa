import { findCondition, timestamp, withConditions } from '../model/conditions.js';
import { withoutFields } from '../model/without-fields.js';
import { prettyName } from '../model/catalog-view.js';
import type { InstanceStatus, ServiceInstance } from '../model/objects.js';
import { describeResult, isGone, objectBody, textField } from '../osb/osb.js';
import type { OsbResult } from '../osb/osb.js';
import type { InstanceCall } from './step.js';
import { afterPoll } from './poll-outcomes.js';
import {
  failedForGood,
  startMitigation,
  succeeded,
  taken,
  warning,
  withoutOperation,
} from './transitions.js';
import type { Operation, Outcome } from './transitions.js';
import { WORDS } from './words.js';

/** What the answer to a call means (service-catalog.md sections 3.5 to 3.9). `now` in milliseconds since the epoch. */
export function afterInstanceCall(
  instance: ServiceInstance,
  call: InstanceCall,
  result: OsbResult,
  now: number,
): Outcome {
  const status = instance.status ?? {};
  const outcome =
    call.operation === 'Poll'
      ? afterPoll(instance, { result, now, deadline: call.deadline })
      : afterRequest(status, call, result, now);
  const retryAfterSeconds = result.type === 'answer' ? result.retryAfterSeconds : undefined;
  return retryAfterSeconds === undefined ? outcome : { ...outcome, retryAfterSeconds };
}

function afterRequest(status: InstanceStatus, call: InstanceCall, result: OsbResult, now: number): Outcome {
  const operation = call.operation === 'Poll' ? 'Provision' : call.operation;
  if (isAccepted(operation, result)) return asynchronous(status, operation, result, now);
  const done = afterSuccess(status, operation, result, now);
  if (done !== undefined) return done;
  if (operation === 'Deprovision') return deprovisionFailed(status, call, result, now);
  if (result.type === 'answer' && result.status === 400)
    return refused(status, { ...call, operation }, result, now);
  const condition = {
    type: 'Ready',
    status: 'False',
    reason: result.type === 'answer' ? WORDS[operation].refused : WORDS[operation].unreachable,
    message: retriedMessage({ ...call, operation }, result),
  } as const;
  if (operation === 'Provision' && isAmbiguous(status, result))
    return startMitigation(status, condition, now);
  return { status: withConditions(status, [condition], now), next: 'retry', event: warning(condition) };
}

function afterSuccess(
  status: InstanceStatus,
  operation: Operation,
  result: OsbResult,
  now: number,
): Outcome | undefined {
  if (operation !== 'Deprovision') {
    const dashboardURL = textField(result, 'dashboard_url');
    return isDone(operation, result) ? succeeded(status, operation, { now, dashboardURL }) : undefined;
  }
  return isGone(result) ? taken(status, now) : undefined;
}

/** 202 with anything but a JSON object is no promise; nobody reads more than the status of a deprovision. */
function isAccepted(operation: Operation, result: OsbResult): boolean {
  if (result.type !== 'answer' || result.status !== 202) return false;
  return operation === 'Deprovision' || objectBody(result) !== undefined;
}

/**
 * Whether the broker may have made something that it does not think we know of (OSB, "Orphan Mitigation"). A 200 says
 * that it has what was asked for, so asking again is enough; the same holds after a connection that broke, unless the
 * broker then says that what it has is something else: the spec was edited meanwhile.
 */
function isAmbiguous(status: InstanceStatus, result: OsbResult): boolean {
  if (result.type !== 'answer') return result.type === 'timeout';
  if (result.status === 409) return findCondition(status, 'Ready')?.reason === WORDS.Provision.unreachable;
  return result.status >= 500 || (result.status > 200 && result.status < 300);
}

/** 200 and 201 count only with a JSON object: a proxy's page is no instance. */
function isDone(operation: 'Provision' | 'Update', result: OsbResult): boolean {
  if (result.type !== 'answer' || objectBody(result) === undefined) return false;
  return result.status === 200 || (result.status === 201 && operation === 'Provision');
}

function asynchronous(status: InstanceStatus, operation: Operation, result: OsbResult, now: number): Outcome {
  const dashboardURL = textField(result, 'dashboard_url');
  const lastOperation = textField(result, 'operation');
  const condition = { type: 'Ready', status: 'False', ...WORDS[operation].asynchronous } as const;
  const next: InstanceStatus = {
    ...withoutFields(status, 'lastOperation'),
    asyncOpInProgress: true,
    // From here on the broker's time runs.
    operationStartTime: timestamp(now),
    ...(lastOperation === undefined ? {} : { lastOperation }),
    ...(dashboardURL === undefined ? {} : { dashboardURL }),
  };
  return {
    status: withConditions(next, [condition], now),
    next: 'poll',
    event: { type: 'Normal', ...WORDS[operation].asynchronous },
  };
}

/**
 * The broker refused for good. When that was its first and only word about the instance there is nothing to
 * deprovision; after an earlier attempt that failed in some other way there may be.
 */
function refused(
  status: InstanceStatus,
  call: InstanceCall & { operation: 'Provision' | 'Update' },
  result: OsbResult,
  now: number,
): Outcome {
  const onlyWord = findCondition(status, 'Ready')?.reason === WORDS.Provision.inFlight.reason;
  const what = describeFailure(call, result);
  const provisioning = call.operation === 'Provision';
  const message = provisioning
    ? what
    : `ServiceBroker returned a failure for update call; update will not be retried: ${what}`;
  const { refused: reason } = WORDS[call.operation];
  const rest = withoutFields(withoutOperation(status), 'inProgressProperties');
  const next: InstanceStatus =
    provisioning && onlyWord ? { ...rest, deprovisionStatus: 'NotRequired' } : rest;
  return failedForGood(
    next,
    provisioning ? [reason, 'ClusterServiceBrokerReturnedFailure'] : [reason, reason],
    {
      message,
      now,
    },
  );
}

function deprovisionFailed(
  status: InstanceStatus,
  call: InstanceCall,
  result: OsbResult,
  now: number,
): Outcome {
  const message =
    result.type === 'answer'
      ? `Deprovision call failed; received error response from broker: ${describeResult(result)}`
      : `Error deprovisioning, ${prettyName(call.serviceClass)} at ClusterServiceBroker ` +
        `"${call.broker.metadata.name}": ${describeResult(result)}`;
  const condition = {
    type: 'Ready',
    status: 'Unknown',
    reason: WORDS.Deprovision.refused,
    message,
  } as const;
  return { status: withConditions(status, [condition], now), next: 'retry', event: warning(condition) };
}

function retriedMessage(
  call: InstanceCall & { operation: 'Provision' | 'Update' },
  result: OsbResult,
): string {
  const { gerund } = WORDS[call.operation];
  if (result.type === 'timeout') {
    return `Communication with the ClusterServiceBroker timed out; operation will be retried: ${result.message}`;
  }
  if (result.type === 'unreachable') {
    const noun = call.operation.toLowerCase();
    return `The ${noun} call failed and will be retried: Error communicating with broker for ${gerund}: ${result.message}`;
  }
  const what = describeFailure(call, result);
  return call.operation === 'Provision'
    ? what
    : `ServiceBroker returned a failure for update call; update will be retried: ${what}`;
}

function describeFailure(
  call: InstanceCall & { operation: 'Provision' | 'Update' },
  result: OsbResult,
): string {
  return (
    `Error ${WORDS[call.operation].gerund} ServiceInstance of ${prettyName(call.serviceClass)} at ` +
    `ClusterServiceBroker "${call.broker.metadata.name}": ${describeResult(result)}`
  );
}
