import type { JsonObject, Kube, KubeObject } from '@mesitis/kube';
import { refOf } from '@mesitis/kube';
import { groupOf } from '../built-in-kinds.js';
import { differences } from '../difference/differences.js';
import { patchTowards } from '../difference/merge-patch.js';
import { isJsonObject } from '../json.js';
import { ownerOf } from '../provision/ownership.js';
import type { Fingerprint } from './tracked-objects.js';
import { fingerprintOf } from './tracked-objects.js';

/** What repairing needs of the cluster. */
export type RepairKube = Pick<Kube, 'get' | 'create' | 'patch' | 'remove'>;

/** What was found out about an object. */
export type Finding =
  /** Nothing is to be done in this state. */
  | { kind: 'settled'; state: Fingerprint }
  /** It is on its way out, or was meant to be there once only: nothing is to be done, and nothing is known. */
  | { kind: 'left' }
  /** It has lost our marks, or is somebody else's. */
  | { kind: 'foreign' }
  | { kind: 'missing' }
  | { kind: 'changed'; live: KubeObject; paths: string[] };

/** Looks whether an object is as it was made. @param settled the state in which nothing was to be done before */
export async function inspect(
  kube: Pick<Kube, 'get'>,
  wanted: KubeObject,
  known: { instanceId: string; settled: Fingerprint | undefined },
): Promise<Finding> {
  const live = await kube.get(refOf(wanted));
  if (live === undefined) return runsToCompletion(wanted) ? { kind: 'left' } : { kind: 'missing' };
  if (live.metadata.deletionTimestamp !== undefined) return { kind: 'left' };
  if (ownerOf(live, known.instanceId) !== 'this-instance') return { kind: 'foreign' };
  const state = fingerprintOf(live);
  const paths = state === known.settled ? [] : differences(live, wanted);
  return paths.length === 0 ? { kind: 'settled', state } : { kind: 'changed', live, paths };
}

/**
 * Puts back what was changed. The version that was looked at goes with it: when somebody is faster it is a conflict, and
 * nothing of theirs is lost.
 * @returns the object, and whether anything changed: a server that spells a value in its own way gives back what was there
 */
export async function putBack(
  kube: Pick<Kube, 'patch'>,
  wanted: KubeObject,
  live: KubeObject,
): Promise<{ object: KubeObject; changed: boolean; state: Fingerprint }> {
  const patch = patchTowards(live, wanted);
  const { metadata } = patch;
  const { uid = null, resourceVersion = null } = live.metadata;
  const preconditions: JsonObject = { uid, resourceVersion };
  const body = { ...patch, metadata: { ...(isJsonObject(metadata) ? metadata : {}), ...preconditions } };
  const object = await kube.patch(refOf(wanted), { type: 'merge', body });
  const state = fingerprintOf(object);
  return { object, changed: state !== fingerprintOf(live), state };
}

/** Whether an object does its work once: made again it would do it again, and it is usual to clear such away. */
function runsToCompletion({ apiVersion, kind, ...object }: KubeObject): boolean {
  if (groupOf(apiVersion) === 'batch') return kind === 'Job';
  if (apiVersion !== 'v1' || kind !== 'Pod') return false;
  const spec = object['spec'];
  return isJsonObject(spec) && (spec['restartPolicy'] === 'Never' || spec['restartPolicy'] === 'OnFailure');
}
