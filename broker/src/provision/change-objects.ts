import type { Kube, KubeObject } from '@mesitis/kube';
import { isKubeError, refOf } from '@mesitis/kube';
import { groupOf } from '../built-in-kinds.js';
import { fromClusterError } from '../cluster-error.js';
import { isChanged, mergePatch } from '../difference/merge-patch.js';
import { createObjects } from './create-objects.js';
import { exactPatch } from './exact-patch.js';
import { display, ownerOf } from './ownership.js';
import type { Work } from './provisioner.js';
import { removeObjects } from './remove-objects.js';

/** What a change needs of the cluster. */
type ChangeKube = Pick<Kube, 'get' | 'create' | 'patch' | 'remove' | 'list' | 'watch'>;

/** How often an object is looked at again because it was replaced between reading and patching. */
const ATTEMPTS = 3;

/**
 * Changes an instance's objects from what was written into something else, group after group of the new state, those of
 * a group at once: what is new is created, what differs is patched, and in the end what is no longer named is removed,
 * last group first. Nothing that is not the instance's is touched. An object that is already as it is to be is not
 * patched, so that going back after a refusal needs no right that going forward lacked, and a repetition does no harm.
 * @throws BrokerError that names the object; the signal's reason when it fires
 */
export async function changeObjects(
  kube: ChangeKube,
  from: readonly KubeObject[][],
  to: readonly KubeObject[][],
  work: Work,
): Promise<void> {
  try {
    await makeChanges(kube, from, to, work);
  } catch (error) {
    work.signal.throwIfAborted();
    throw error;
  }
}

async function makeChanges(
  kube: ChangeKube,
  from: readonly KubeObject[][],
  to: readonly KubeObject[][],
  work: Work,
): Promise<void> {
  const before = new Map(from.flat().map((object) => [identityOf(object), object]));
  for (const group of to) {
    work.signal.throwIfAborted();
    const differing = group.filter((object) => isOther(before.get(identityOf(object)), object));
    if (differing.length > 0) {
      work.progress(`changing ${differing.map((object) => display(refOf(object))).join(', ')}`);
    }
    // All of a group settle before the first failure is told, so that nothing is under way when the caller goes back.
    const outcomes = await Promise.allSettled(
      group.map(async (object) => changeObject({ kube, work }, before.get(identityOf(object)), object)),
    );
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }
  const named = new Set(to.flat().map(identityOf));
  const surplus = from.map((group) => group.filter((object) => !named.has(identityOf(object))).map(refOf));
  work.signal.throwIfAborted();
  await removeObjects(kube, surplus, work.instanceId, work.signal);
}

/** Whether something else is written now. */
function isOther(from: KubeObject | undefined, to: KubeObject): boolean {
  return from === undefined || Object.keys(mergePatch(from, to)).length > 0;
}

/** What an object is apart from the version in which it was written: one object serves all versions of its kind. */
function identityOf({ apiVersion, kind, metadata }: KubeObject): string {
  return JSON.stringify([groupOf(apiVersion), kind, metadata.namespace, metadata.name]);
}

/** One change of an instance's objects. */
interface ChangeContext {
  kube: ChangeKube;
  work: Work;
}

async function changeObject(
  context: ChangeContext,
  from: KubeObject | undefined,
  to: KubeObject,
): Promise<void> {
  if (from === undefined) return createObject(context, to);
  for (let attempt = 1; ; attempt += 1) {
    const live = await read(context, to);
    // Ours that vanished is made again; what took its name is a conflict, which creating tells.
    if (live === undefined || !isOurs(live, context)) return createObject(context, to);
    if (isChanged(live, from, to)) return;
    try {
      await context.kube.patch(refOf(to), { type: 'merge', body: exactPatch(live, mergePatch(from, to)) });
      return;
    } catch (error) {
      const mayBeReplaced = isKubeError(error, 'conflict', 'not-found');
      if (mayBeReplaced && attempt < ATTEMPTS && !context.work.signal.aborted) continue;
      throw fromClusterError(error, `updating ${display(refOf(to))}`);
    }
  }
}

function isOurs(live: KubeObject, { work }: ChangeContext): boolean {
  return live.metadata.deletionTimestamp === undefined && ownerOf(live, work.instanceId) === 'this-instance';
}

async function read({ kube }: ChangeContext, object: KubeObject): Promise<KubeObject | undefined> {
  const ref = refOf(object);
  try {
    return await kube.get(ref);
  } catch (error) {
    throw fromClusterError(error, `reading ${display(ref)}`);
  }
}

async function createObject({ kube, work }: ChangeContext, object: KubeObject): Promise<void> {
  const { failure } = await createObjects(kube, [[object]], work.instanceId, work.signal);
  if (failure !== undefined) throw failure.error;
}
