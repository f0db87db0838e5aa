import { setTimeout as delay } from 'node:timers/promises';
import type { Kube, KubeObject, ListQuery } from '@mesitis/kube';
import { isKubeError, refOf } from '@mesitis/kube';
import { fromClusterError } from '../cluster-error.js';
import { BrokerError } from '../errors.js';
import { display } from './ownership.js';

/** The pause before a watch that the server closed is opened again, in milliseconds. */
const REOPEN_MS = 250;

/**
 * Waits until exactly this object (by uid; by name when it has none) is gone. Watches; a watch that ends or is too old
 * starts over from a list.
 * @param signal ends the waiting
 * @throws BrokerError DeprovisionIncomplete when the signal fires first, with what holds the object, or when looking is
 *   refused
 */
export async function waitUntilGone(
  kube: Pick<Kube, 'list' | 'watch'>,
  object: KubeObject,
  signal: AbortSignal,
): Promise<void> {
  const ref = refOf(object);
  const query: ListQuery = {
    apiVersion: ref.apiVersion,
    kind: ref.kind,
    ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
    fieldSelector: `metadata.name=${ref.name}`,
  };
  let finalizers = object.metadata.finalizers ?? [];
  try {
    for (;;) {
      const { items, resourceVersion } = await kube.list(query, { signal });
      const still = items.find((item) => isSame(item, object));
      if (still === undefined) return;
      finalizers = still.metadata.finalizers ?? [];
      if (await sawDeletion(kube.watch(query, resourceVersion, { signal }), object)) return;
      await delay(REOPEN_MS, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) {
      // Not 400 even when it was forbidden: the deletion is under way, so something did change.
      throw fromClusterError(error, `waiting for ${display(ref)} to go`, 'DeprovisionIncomplete');
    }
    const held = finalizers.length === 0 ? '' : ` (held by the finalizers ${finalizers.join(', ')})`;
    throw new BrokerError('DeprovisionIncomplete', `${display(ref)} is not gone yet${held}; ask again`, {
      cause: error,
    });
  }
}

async function sawDeletion(events: ReturnType<Kube['watch']>, object: KubeObject): Promise<boolean> {
  try {
    for await (const event of events) {
      if (event.type === 'DELETED' && isSame(event.object, object)) return true;
    }
    return false;
  } catch (error) {
    if (isKubeError(error, 'gone')) return false;
    throw error;
  }
}

function isSame(found: KubeObject, object: KubeObject): boolean {
  return object.metadata.uid === undefined || found.metadata.uid === object.metadata.uid;
}
