import type { KubeObject } from '@mesitis/kube';
import { MITIGATION } from '../instance/words.js';
import { timestamp, withConditions, withLeadingCondition, withoutCondition } from '../model/conditions.js';
import { isDeleting } from '../model/objects.js';
import type { BindingStatus, ServiceBinding } from '../model/objects.js';
import { withoutFields } from '../model/without-fields.js';
import { textField } from '../osb/osb.js';
import type { OsbResult } from '../osb/osb.js';
import type { CallOutcome } from '../runtime/outcome.js';
import { deadlineOf, withExpiry } from './expiry.js';
import type { Expiry } from './expiry.js';
import { BINDING_MITIGATION, BINDING_WORDS } from './words.js';

/** What a call led to. */
export type Outcome = CallOutcome<BindingStatus>;
/** `status.currentOperation`. */
export type Operation = 'Bind' | 'Unbind';
/** A condition's reason and message. */
export interface Words {
  reason: string;
  message: string;
}

/** What is being done at the broker. */
export function operationUnderWay(binding: ServiceBinding): Operation {
  const { status = {} } = binding;
  if (status.orphanMitigationInProgress === true) return 'Unbind';
  return status.currentOperation ?? (isDeleting(binding) ? 'Unbind' : 'Bind');
}

/** The Secret is written: the binding is ready. */
export function delivered(
  binding: ServiceBinding,
  { secret, expiry, now }: { secret: KubeObject; expiry: Expiry; now: number },
): Outcome {
  const { generation } = binding.metadata;
  const { name = '', resourceVersion } = secret.metadata;
  const before = withoutFields(withoutOperation(known(binding.status ?? {})), 'inProgressProperties');
  const deadline = deadlineOf(expiry);
  // Credentials that are told again end when they did.
  const isNew = deadline !== undefined && deadline !== deadlineOf(before);
  const status: BindingStatus = {
    ...(isNew ? withExpiry(before, expiry, now) : before),
    ...(generation === undefined ? {} : { reconciledGeneration: generation }),
    ...(resourceVersion === undefined ? {} : { secretResourceVersion: resourceVersion }),
    unbindStatus: 'Required',
    binding: { name },
  };
  const words = { reason: 'InjectedBindResult', message: 'Injected bind result' };
  return {
    status: withConditions(status, [{ type: 'Ready', status: 'True', ...words }], now),
    next: 'settled',
    event: { type: 'Normal', ...words },
  };
}

/** The broker is known to have the binding, whatever becomes of its credentials. */
export function known(status: BindingStatus): BindingStatus {
  const { inProgressProperties } = status;
  return inProgressProperties === undefined
    ? status
    : { ...status, externalProperties: inProgressProperties };
}

/** The broker takes its time. */
export function asynchronous(
  status: BindingStatus,
  operation: Operation,
  result: OsbResult,
  now: number,
): Outcome {
  const lastOperation = textField(result, 'operation');
  const words = BINDING_WORDS[operation].asynchronous;
  const next: BindingStatus = {
    ...withoutFields(status, 'lastOperation'),
    asyncOpInProgress: true,
    // From here on the broker's time runs.
    operationStartTime: timestamp(now),
    ...(lastOperation === undefined ? {} : { lastOperation }),
  };
  return {
    status: withConditions(next, [{ type: 'Ready', status: 'False', ...words }], now),
    next: 'poll',
    event: { type: 'Normal', ...words },
  };
}

/** Nothing is left at the broker: the binding may go, or be made again. */
export function taken(status: BindingStatus, now: number): Outcome {
  const mitigated = status.orphanMitigationInProgress === true;
  const words = mitigated
    ? MITIGATION.succeeded
    : { reason: 'UnboundSuccessfully', message: 'The binding was deleted successfully' };
  const rest = withoutFields(
    withoutCondition(withoutOperation(status), 'OrphanMitigation'),
    'externalProperties',
    'inProgressProperties',
    'binding',
    'secretResourceVersion',
  );
  const next: BindingStatus = {
    ...rest,
    unbindStatus: 'Succeeded',
    ...(mitigated ? { orphanMitigationInProgress: false } : {}),
  };
  return {
    status: withConditions(next, [{ type: 'Ready', status: 'False', ...words }], now),
    next: mitigated ? 'mitigated' : 'gone',
    event: { type: 'Normal', ...words },
  };
}

/**
 * A bind that failed with an open end is taken back, and then tried again unless it `failed` for good. A binding that the
 * broker had before is never taken back: somebody uses it.
 */
export function afterOpenEnd(status: BindingStatus, cause: Words & { failed?: Words }, now: number): Outcome {
  const { reason, message, failed } = cause;
  if (status.externalProperties !== undefined) {
    const rest: BindingStatus = { ...withoutFields(status, 'lastOperation'), asyncOpInProgress: false };
    return retried(rest, 'False', { reason, message, now });
  }
  const next: BindingStatus = {
    ...withoutFields(status, 'lastOperation'),
    asyncOpInProgress: false,
    orphanMitigationInProgress: true,
    unbindStatus: 'Required',
  };
  // In front, where svcat does not look: Service Catalog knew no such condition of bindings.
  const led = withLeadingCondition(next, { type: 'OrphanMitigation', status: 'True', reason, message }, now);
  return {
    status: withConditions(
      led,
      [
        { type: 'Ready', status: 'False', ...BINDING_MITIGATION },
        ...(failed === undefined ? [] : [{ type: 'Failed', status: 'True', ...failed } as const]),
      ],
      now,
    ),
    next: 'mitigate',
    event: { type: 'Warning', reason, message },
  };
}

/** It is tried again after a pause. */
export function retried(
  before: BindingStatus,
  status: 'False' | 'Unknown',
  { reason, message, now }: Words & { now: number },
): Outcome {
  return {
    status: withConditions(before, [{ type: 'Ready', status, reason, message }], now),
    next: 'retry',
    event: { type: 'Warning', reason, message },
  };
}

/** The status without what describes a running operation. */
export function withoutOperation(status: BindingStatus): BindingStatus {
  return {
    ...withoutFields(status, 'currentOperation', 'operationStartTime', 'lastOperation'),
    asyncOpInProgress: false,
  };
}
