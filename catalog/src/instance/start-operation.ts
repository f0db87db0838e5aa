import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '@mesitis/kube';
import { findCondition, timestamp, withConditions, withoutCondition } from '../model/conditions.js';
import type { ConditionChange } from '../model/conditions.js';
import type { InstanceProperties, InstanceStatus, ServiceInstance } from '../model/objects.js';
import { userSpecifiedNames } from './references.js';
import { UNKNOWN_OUTCOME, WORDS } from './words.js';

/** What an operation starts with. */
export interface Start {
  inProgressProperties: InstanceProperties;
  /** Milliseconds since the epoch. */
  now: number;
  /** The parameters that class and plan have set, for the record. */
  defaults: JsonObject | undefined;
}

/**
 * The status that says what is about to be asked of the broker; undefined when it is already stored. It is written
 * before the call, so that whoever reads it after a crash knows that the broker may have heard of the instance.
 */
export function startOperation(
  operation: 'Provision' | 'Update',
  { metadata, spec, status = {} }: ServiceInstance,
  { inProgressProperties, now, defaults }: Start,
): InstanceStatus | undefined {
  const observedGeneration = metadata.generation ?? 0;
  const underWay =
    status.observedGeneration === observedGeneration &&
    isDeepStrictEqual(status.inProgressProperties, inProgressProperties) &&
    isStarted(operation, status);
  if (underWay) return undefined;
  return withConditions<InstanceStatus>(
    {
      ...withoutCondition(status, 'Failed'),
      ...userSpecifiedNames(spec),
      asyncOpInProgress: false,
      orphanMitigationInProgress: false,
      currentOperation: operation,
      operationStartTime: timestamp(now),
      inProgressProperties,
      observedGeneration,
      deprovisionStatus: 'Required',
      ...(operation === 'Provision' ? { provisionStatus: 'NotProvisioned' as const } : {}),
      ...(operation === 'Provision' && defaults !== undefined
        ? { defaultProvisionParameters: status.defaultProvisionParameters ?? defaults }
        : {}),
    },
    conditionsAtStart(operation, status),
    now,
  );
}

function isStarted(operation: 'Provision' | 'Update', status: InstanceStatus): boolean {
  // The archived controller took that back after some refusals, and went on.
  const isKept = operation === 'Update' || status.deprovisionStatus === 'Required';
  return status.currentOperation === operation && isKept && findCondition(status, 'Ready') !== undefined;
}

/**
 * After an attempt with an open end the broker may have something: what it said stays to be seen until it says more,
 * so that a refusal is not taken for its first word.
 */
function conditionsAtStart(operation: 'Provision' | 'Update', status: InstanceStatus): ConditionChange[] {
  const { inFlight } = WORDS[operation];
  if (operation === 'Update' || status.deprovisionStatus !== 'Required') {
    return [{ type: 'Ready', status: 'False', ...inFlight }];
  }
  const unanswered = findCondition(status, 'Ready')?.reason === inFlight.reason;
  return unanswered ? [{ type: 'Ready', status: 'False', ...UNKNOWN_OUTCOME }] : [];
}
