import type { Finished } from '../engine/operation-engine.js';
import { delay } from '../delay.js';
import { BrokerError } from '../errors.js';
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
  finished: Promise<Finished>;
}

/**
 * Runs an operation whose record was just written. To be called in the same turn of the instance's queue as the write:
 * in between nobody else may decide about the instance.
 */
export function carryOut({ engine }: OperationContext, stored: StoredInstance): RunningOperation {
  const { instanceId, operation } = stored.record;
  return { instanceId, operation: operation.id, finished: engine.run(stored) };
}

/** Waits for an operation of this process. @throws BrokerError whatever it failed with */
export async function awaitFinished(
  { engine, budgetMs, patienceMs }: OperationContext,
  { instanceId, operation, finished }: RunningOperation,
  { acceptsIncomplete, atOnce = false }: Patience,
): Promise<Progressed> {
  const accepted = { state: 'accepted', operation } as const;
  if (atOnce && acceptsIncomplete) return accepted;
  const waited = await within(finished, acceptsIncomplete ? budgetMs : patienceMs);
  if (waited === undefined) {
    if (!acceptsIncomplete) throw new BrokerError('StillRunning');
    await engine.makeAsynchronous(instanceId);
    // It may have ended while that was written: then nobody would find anything to poll.
    const late = engine.isRunning(instanceId) ? undefined : await finished;
    return late === undefined ? accepted : resultOf(late);
  }
  return resultOf(waited);
}

function resultOf(finished: Finished): Progressed {
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
