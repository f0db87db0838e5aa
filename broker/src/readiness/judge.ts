import type { KubeObject } from '@mesitis/kube';
import { groupOf, isBuiltIn } from '../built-in-kinds.js';
import { judgePod } from './pods.js';
import type { Related, Verdict } from './related.js';
import { conditionOf, numberAt, objectAt, objectsAt, quoted, sentence, textAt } from './related.js';
import { judgeDaemonSet, judgeDeployment, judgeJob, judgeReplicaSet, judgeStatefulSet } from './workloads.js';

export type { Related, Verdict } from './related.js';

const READY: Verdict = { ready: true };

/** Judges one kind; the reason does not name the object. */
type Judge = (object: KubeObject, related: Related) => Verdict;

/** The kinds that are judged by more than their conditions, by `group/kind`. */
const JUDGES: ReadonlyMap<string, Judge> = new Map<string, Judge>([
  ['apps/Deployment', judgeDeployment],
  ['apps/ReplicaSet', judgeReplicaSet],
  ['apps/StatefulSet', judgeStatefulSet],
  ['apps/DaemonSet', judgeDaemonSet],
  ['batch/Job', judgeJob],
  ['/Pod', judgePod],
  ['/Service', judgeService],
  ['/PersistentVolumeClaim', judgeClaim],
]);

/**
 * Whether an object, as it was read from the API server, can be used. Pure.
 * @param related what else was read; what is absent makes the reason less precise, and a Service wait
 */
export function judge(object: KubeObject, related: Related = {}): Verdict {
  const judgeKind = JUDGES.get(kindOf(object));
  const verdict = judgeKind === undefined ? judgeConditions(object) : judgeKind(object, related);
  if (verdict.ready) return verdict;
  const name = quoted(`${object.kind} ${object.metadata.name ?? ''}`);
  return { ...verdict, reason: `${name}: ${verdict.reason}` };
}

/** Whether there is anything to wait for: a ConfigMap or an Ingress can be used as soon as it exists. */
export function isAwaited(object: KubeObject): boolean {
  if (kindOf(object) === '/Service') return hasOwnEndpoints(object);
  return JUDGES.has(kindOf(object)) || !isBuiltIn(object.apiVersion);
}

/** Whether an object's Pods say why it is not ready. */
export function hasPods(object: KubeObject): boolean {
  return ['apps', 'batch'].includes(groupOf(object.apiVersion)) && JUDGES.has(kindOf(object));
}

/** Whether a Service has Endpoints that Kubernetes keeps: not when it is an alias or somebody else fills them. */
export function hasOwnEndpoints(service: KubeObject): boolean {
  if (kindOf(service) !== '/Service' || textAt(service, 'spec', 'type') === 'ExternalName') return false;
  return Object.keys(objectAt(service, 'spec', 'selector')).length > 0;
}

function kindOf({ apiVersion, kind }: KubeObject): string {
  return `${groupOf(apiVersion)}/${kind}`;
}

/** A Service is ready when at least one Pod answers behind it, headless or not. Nobody waits for a load balancer. */
function judgeService(service: KubeObject, { endpoints }: Related): Verdict {
  if (!hasOwnEndpoints(service) || endpoints === 'unreadable') return READY;
  const ready = objectsAt(endpoints, 'subsets').some((subset) => objectsAt(subset, 'addresses').length > 0);
  if (ready) return READY;
  const notReady = objectsAt(endpoints, 'subsets').flatMap((subset) =>
    objectsAt(subset, 'notReadyAddresses'),
  );
  const why = notReady.length > 0 ? `, ${notReady.length} not ready` : '';
  return { ready: false, reason: `no ready endpoints${why}` };
}

/**
 * A claim that is pending is not waited for: where volumes are bound for their first consumer nothing would ever bind
 * one that no Pod uses yet, and a Pod that uses it is not ready before it is bound.
 */
function judgeClaim(claim: KubeObject): Verdict {
  if (textAt(claim, 'status', 'phase') !== 'Lost') return READY;
  return { ready: false, reason: 'its PersistentVolume is lost', permanent: true };
}

/** Conditions that say that a controller is at it, or has given up (the conventions of kstatus). */
const RECONCILING = 'Reconciling';
const STALLED = 'Stalled';

/** Conditions that must be True; the first that an object has decides. */
const DECISIVE: readonly string[] = ['Ready', 'Available'];

/** Any other object is judged by its conditions Ready or Available, as far as it has them. */
function judgeConditions(object: KubeObject): Verdict {
  if (isBuiltIn(object.apiVersion)) return READY;
  if (Object.keys(objectAt(object, 'status')).length === 0) {
    return { ready: false, reason: 'has no status yet', tentative: true };
  }
  const seen = numberAt(object, 'status', 'observedGeneration');
  if (seen !== undefined && seen < (object.metadata.generation ?? 1)) {
    return { ready: false, reason: 'its controller has not taken it up yet' };
  }
  if (isTrue(object, STALLED)) return { ...because(object, STALLED), permanent: true };
  if (isTrue(object, RECONCILING)) return because(object, RECONCILING);
  const decisive = DECISIVE.find((type) => conditionOf(object, type) !== undefined);
  return decisive === undefined || isTrue(object, decisive) ? READY : because(object, decisive);
}

function isTrue(object: KubeObject, type: string): boolean {
  return conditionOf(object, type)?.status === 'True';
}

function because(object: KubeObject, type: string): Verdict & { ready: false } {
  const { status = '', reason = '', message = '' } = conditionOf(object, type) ?? {};
  const state = DECISIVE.includes(type) ? `${type} is ${quoted(status)}` : type;
  return { ready: false, reason: sentence(state, quoted(reason), quoted(message)) };
}
