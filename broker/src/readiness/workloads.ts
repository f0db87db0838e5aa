import type { KubeObject } from '@mesitis/kube';
import { worstTrouble } from './pods.js';
import type { Related, Verdict } from './related.js';
import { conditionOf, numberAt, quoted, sentence, textAt } from './related.js';

const READY: Verdict = { ready: true };

/** A Deployment is ready when all of its Pods are of the present template and available. */
export function judgeDeployment(object: KubeObject, related: Related): Verdict {
  const unseen = unseenBy(object);
  if (unseen !== undefined) return unseen;
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  const missing = missingPods(
    object,
    wanted,
    ['updatedReplicas', 'updated'],
    ['availableReplicas', 'available'],
  );
  const progressing = conditionOf(object, 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded' && progressing.status === 'False') {
    const seconds = numberAt(object, 'spec', 'progressDeadlineSeconds') ?? 600;
    const reason = sentence(missing ?? 'not rolled out', troubleOf(object, related));
    return { ready: false, reason: `${reason}; no progress within ${seconds} s`, permanent: true };
  }
  if (missing !== undefined) return notYet(object, missing, related);
  const old = (numberAt(object, 'status', 'replicas') ?? 0) - wanted;
  return old > 0 ? notYet(object, `${old} of the previous version still to end`, related) : READY;
}

/** A ReplicaSet is ready when it has all of its Pods and they are available. */
export function judgeReplicaSet(object: KubeObject, related: Related): Verdict {
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  return (
    unseenBy(object) ??
    waiting(object, missingPods(object, wanted, ['availableReplicas', 'available']), related)
  );
}

/**
 * A StatefulSet is ready when its Pods are, and when as many as its update strategy asks for are of the present
 * template. With OnDelete somebody else decides when that comes.
 */
export function judgeStatefulSet(object: KubeObject, related: Related): Verdict {
  const unseen = unseenBy(object);
  if (unseen !== undefined) return unseen;
  const wanted = numberAt(object, 'spec', 'replicas') ?? 1;
  // `availableReplicas` came with Kubernetes 1.22 and counts minReadySeconds.
  const counted = numberAt(object, 'status', 'availableReplicas') === undefined ? 'ready' : 'available';
  const missing = missingPods(object, wanted, [`${counted}Replicas`, counted]);
  return waiting(object, missing ?? missingUpdates(object, wanted), related);
}

function missingUpdates(object: KubeObject, wanted: number): string | undefined {
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') return undefined;
  const kept = numberAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
  const revision = textAt(object, 'status', 'updateRevision');
  if (kept === 0 && revision === textAt(object, 'status', 'currentRevision')) return undefined;
  return missingPods(object, Math.max(0, wanted - kept), ['updatedReplicas', 'updated']);
}

/** A DaemonSet is ready when every node that it chooses runs its present template. */
export function judgeDaemonSet(object: KubeObject, related: Related): Verdict {
  const unseen = unseenBy(object);
  if (unseen !== undefined) return unseen;
  const wanted = numberAt(object, 'status', 'desiredNumberScheduled') ?? 0;
  const isOnDelete = textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete';
  const missing =
    (isOnDelete ? undefined : missingPods(object, wanted, ['updatedNumberScheduled', 'updated'])) ??
    missingPods(object, wanted, ['numberAvailable', 'available']);
  return waiting(object, missing, related);
}

/** A Job is ready when it is complete. */
export function judgeJob(object: KubeObject, related: Related): Verdict {
  if (conditionOf(object, 'Complete')?.status === 'True') return READY;
  const failed = conditionOf(object, 'Failed');
  if (failed?.status === 'True') {
    const reason = sentence('failed', quoted(failed.reason), troubleOf(object, related));
    return { ready: false, reason, permanent: true };
  }
  if (conditionOf(object, 'Suspended')?.status === 'True') return { ready: false, reason: 'is suspended' };
  const done = numberAt(object, 'status', 'succeeded') ?? 0;
  const wanted = numberAt(object, 'spec', 'completions') ?? 1;
  return notYet(object, `${done} of ${wanted} complete`, related);
}

/** Not ready while the controller has not looked at what was written last: its counts are those of before. */
function unseenBy(object: KubeObject): Verdict | undefined {
  const seen = numberAt(object, 'status', 'observedGeneration') ?? 0;
  if (seen >= (object.metadata.generation ?? 1)) return undefined;
  return { ready: false, reason: 'its controller has not taken it up yet' };
}

/** The first of the counts that is short: "0 of 1 available". */
function missingPods(
  object: KubeObject,
  wanted: number,
  ...counts: readonly (readonly [field: string, word: string])[]
): string | undefined {
  for (const [field, word] of counts) {
    const have = numberAt(object, 'status', field) ?? 0;
    if (have < wanted) return `${have} of ${wanted} ${word}`;
  }
  return undefined;
}

function waiting(object: KubeObject, missing: string | undefined, related: Related): Verdict {
  return missing === undefined ? READY : notYet(object, missing, related);
}

function notYet(object: KubeObject, missing: string, related: Related): Verdict {
  return { ready: false, reason: sentence(missing, troubleOf(object, related)) };
}

/** Why Pods are missing: what the Pods say, else why none can be made (a quota, an admission webhook). */
function troubleOf(object: KubeObject, { pods = [] }: Related): string | undefined {
  const failure = conditionOf(object, 'ReplicaFailure');
  const refused =
    failure?.status === 'True' ? sentence(quoted(failure.reason), quoted(failure.message)) : undefined;
  return worstTrouble(pods) ?? refused;
}
