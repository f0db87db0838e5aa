import type { Finished } from '../engine/operation-engine.js';
import { delay } from '../delay.js';
import { BrokerError } from '../errors.js';
import type { InstanceRecord } from '../store/instance-record.js';
import type { StoredInstance } from '../store/instance-store.js';
import type { OperationContext } from './context.js';

/** What a request that may take long is answered: done, or the operation to poll (202). */
export type Progressed = { state: 'done' } | { state: 'accepted'; operation: string };

/** How long a request can wait for the operation that it began or met. */
export interface Patience {
  acceptsIncomplete: boolean;
  /** Answer 202 at once, because it can not be ready within the time of a request (osb.md 1.1 X12). */
  atOnce?: boolean;
}

/** An operation that runs in this process. */
export interface RunningOperation {
  instanceId: string;
  operation: string;
  /** Whether its record says already that a platform polls it. */
  isAsynchronous: boolean;
  finished: Promise<Finished>;
}

/**
 * Runs an operation whose record was just written. To be called in the same turn of the instance's queue as the write:
 * in between nobody else may decide about the instance.
 */
export function carryOut({ engine }: OperationContext, stored: StoredInstance): RunningOperation {
  const { instanceId, operation } = stored.record;
  const { id, asynchronous } = operation;
  return { instanceId, operation: id, isAsynchronous: asynchronous, finished: engine.run(stored) };
}

/** The operation that the record describes, if this process carries it out. */
export function runningHere(
  { engine }: OperationContext,
  { instanceId, operation: { id, asynchronous } }: InstanceRecord,
): RunningOperation | undefined {
  const finished = engine.finished(instanceId, id);
  return finished === undefined
    ? undefined
    : { instanceId, operation: id, isAsynchronous: asynchronous, finished };
}

/**
 * Waits for an operation of this process: if the platform accepts 202 then not for long, else as long as platforms wait
 * for an answer.
 * @throws BrokerError whatever it failed with
 */
export async function awaitFinished(
  context: OperationContext,
  running: RunningOperation,
  { acceptsIncomplete, atOnce = false }: Patience,
): Promise<Progressed> {
  const { budgetMs, patienceMs } = context;
  const { finished } = running;
  const accepted = { state: 'accepted', operation: running.operation } as const;
  if (!acceptsIncomplete) return resultOf(await within(finished, patienceMs));
  if (atOnce && running.isAsynchronous) return accepted;
  const waited = await within(finished, atOnce ? 0 : budgetMs);
  if (waited !== undefined) return resultOf(waited);
  // The store may be away: even that must not keep the request for ever.
  const late = await within(acceptedOrFinished(context, running), Math.max(0, patienceMs - budgetMs));
  return late === 'accepted' ? accepted : resultOf(late);
}

/** It may end before it is written that somebody polls: then nobody would find anything to poll. */
async function acceptedOrFinished(
  { engine }: OperationContext,
  { instanceId, operation, finished }: RunningOperation,
): Promise<'accepted' | Finished> {
  return (await engine.makeAsynchronous(instanceId, operation)) ? 'accepted' : finished;
}

function resultOf(finished: Finished | undefined): Progressed {
  if (finished === undefined) throw new BrokerError('StillRunning');
  switch (finished.outcome) {
    case 'succeeded':
      return { state: 'done' };
    case 'failed':
      throw finished.error;
    case 'lost':
      throw new BrokerError('OperationHalted');
  }
}

/** The value, or undefined when it takes longer. */
export async function within<Value>(value: Promise<Value>, limitMs: number): Promise<Value | undefined> {
  const ended = new AbortController();
  const limit = delay(limitMs, ended.signal);
  try {
    return await Promise.race([value, limit.then(() => undefined)]);
  } finally {
    ended.abort();
  }
}

/** Refuses what waited too long for its turn: the platform has given up, and what follows it should not wait too. */
export function requirePatience({ aborted }: AbortSignal): void {
  if (aborted) throw new BrokerError('ConcurrencyError');
}

/** Between two looks at an instance that another process acts on. */
const LOOK_MS = 250;

/**
 * Waits until nothing is going on at the instance any more, in this process or in another.
 * @throws BrokerError ConcurrencyError when the signal fires first
 */
export async function untilSettled(
  { engine, store }: Pick<OperationContext, 'engine' | 'store'>,
  instanceId: string,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const stored = await store.get(instanceId);
    if (stored?.record.operation.state !== 'in progress') return;
    const here = engine.finished(instanceId);
    const pause = delay(LOOK_MS, signal);
    await (here === undefined ? pause : Promise.race([here, aborted(signal)]));
  }
  throw new BrokerError('ConcurrencyError');
}

async function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
