import { BrokerError } from '../errors.js';
import type { OperationContext } from './context.js';
import { bindingKey } from './context.js';

/** An unbind request. */
export interface UnbindRequest {
  instanceId: string;
  bindingId: string;
  /** Throws when the query is not complete; called once the binding is known to exist (osb.md 2.3: 410 before 400). */
  requireComplete: () => void;
}

/** Unbinds (osb.md 1.9). @throws BrokerError BindingGone when there is no such binding */
export async function unbind(context: OperationContext, request: UnbindRequest): Promise<void> {
  const { instanceId, bindingId } = request;
  await context.queue.run(instanceId, async () => {
    const stored = await context.store.get(instanceId);
    const bindings = stored?.record.bindings ?? [];
    const rest = bindings.filter((binding) => binding.bindingId !== bindingId);
    if (stored === undefined || rest.length === bindings.length) throw new BrokerError('BindingGone');
    request.requireComplete();
    await context.store.put({ ...stored.record, bindings: rest }, stored.version);
    context.recentlyDeleted.add(bindingKey(instanceId, bindingId));
  });
}
