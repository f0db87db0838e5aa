import type { Kube, KubeErrorKind, KubeObject } from '@mesitis/kube';
import { isKubeError, refOf } from '@mesitis/kube';
import { fromClusterError } from '../cluster-error.js';
import { delay } from '../delay.js';
import { differences } from '../difference/differences.js';
import { patchTowards } from '../difference/merge-patch.js';
import { BrokerError } from '../errors.js';
import { exactPatch } from './exact-patch.js';
import { display, ownerOf } from './ownership.js';
import { waitUntilGone } from './wait-until-gone.js';

/** How far creation went. */
export interface CreateOutcome {
  /** What is in the cluster now, or may be because the API server did not say: group after group. */
  objects: KubeObject[][];
  /** What ended it early; absent when everything was made. */
  failure?: { error: unknown };
}

/** What creation needs of the cluster. */
type CreateKube = Pick<Kube, 'get' | 'create' | 'patch' | 'list' | 'watch'>;

/**
 * With these the API server says for certain that it made nothing. After any other failure, a timeout above all, the
 * object may exist.
 */
const NOT_MADE: readonly KubeErrorKind[] = [
  'invalid',
  'forbidden',
  'unauthorized',
  'not-found',
  'conflict',
  'already-exists',
  'too-many-requests',
];

/**
 * Makes the objects group after group, those of a group at once, and never overwrites what is not the instance's: that
 * is a conflict. What exists with the instance's mark counts as made, once it is as it is to be: an attempt before this
 * one may have left it with other values. The first failure (a BrokerError that names the object, as a rule)
 * ends it when its group has settled, so that nothing is still under way when the caller undoes what was made. What was
 * refused or never tried is not among the outcome's objects: undoing must not ask for rights that making lacked.
 * @param signal bounds the waiting for objects that are still going away from an earlier attempt
 */
export async function createObjects(
  kube: CreateKube,
  groups: readonly KubeObject[][],
  instanceId: string,
  signal: AbortSignal,
): Promise<CreateOutcome> {
  const objects: KubeObject[][] = [];
  for (const group of groups) {
    // What ended in between must not be gone on with, and what was made so far is in the record anyway.
    signal.throwIfAborted();
    const outcomes = await Promise.all(
      group.map(async (object) => createObject(kube, object, instanceId, signal)),
    );
    objects.push(group.filter((_object, index) => outcomes[index]?.mayExist === true));
    const failure = outcomes.find(({ error }) => error !== undefined);
    if (failure !== undefined) return { objects, failure: { error: failure.error } };
  }
  return { objects };
}

/** Whether the object is there or may be, as this instance's, and why it is not sure to be. */
interface Creation {
  mayExist: boolean;
  error?: unknown;
}

async function createObject(
  kube: CreateKube,
  object: KubeObject,
  instanceId: string,
  signal: AbortSignal,
): Promise<Creation> {
  try {
    await createPatiently(kube, object, signal);
    return { mayExist: true };
  } catch (error) {
    if (!isKubeError(error, 'already-exists')) return notCreated(object, error);
  }
  try {
    const leaving = await leavingOrMade(kube, object, instanceId);
    if (leaving === undefined) return { mayExist: true };
    await waitUntilGone(kube, leaving, signal);
  } catch (error) {
    return { mayExist: !(error instanceof BrokerError && error.code === 'ObjectConflict'), error };
  }
  try {
    await createPatiently(kube, object, signal);
    return { mayExist: true };
  } catch (error) {
    return notCreated(object, error);
  }
}

/** The pauses after conflicts, in milliseconds. */
const CONFLICT_PAUSES_MS = [20, 50, 100, 200, 400];

/**
 * A conflict over something that does not exist yet is one over a quota that somebody else's creation changed in the same
 * moment, as happens where many instances are made at once. It passes.
 */
async function createPatiently(kube: CreateKube, object: KubeObject, signal: AbortSignal): Promise<void> {
  for (const pause of CONFLICT_PAUSES_MS) {
    try {
      await kube.create(object);
      return;
    } catch (error) {
      if (!isKubeError(error, 'conflict')) throw error;
      await delay(pause, signal);
      signal.throwIfAborted();
    }
  }
  await kube.create(object);
}

function notCreated(object: KubeObject, error: unknown): Creation {
  return {
    mayExist: !isKubeError(error, ...NOT_MADE),
    error: isKubeError(error, 'conflict')
      ? busy(object, error)
      : fromClusterError(error, `creating ${display(refOf(object))}`),
  };
}

function busy(object: KubeObject, cause: unknown): BrokerError {
  return new BrokerError(
    'ClusterUnavailable',
    `creating ${display(refOf(object))} failed for now: too much is being made in its namespace at once`,
    { cause },
  );
}

/** Undefined when the existing object counts as made, and is as written; the object when it is ours but on its way out. */
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
      if (existing.metadata.deletionTimestamp !== undefined) return existing;
      await makeAsWritten(kube, existing, object);
      return undefined;
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

/** A creation that its caller had given up may be carried out late, behind the deletion that undid it. */
async function makeAsWritten(
  kube: Pick<Kube, 'patch'>,
  existing: KubeObject,
  object: KubeObject,
): Promise<void> {
  if (differences(existing, object).length === 0) return;
  const ref = refOf(object);
  try {
    await kube.patch(ref, { type: 'merge', body: exactPatch(existing, patchTowards(existing, object)) });
  } catch (error) {
    throw fromClusterError(error, `changing ${display(ref)}`);
  }
}
