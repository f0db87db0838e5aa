import { revokeIssued } from '../credential/revoke.js';
import { BrokerError } from '../errors.js';
import { untilSettled } from './await-operation.js';
import type { OperationContext } from './context.js';
import { bindingKey } from './context.js';
import { unlessOvertaken } from './overtaken.js';

/** An unbind request. */
export interface UnbindRequest {
  instanceId: string;
  bindingId: string;
  /** Throws when the query is not complete; called once the binding is known to exist (osb.md 2.3: 410 before 400). */
  requireComplete: () => void;
}

/**
 * Unbinds (osb.md 1.9): what was issued for the binding is given back first, so that nothing is forgotten that still
 * works. Waits behind what is going on at the instance.
 * @throws BrokerError BindingGone when there is no such binding
 */
export async function unbind(context: OperationContext, request: UnbindRequest): Promise<void> {
  const { instanceId } = request;
  const patience = AbortSignal.timeout(context.patienceMs);
  for (;;) {
    if (
      (await context.queue.run(instanceId, async () =>
        unlessOvertaken(async () => tryToUnbind(context, request)),
      )) === 'done'
    )
      return;
    await untilSettled(context, instanceId, patience);
  }
}

async function tryToUnbind(
  { store, credentialSources, recentlyDeleted }: OperationContext,
  { instanceId, bindingId, requireComplete }: UnbindRequest,
): Promise<'done' | 'busy'> {
  const stored = await store.get(instanceId);
  const binding = stored?.record.bindings.find((candidate) => candidate.bindingId === bindingId);
  if (stored === undefined || binding === undefined) throw new BrokerError('BindingGone');
  requireComplete();
  const { record, version } = stored;
  if (record.operation.state === 'in progress') return 'busy';
  if (binding.issued !== undefined) await revokeIssued(credentialSources, binding.issued);
  await store.put({ ...record, bindings: record.bindings.filter((other) => other !== binding) }, version);
  recentlyDeleted.add(bindingKey(instanceId, bindingId));
  return 'done';
}
