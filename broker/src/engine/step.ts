import type { Logger } from 'pino';
import type { Provision } from '@mesitis/offering';
import { BrokerError, isRefusal, publicMessage } from '../errors.js';
import type { Provisioner, Resources, Work } from '../provision/provisioner.js';
import type { BindingRecord } from '../store/instance-record.js';
import type { Hold } from './hold.js';
import { HoldLost } from './hold.js';
import {
  brokenOff,
  deprovisionFailed,
  errorOf,
  everything,
  failureOf,
  provisionFailed,
  succeeded,
  turnedBack,
  updateFailed,
} from './transitions.js';

/** What the steps act through. */
export interface StepContext {
  provisionerOf: (kind: Provision['kind']) => Provisioner;
  /** Gives back what was issued for a binding. @throws BrokerError */
  revoke: (binding: BindingRecord) => Promise<void>;
  logger: Logger;
}

/** How an operation ended. */
export type Settled = { outcome: 'succeeded' } | { outcome: 'failed'; error: unknown };

/** One step of an operation: what it acts on, and the error that turned it back when that happened in this process. */
export interface Step {
  hold: Hold;
  work: Work;
  /** Ends the step for good: the record is somebody else's now. `work.signal` fires then too, or when time is up. */
  halt: AbortSignal;
  /** Whether an error should be ridden out by taking the same step again. */
  isPassing: (error: unknown) => boolean;
  /** Keeps the cause for the log and the answer; the record holds only what users may see. */
  turnedBackBy: { error?: unknown };
}

/**
 * Takes the next step of the operation that the record describes, and writes where that led. Undefined: another step
 * follows. Each step may be taken again from its beginning, because a crash may come at any point of it.
 * @throws HoldLost, or a passing error after which the same step is to be taken again
 */
export async function takeStep(context: StepContext, step: Step): Promise<Settled | undefined> {
  try {
    return await next(context, step);
  } catch (error) {
    if (error instanceof HoldLost) throw error;
    rethrowIfPassing(step, error);
    return breakOff(context, step, error);
  }
}

/** What no step is prepared for would be met again for ever: a way of provisioning that is gone, or a full record. */
async function breakOff({ logger }: StepContext, { hold, work }: Step, error: unknown): Promise<Settled> {
  const { type } = hold.record.operation;
  logger.error({ instance: work.instanceId, err: error }, 'operation can not be gone on with');
  const failure = new BrokerError(
    INCOMPLETE[type],
    `${publicMessage(error)}; the operation was broken off, delete the instance`,
    { cause: error, ...(type === 'provision' ? {} : { instanceUsable: false }) },
  );
  await hold.write((record) => brokenOff(record, failureOf(failure)));
  return { outcome: 'failed', error: failure };
}

/** 5xx, because that is what makes a platform clean up. */
const INCOMPLETE = {
  provision: 'ProvisionIncomplete',
  update: 'UpdateIncomplete',
  deprovision: 'DeprovisionIncomplete',
} as const;

async function next(context: StepContext, step: Step): Promise<Settled | undefined> {
  const { state, operation } = step.hold.record;
  switch (state) {
    case 'provisioning':
      return operation.direction === 'forward' ? provision(context, step) : undoProvision(context, step);
    case 'updating':
      return operation.direction === 'forward' ? update(context, step) : restore(context, step);
    case 'deprovisioning':
      return deprovision(context, step);
    case 'ready':
      return { outcome: 'succeeded' };
    case 'failed':
      return { outcome: 'failed', error: failed(step) };
  }
}

async function provision(context: StepContext, step: Step): Promise<Settled | undefined> {
  const { hold, work } = step;
  const { resources, provisionKind, leftovers, readinessSeconds } = hold.record;
  const provisioner = context.provisionerOf(provisionKind);
  if (leftovers !== undefined) {
    try {
      await provisioner.remove(leftovers, work);
    } catch (error) {
      rethrowIfPassing(step, error);
      // Nothing of this attempt was made yet, and what an earlier one left stays recorded.
      await hold.write((record) => provisionFailed(record, failureOf(error), leftovers));
      return { outcome: 'failed', error };
    }
    await hold.write(({ leftovers, ...record }) => record);
  }
  const { made, failure } = await provisioner
    .make(resources, work)
    // It rejects when its time is up: then anything may have been made.
    .catch((caught: unknown) => ({ made: resources, failure: { error: caught } }));
  let error = failure?.error;
  if (failure === undefined && readinessSeconds !== undefined) {
    error = await rejection(provisioner.awaitReady(made, work, readinessSeconds));
  }
  if (error === undefined) {
    await hold.write((record) => succeeded({ ...record, resources: made }));
    return { outcome: 'succeeded' };
  }
  rethrowIfPassing(step, error);
  return turnBack(step, error, made);
}

/**
 * Takes back a provisioning that failed. After a refusal (4xx) that a platform heard at once nothing of the instance
 * may remain; after other failures the record tells why. When undoing fails too, the answer must be 5xx whatever came
 * first, because that is what makes a platform send the DELETE which cleans up.
 */
async function undoProvision(context: StepContext, step: Step): Promise<Settled> {
  const { hold, work } = step;
  const { resources, provisionKind } = hold.record;
  const error = failed(step);
  try {
    await context.provisionerOf(provisionKind).remove(resources, work);
  } catch (undoError) {
    rethrowIfPassing(step, undoError);
    context.logger.error({ instance: work.instanceId, err: undoError }, 'undo failed');
    const incomplete = new BrokerError(
      'ProvisionIncomplete',
      `${publicMessage(error)}; and not everything could be undone: ${publicMessage(undoError)}; delete the instance`,
      { cause: error },
    );
    await hold.write((record) => provisionFailed(record, failureOf(incomplete), resources));
    return { outcome: 'failed', error: incomplete };
  }
  // Whether a platform polls may have changed until this very write.
  await hold.write((record) =>
    isRefusal(error) && !record.operation.asynchronous
      ? undefined
      : provisionFailed(record, failureOf(error)),
  );
  return { outcome: 'failed', error };
}

async function update(context: StepContext, step: Step): Promise<Settled | undefined> {
  const { hold, work } = step;
  const { resources, target, provisionKind, leftovers } = hold.record;
  if (target === undefined) throw new Error('an instance that is updated has a target');
  const provisioner = context.provisionerOf(provisionKind);
  const { readinessSeconds } = target;
  let changed: Resources;
  if (leftovers !== undefined) {
    try {
      // What an update before it left is not what the record says: that comes first.
      await provisioner.change(leftovers, resources, work);
    } catch (error) {
      rethrowIfPassing(step, error);
      const incomplete = incompleteUpdate(error);
      await hold.write((record) => updateFailed(record, failureOf(incomplete), true));
      return { outcome: 'failed', error: incomplete };
    }
    await hold.write(({ leftovers, ...record }) => record);
  }
  try {
    changed = await provisioner.change(resources, target.resources, work);
    if (readinessSeconds !== undefined) await provisioner.awaitReady(changed, work, readinessSeconds);
  } catch (error) {
    rethrowIfPassing(step, error);
    return turnBack(step, error);
  }
  await hold.write((record) => succeeded({ ...record, target: { ...target, resources: changed } }));
  return { outcome: 'succeeded' };
}

function incompleteUpdate(cause: unknown): BrokerError {
  return new BrokerError(
    'UpdateIncomplete',
    `the state before an earlier update could still not be restored: ${publicMessage(cause)}; update again or delete the instance`,
    { cause, instanceUsable: false },
  );
}

/** From here on the next step takes back what was done. */
async function turnBack({ hold, turnedBackBy }: Step, error: unknown, made?: Resources): Promise<undefined> {
  turnedBackBy.error = error;
  await hold.write((record) => turnedBack(record, failureOf(error), made));
  return undefined;
}

async function restore(context: StepContext, step: Step): Promise<Settled> {
  const { hold, work } = step;
  const { resources, target, provisionKind } = hold.record;
  if (target === undefined) throw new Error('an instance that is updated has a target');
  const cause = failed(step);
  const code = cause instanceof BrokerError ? cause.code : 'InternalError';
  try {
    await context.provisionerOf(provisionKind).change(target.resources, resources, work);
  } catch (restoreError) {
    rethrowIfPassing(step, restoreError);
    context.logger.error({ instance: work.instanceId, err: restoreError }, 'restore failed');
    const incomplete = new BrokerError(
      'UpdateIncomplete',
      `${publicMessage(cause)}; and the previous state could not be restored: ${publicMessage(restoreError)}; update again or delete the instance`,
      { cause, instanceUsable: false },
    );
    await hold.write((record) => updateFailed(record, failureOf(incomplete), false));
    return { outcome: 'failed', error: incomplete };
  }
  const error = new BrokerError(code, `${publicMessage(cause)}; the previous state was restored`, {
    cause,
    instanceUsable: true,
    // What was refused would be refused again.
    ...(isRefusal(cause) ? { updateRepeatable: false } : {}),
  });
  await hold.write((record) => updateFailed(record, failureOf(error), true));
  return { outcome: 'failed', error };
}

async function deprovision(context: StepContext, step: Step): Promise<Settled> {
  const { hold, work } = step;
  try {
    for (const { bindingId, issued } of hold.record.bindings) {
      if (issued !== undefined) await revoke(context, hold, bindingId);
    }
    await context.provisionerOf(hold.record.provisionKind).remove(everything(hold.record), work);
  } catch (error) {
    rethrowIfPassing(step, error);
    await hold.write((record) => deprovisionFailed(record, failureOf(error)));
    return { outcome: 'failed', error: notUsable(error) };
  }
  await hold.delete();
  return { outcome: 'succeeded' };
}

/** What was given back is forgotten at once: after a crash it must not be asked for again for ever. */
async function revoke(context: StepContext, hold: Hold, bindingId: string): Promise<void> {
  const binding = hold.record.bindings.find((candidate) => candidate.bindingId === bindingId);
  if (binding === undefined) return;
  await context.revoke(binding);
  const { issued, ...rest } = binding;
  await hold.write((record) => ({
    ...record,
    bindings: record.bindings.map((candidate) => (candidate.bindingId === bindingId ? rest : candidate)),
  }));
}

/** An instance of which some objects may be gone is not usable any more (osb.md 1.1 X7). */
function notUsable(error: unknown): unknown {
  if (!(error instanceof BrokerError)) return error;
  return new BrokerError(error.code, error.message, { cause: error.cause, instanceUsable: false });
}

/** What turned the operation back: as caught in this process, else as recorded by an earlier one. */
function failed({ hold, turnedBackBy }: Step): unknown {
  const { failure } = hold.record.operation;
  return turnedBackBy.error ?? (failure === undefined ? new BrokerError('InternalError') : errorOf(failure));
}

/** Halted work is not a failure of the operation, and trouble that passes is ridden out. */
function rethrowIfPassing({ halt, isPassing }: Step, error: unknown): void {
  halt.throwIfAborted();
  if (isPassing(error)) throw error;
}

async function rejection(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error ?? new Error('failed without an error'),
  );
}
