import { BrokerError, publicMessage } from '../errors.js';
import type { InstanceRecord } from '../store/instance-record.js';
import type { OperationContext } from './context.js';
import { bindingKey, instanceKey, provisionerOf } from './context.js';

/**
 * Deprovisions an instance (osb.md 1.10) together with its bindings, from its record alone, so that it works when the
 * ConfigMaps changed or are gone. Returns when everything is gone.
 * @throws BrokerError InstanceGone when there is none; others with `instance_usable: false`
 */
export async function deprovision(context: OperationContext, instanceId: string): Promise<void> {
  const { store, queue, recentlyDeleted } = context;
  await queue.run(instanceId, async () => {
    const stored = await store.get(instanceId);
    if (stored === undefined) throw new BrokerError('InstanceGone');
    const record: InstanceRecord = { ...stored.record, state: 'deprovisioning' };
    delete record.failure;
    const version = await store.put(record, stored.version);
    try {
      await provisionerOf(context, record.provisionKind).remove(record.objects, instanceId);
    } catch (error) {
      await store.put({ ...record, failure: publicMessage(error) }, version);
      throw notUsable(error);
    }
    await store.delete(instanceId, version);
    for (const { bindingId } of record.bindings) recentlyDeleted.add(bindingKey(instanceId, bindingId));
    recentlyDeleted.add(instanceKey(instanceId));
  });
}

/** An instance of which some objects may be gone is not usable any more (osb.md 1.1 X7). */
function notUsable(error: unknown): unknown {
  if (!(error instanceof BrokerError)) return error;
  return new BrokerError(error.code, error.message, { cause: error.cause, instanceUsable: false });
}
