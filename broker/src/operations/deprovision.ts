import { begin, deprovisioning } from '../engine/transitions.js';
import { delay } from '../delay.js';
import { BrokerError } from '../errors.js';
import type { InstanceRecord } from '../store/instance-record.js';
import type { StoredInstance } from '../store/instance-store.js';
import type { Progressed, RunningOperation } from './await-operation.js';
import { awaitFinished, runningHere, within } from './await-operation.js';
import type { OperationContext } from './context.js';
import { unlessOvertaken } from './overtaken.js';
import { bindingKey, instanceKey } from './context.js';
import { readinessOf } from './shape.js';

/** A deprovision request. */
export interface DeprovisionRequest {
  instanceId: string;
  /** As the query names it; the instance's own counts where both are known. */
  planId: string;
  acceptsIncomplete: boolean;
}

/** Between two looks at a record that another process acts on. */
const LOOK_MS = 250;

/**
 * Deprovisions an instance (osb.md 1.10) together with its bindings, from its record alone, so that it works when the
 * ConfigMaps changed or are gone. What runs on the instance is halted and taken away with it.
 * @throws BrokerError InstanceGone when there is none; others with `instance_usable: false`
 */
export async function deprovision(
  context: OperationContext,
  request: DeprovisionRequest,
): Promise<Progressed> {
  const { instanceId, planId, acceptsIncomplete } = request;
  // Before existence: an offering that only answers asynchronously says so of any instance (osb.md 2.2 trap 5).
  const atOnce = isAwaited(context, planId);
  if (atOnce && !acceptsIncomplete) throw new BrokerError('AsyncRequired');
  const begun = await context.queue.run(instanceId, async () =>
    unlessOvertaken(async () => beginDeprovision(context, request, atOnce)),
  );
  const { operation, running } = begun;
  if (atOnce) return { state: 'accepted', operation };
  return running === undefined
    ? awaitOther(context, request, operation)
    : awaitFinished(context, running, { acceptsIncomplete });
}

/** The deprovisioning that runs from now on; `running` is absent when another process carries it out. */
interface Begun {
  operation: string;
  running: RunningOperation | undefined;
}

function isAwaited({ catalog }: OperationContext, planId: string): boolean {
  const entry = catalog.current().plans.get(planId)?.entry;
  return entry !== undefined && readinessOf(entry) !== undefined;
}

async function beginDeprovision(
  context: OperationContext,
  { instanceId }: DeprovisionRequest,
  atOnce: boolean,
): Promise<Begun> {
  const { store, engine, newId, clock } = context;
  let stored = await store.get(instanceId);
  if (stored === undefined) throw new BrokerError('InstanceGone');
  if (isUnderWay(stored.record)) return begunOf(context, stored.record);
  if (engine.isRunning(instanceId)) {
    await engine.halt(instanceId);
    stored = await store.get(instanceId);
    if (stored === undefined) throw new BrokerError('InstanceGone');
  }
  const { operation: before } = stored.record;
  // A process that acts on the record keeps it: it notices what is written, and turns to that.
  const holder = (before.state === 'in progress' ? before.holder : undefined) ?? engine.holder;
  const operation = begin('deprovision', { id: newId(), holder, startedAt: Math.floor(clock() / 1000) });
  const record = deprovisioning(stored.record, { ...operation, asynchronous: atOnce });
  const version = await store.put(record, stored.version);
  if (holder === engine.holder) run(context, { record, version });
  return begunOf(context, record);
}

function begunOf(context: OperationContext, record: InstanceRecord): Begun {
  return { operation: record.operation.id, running: runningHere(context, record) };
}

function isUnderWay({ state, operation }: InstanceRecord): boolean {
  return state === 'deprovisioning' && operation.state === 'in progress';
}

function run({ engine, recentlyDeleted }: OperationContext, stored: StoredInstance): void {
  const { instanceId, bindings } = stored.record;
  void engine.run(stored).then(({ outcome }) => {
    if (outcome !== 'succeeded') return;
    for (const { bindingId } of bindings) recentlyDeleted.add(bindingKey(instanceId, bindingId));
    recentlyDeleted.add(instanceKey(instanceId));
  });
}

/** Another process acts on it, which shows in the store alone. */
async function awaitOther(
  { store, budgetMs, patienceMs }: OperationContext,
  { instanceId, acceptsIncomplete }: DeprovisionRequest,
  operation: string,
): Promise<Progressed> {
  const stop = new AbortController();
  const gone = untilGone(store, instanceId, stop.signal);
  const isGone = await within(gone, acceptsIncomplete ? budgetMs : patienceMs);
  stop.abort();
  if (isGone === true) return { state: 'done' };
  if (acceptsIncomplete) return { state: 'accepted', operation };
  throw new BrokerError('StillRunning', undefined, { instanceUsable: false });
}

async function untilGone(
  store: OperationContext['store'],
  instanceId: string,
  signal: AbortSignal,
): Promise<boolean> {
  while (!signal.aborted) {
    if ((await store.get(instanceId)) === undefined) return true;
    await delay(LOOK_MS, signal);
  }
  return false;
}
