import type { KubeObject } from '@mesitis/kube';
import { refOf } from '@mesitis/kube';
import type { BrokerErrorCode } from '../errors.js';
import { BROKER_ERRORS, BrokerError } from '../errors.js';
import type { Resources } from '../provision/provisioner.js';
import type {
  BindingRecord,
  InstanceRecord,
  OperationFailure,
  OperationRecord,
} from '../store/instance-record.js';

/** How an operation begins. */
export interface Beginning {
  id: string;
  holder: string;
  /** Seconds since 1970. */
  startedAt: number;
}

/** The first record of an operation. */
export function begin(type: OperationRecord['type'], { id, holder, startedAt }: Beginning): OperationRecord {
  return {
    id: `${type}-${id}`,
    type,
    direction: 'forward',
    state: 'in progress',
    asynchronous: false,
    holder,
    heartbeat: 0,
    startedAt,
  };
}

/** The operation once nobody acts on it any more. */
function ended(operation: OperationRecord, state: 'succeeded' | 'failed'): OperationRecord {
  const { holder, progress, ...rest } = operation;
  return { ...rest, state };
}

/** The instance is what it was to be: after provisioning, or after an update, which makes the target the instance. */
export function succeeded(record: InstanceRecord): InstanceRecord {
  const { target, ...rest } = record;
  return { ...rest, ...target, state: 'ready', operation: ended(record.operation, 'succeeded') };
}

/** From now on the operation takes back what it did. @param made what there is to take back */
export function turnedBack(
  record: InstanceRecord,
  failure: OperationFailure,
  made?: Resources,
): InstanceRecord {
  const { progress, ...operation } = record.operation;
  return {
    ...record,
    ...(made === undefined ? {} : { resources: made }),
    operation: { ...operation, direction: 'back', failure },
  };
}

/** Provisioning failed and was taken back, or as far as it could be. @param left what may be left of it */
export function provisionFailed(
  record: InstanceRecord,
  failure: OperationFailure,
  left?: Resources,
): InstanceRecord {
  const { leftovers, ...rest } = record;
  const remaining = left === undefined ? undefined : withLeftovers(left, leftovers);
  return {
    ...rest,
    state: 'failed',
    resources: { ...record.resources, objects: [] },
    ...(remaining === undefined ? {} : { leftovers: remaining }),
    operation: { ...ended(record.operation, 'failed'), failure },
  };
}

/**
 * An update failed and the instance is what it was before; when it could not be restored, what the update made counts as
 * left over, so that it is taken away with the instance.
 */
export function updateFailed(
  record: InstanceRecord,
  failure: OperationFailure,
  restored: boolean,
): InstanceRecord {
  const { target, ...rest } = record;
  const left =
    restored || target === undefined ? undefined : withLeftovers(target.resources, record.leftovers);
  return {
    ...rest,
    state: 'ready',
    ...(left === undefined ? {} : { leftovers: left }),
    operation: {
      ...ended(record.operation, 'failed'),
      failure: restored ? failure : { ...failure, instanceUsable: false },
    },
  };
}

/** Deprovisioning stopped on the way; asked again it goes on. */
export function deprovisionFailed(record: InstanceRecord, failure: OperationFailure): InstanceRecord {
  return {
    ...record,
    operation: { ...ended(record.operation, 'failed'), failure: { ...failure, instanceUsable: false } },
  };
}

/**
 * The operation ended because it can not be gone on with here, whatever is tried. What it may have made stays recorded,
 * so that deleting the instance cleans up.
 */
export function brokenOff(record: InstanceRecord, failure: OperationFailure): InstanceRecord {
  switch (record.state) {
    case 'provisioning':
      return provisionFailed(record, failure, record.resources);
    case 'updating':
      return updateFailed(record, failure, false);
    case 'deprovisioning':
      return deprovisionFailed(record, failure);
    case 'ready':
    case 'failed':
      return record;
  }
}

/**
 * The record as deprovisioning begins: nothing is to become of it any more. Of bindings only what has to be given back is
 * kept, so that a record which filled its store up has room for this one more write.
 */
export function deprovisioning(record: InstanceRecord, operation: OperationRecord): InstanceRecord {
  const { target, ...rest } = record;
  const left = target === undefined ? record.leftovers : withLeftovers(target.resources, record.leftovers);
  return {
    ...rest,
    state: 'deprovisioning',
    ...(left === undefined ? {} : { leftovers: left }),
    operation,
    bindings: record.bindings.map(remainder),
  };
}

function remainder({ bindingId, state, attributes, issued }: BindingRecord): BindingRecord {
  const { serviceId, planId } = attributes;
  return {
    bindingId,
    state,
    attributes: { serviceId, planId, context: {}, parameters: {} },
    ...(issued === undefined ? {} : { issued }),
  };
}

/** All that may have been made for an instance. */
export function everything(record: Pick<InstanceRecord, 'resources' | 'leftovers'>): Resources {
  return withLeftovers(record.resources, record.leftovers);
}

function withLeftovers(resources: Resources, leftovers: Resources | undefined): Resources {
  if (leftovers === undefined) return resources;
  const known = new Set(resources.objects.flat().map(nameOf));
  const more = leftovers.objects.map((group) => group.filter((object) => !known.has(nameOf(object))));
  const release = resources.release ?? leftovers.release;
  return {
    ...resources,
    objects: [...resources.objects, ...more.filter((group) => group.length > 0)],
    ...(release === undefined ? {} : { release }),
  };
}

function nameOf(object: KubeObject): string {
  return JSON.stringify(refOf(object));
}

/** Without what nothing depends on, for a store that has no room left. */
export function shortened(record: InstanceRecord): InstanceRecord {
  const { requestedBy, ...rest } = record;
  const { progress, failure, ...operation } = record.operation;
  return {
    ...rest,
    operation: {
      ...operation,
      ...(failure === undefined ? {} : { failure: { ...failure, description: briefly(failure) } }),
    },
    bindings: record.bindings.map(({ requestedBy, ...binding }) => binding),
  };
}

function briefly({ description }: OperationFailure): string {
  return description.length <= BRIEF ? description : `${description.slice(0, BRIEF)}…`;
}

const BRIEF = 200;

/** What is recorded of an error: what users may see of it. */
export function failureOf(error: unknown): OperationFailure {
  if (!(error instanceof BrokerError)) {
    return { code: 'InternalError', description: BROKER_ERRORS.InternalError.description };
  }
  const { code, message, instanceUsable, updateRepeatable } = error;
  return {
    code,
    description: message,
    ...(instanceUsable === undefined ? {} : { instanceUsable }),
    ...(updateRepeatable === undefined ? {} : { updateRepeatable }),
  };
}

/** The error that a recorded failure stands for. */
export function errorOf({
  code,
  description,
  instanceUsable,
  updateRepeatable,
}: OperationFailure): BrokerError {
  const known = Object.hasOwn(BROKER_ERRORS, code) ? (code as BrokerErrorCode) : 'InternalError';
  return new BrokerError(known, description, {
    ...(instanceUsable === undefined ? {} : { instanceUsable }),
    ...(updateRepeatable === undefined ? {} : { updateRepeatable }),
  });
}
