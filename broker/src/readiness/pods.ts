import type { JsonObject, KubeObject } from '@mesitis/kube';
import type { Verdict } from './related.js';
import { conditionOf, numberAt, objectAt, objectsAt, quoted, sentence, textAt } from './related.js';

/** What every container waits for at first: it says nothing about what keeps it. */
const BEGINNINGS: readonly string[] = ['ContainerCreating', 'PodInitializing'];

/** Waiting reasons whose message names what is missing (`secret "a" not found`); those of others quote the image or logs. */
const TELLING: readonly string[] = ['CreateContainerConfigError', 'InvalidImageName'];

/** Whether a Pod is ready, or has run to its end as it was meant to. */
export function judgePod(pod: KubeObject): Verdict {
  const phase = textAt(pod, 'status', 'phase');
  if (phase === 'Succeeded') return { ready: true };
  if (phase === 'Failed') {
    return { ready: false, reason: sentence('failed', troubleOf(pod)?.text), permanent: true };
  }
  if (conditionOf(pod, 'Ready')?.status === 'True') return { ready: true };
  return { ready: false, reason: troubleOf(pod)?.text ?? 'is not ready yet' };
}

/** Why the Pods of a workload are not ready: the worst of their troubles; undefined when none tells any. */
export function worstTrouble(pods: readonly KubeObject[]): string | undefined {
  const troubles = pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter((pod) => !judgePod(pod).ready)
    .map(troubleOf)
    .filter((trouble) => trouble !== undefined);
  return troubles.toSorted((a, b) => a.rank - b.rank)[0]?.text;
}

/** What keeps a Pod; the lower the rank, the less it will pass by itself. */
interface Trouble {
  rank: 1 | 2 | 3 | 4;
  text: string;
}

function troubleOf(pod: KubeObject): Trouble | undefined {
  const containers = ['initContainerStatuses', 'containerStatuses'].flatMap((key) =>
    objectsAt(pod, 'status', key).map((status) => containerTrouble(status)),
  );
  const troubles = [...containers, evictionOf(pod), schedulingTrouble(pod)].filter(
    (trouble) => trouble !== undefined,
  );
  return troubles.toSorted((a, b) => a.rank - b.rank)[0];
}

function containerTrouble(status: JsonObject): Trouble | undefined {
  const waiting = textAt(status, 'state', 'waiting', 'reason');
  if (waiting !== '') {
    const message = TELLING.includes(waiting) ? textAt(status, 'state', 'waiting', 'message') : '';
    const text = sentence(waiting, quoted(message)) + lastEnd(status);
    return { rank: BEGINNINGS.includes(waiting) ? 4 : 1, text };
  }
  const terminated = objectAt(status, 'state', 'terminated');
  const exitCode = numberAt(terminated, 'exitCode') ?? 0;
  if (exitCode !== 0) return { rank: 2, text: ending(terminated) };
  // An init container that is done is not "ready" either, but nothing waits for it.
  const isRunning = Object.keys(objectAt(status, 'state', 'running')).length > 0;
  if (!isRunning || status['ready'] === true) return undefined;
  const name = quoted(textAt(status, 'name'));
  return { rank: 3, text: `container ${name} runs but is not ready` };
}

/** How a container that is started again and again ended the last time. Its message may hold logs: left out. */
function lastEnd(status: JsonObject): string {
  const terminated = objectAt(status, 'lastState', 'terminated');
  return Object.keys(terminated).length === 0 ? '' : ` (${ending(terminated)})`;
}

function ending(terminated: JsonObject): string {
  const code = numberAt(terminated, 'exitCode');
  const reason = quoted(textAt(terminated, 'reason'));
  return [reason === '' ? 'ended' : reason, code === undefined ? '' : `exit code ${code}`]
    .filter((part) => part !== '')
    .join(', ');
}

/** What happened to the Pod as a whole: `Evicted`, `DeadlineExceeded`. */
function evictionOf(pod: KubeObject): Trouble | undefined {
  const reason = textAt(pod, 'status', 'reason');
  return reason === '' ? undefined : { rank: 2, text: quoted(reason) };
}

function schedulingTrouble(pod: KubeObject): Trouble | undefined {
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status !== 'False') return undefined;
  return { rank: 2, text: sentence(quoted(scheduled.reason), quoted(scheduled.message)) };
}
