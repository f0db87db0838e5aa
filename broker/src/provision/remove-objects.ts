import type { Kube, KubeObject, ObjectRef } from '@mesitis/kube';
import { isKubeError } from '@mesitis/kube';
import { fromClusterError } from '../cluster-error.js';
import { display, ownerOf } from './ownership.js';
import { waitUntilGone } from './wait-until-gone.js';

/** What removal needs of the cluster. */
type RemoveKube = Pick<Kube, 'get' | 'remove' | 'list' | 'watch'>;

/**
 * Removes the objects, last group first, and waits for each group to be gone before the next: what was made last may
 * need what was made first until its end. Objects without the instance's mark are left alone. One that can't be removed
 * does not keep the others of its group, but ends it there. Idempotent.
 * @param signal bounds the waiting
 * @throws BrokerError that names the object
 */
export async function removeObjects(
  kube: RemoveKube,
  groups: readonly (readonly ObjectRef[])[],
  instanceId: string,
  signal: AbortSignal,
): Promise<void> {
  for (const group of groups.toReversed()) {
    const outcomes = await Promise.allSettled(
      group.map(async (ref) => removeObject({ kube, instanceId, signal }, ref)),
    );
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }
}

/** One removal of an instance's objects. */
interface Removal {
  kube: RemoveKube;
  instanceId: string;
  signal: AbortSignal;
}

/** @param refusedUid the uid of the object that an attempt before this one could not remove because of a conflict */
async function removeObject(removal: Removal, ref: ObjectRef, refusedUid?: string): Promise<void> {
  const { kube, instanceId, signal } = removal;
  let object: KubeObject | undefined;
  try {
    object = await kube.get(ref);
    if (object === undefined || ownerOf(object, instanceId) !== 'this-instance') return;
    // The uid makes sure that what is removed is what was looked at. Background: the garbage collector takes what the
    // object owns (a Deployment's ReplicaSets), without a finalizer that only it could lift.
    await kube.remove(ref, {
      propagationPolicy: 'Background',
      ...(object.metadata.uid === undefined ? {} : { uid: object.metadata.uid }),
    });
  } catch (error) {
    // Replaced between the two calls: what was ours is gone, and the new one's marks decide again. A conflict over the
    // same object once more is somebody's refusal, and asking for ever would not change it.
    const uid = object?.metadata.uid;
    if (isKubeError(error, 'conflict') && uid !== refusedUid && !signal.aborted) {
      return removeObject(removal, ref, uid);
    }
    // 500 and not 400: the platform shall ask again, whatever has to be mended before that helps.
    throw fromClusterError(error, `removing ${display(ref)}`, 'DeprovisionIncomplete');
  }
  await waitUntilGone(kube, object, signal);
}
