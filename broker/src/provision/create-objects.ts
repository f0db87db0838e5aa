import type { Kube, KubeObject } from '@mesitis/kube';
import { isKubeError, refOf } from '@mesitis/kube';
import { fromClusterError } from '../cluster-error.js';
import { BrokerError } from '../errors.js';
import { display, ownerOf } from './ownership.js';
import { waitUntilGone } from './wait-until-gone.js';

/** What creation needs of the cluster. */
type CreateKube = Pick<Kube, 'get' | 'create' | 'list' | 'watch'>;

/**
 * Makes the objects group after group, those of a group at once, and never overwrites: what exists with the instance's
 * mark counts as made, anything else is a conflict. The first failure ends it when its group has settled, so that
 * nothing is still under way when the caller undoes what was made.
 * @param signal bounds the waiting for objects that are still going away from an earlier attempt
 * @throws BrokerError that names the object
 */
export async function createObjects(
  kube: CreateKube,
  groups: readonly KubeObject[][],
  instanceId: string,
  signal: AbortSignal,
): Promise<void> {
  for (const group of groups) {
    const outcomes = await Promise.allSettled(
      group.map(async (object) => createObject(kube, object, instanceId, signal)),
    );
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }
}

async function createObject(
  kube: CreateKube,
  object: KubeObject,
  instanceId: string,
  signal: AbortSignal,
): Promise<void> {
  const doing = `creating ${display(refOf(object))}`;
  try {
    await kube.create(object);
  } catch (error) {
    if (!isKubeError(error, 'already-exists')) throw fromClusterError(error, doing);
    const leaving = await leavingOrMade(kube, object, instanceId);
    if (leaving === undefined) return;
    await waitUntilGone(kube, leaving, signal);
    await kube.create(object).catch((again: unknown) => {
      throw fromClusterError(again, doing);
    });
  }
}

/** Undefined when the existing object counts as made; the object when it is ours but on its way out. */
async function leavingOrMade(
  kube: CreateKube,
  object: KubeObject,
  instanceId: string,
): Promise<KubeObject | undefined> {
  const ref = refOf(object);
  const existing = await kube.get(ref).catch((error: unknown) => {
    throw fromClusterError(error, `reading ${display(ref)}`);
  });
  // Gone between the two calls: creating it once more is right.
  if (existing === undefined) return object;
  switch (ownerOf(existing, instanceId)) {
    case 'this-instance':
      return existing.metadata.deletionTimestamp === undefined ? undefined : existing;
    case 'other-instance':
      throw new BrokerError(
        'ObjectConflict',
        `${display(ref)} belongs to another instance of this offering; an object with a fixed name can exist only once, so deprovision the other instance first`,
      );
    case 'foreign':
      throw new BrokerError(
        'ObjectConflict',
        `${display(ref)} exists already and was not made by this broker; it is left alone: ask the provider to rename the wrapped object or to remove the existing one`,
      );
  }
}
