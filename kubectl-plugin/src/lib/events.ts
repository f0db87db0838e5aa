import { isKubeError, type Kube, type KubeObject } from '@mesitis/kube';
import { nameOf, recordAt, textAt } from './objects.js';
import { plainLine } from './plain-text.js';
import { brokersWords, conditionsOf } from './state.js';

/** An Event of the platform about an object. */
export interface RecentEvent {
  /** Whether it tells of trouble. */
  warning: boolean;
  reason: string;
  message: string;
  /** How often it happened. */
  count: number;
  /** RFC 3339, when it happened last. */
  at: string | undefined;
}

/** More than these push the rest of the story off the screen. */
const SHOWN = 3;

/**
 * The Events about these objects of one namespace, those of an object by its uid. Whoever may see an object need not be
 * allowed to read Events: then there are none.
 */
export async function readEvents(
  cluster: Pick<Kube, 'list'>,
  namespace: string,
  objects: readonly KubeObject[],
): Promise<ReadonlyMap<string, RecentEvent[]>> {
  // Names repeat: a binding is named after its instance.
  const names = [...new Set(objects.map(nameOf))];
  const lists = await Promise.all(names.map((name) => eventsAbout(cluster, namespace, name)));
  const events = lists
    .flat()
    .toSorted((one, other) => (timeOf(other) ?? '').localeCompare(timeOf(one) ?? ''));
  return new Map(
    objects.map((object) => [
      object.metadata.uid ?? '',
      events
        .filter((event) => isAbout(event, object))
        .map(toRecent)
        .filter((event) => !isTold(event, object))
        .filter((event, index, all) => all.findIndex((other) => isLike(event, other)) === index)
        .slice(0, SHOWN),
    ]),
  );
}

async function eventsAbout(
  cluster: Pick<Kube, 'list'>,
  namespace: string,
  name: string,
): Promise<KubeObject[]> {
  const query = { apiVersion: 'v1', kind: 'Event', namespace };
  try {
    return (await cluster.list({ ...query, fieldSelector: `involvedObject.name=${name}` })).items;
  } catch (error) {
    if (isKubeError(error, 'forbidden', 'not-found')) return [];
    // Not every server selects by this field.
    if (isKubeError(error, 'invalid')) return (await cluster.list(query)).items;
    throw error;
  }
}

function isAbout(event: KubeObject, { kind, metadata }: KubeObject): boolean {
  const involved = recordAt(event, 'involvedObject');
  if (textAt(involved, 'kind') !== kind || textAt(involved, 'name') !== metadata.name) return false;
  const uid = textAt(involved, 'uid');
  return uid === undefined || uid === metadata.uid;
}

/** What a condition says already, in the same words, is no news. */
function isTold({ reason, message }: RecentEvent, object: KubeObject): boolean {
  return conditionsOf(object).some(
    (condition) =>
      condition.reason === reason &&
      (condition.message === '' || brokersWords(condition.message) === message),
  );
}

/** Whether two Events tell the same, but for times and numbers: of a row of retries the newest says it all. */
function isLike(one: RecentEvent, other: RecentEvent): boolean {
  const gist = ({ message }: RecentEvent): string => message.replaceAll(/[\dTZ:.-]*\d[\dTZ:.-]*/g, '#');
  return one.reason === other.reason && gist(one) === gist(other);
}

function toRecent(event: KubeObject): RecentEvent {
  const count: unknown = event['count'];
  return {
    warning: textAt(event, 'type') === 'Warning',
    reason: plainLine(textAt(event, 'reason') ?? ''),
    message: brokersWords(plainLine(textAt(event, 'message') ?? '')),
    count: typeof count === 'number' ? count : 1,
    at: timeOf(event),
  };
}

function timeOf(event: KubeObject): string | undefined {
  return (
    textAt(recordAt(event, 'series'), 'lastObservedTime') ??
    textAt(event, 'lastTimestamp') ??
    textAt(event, 'eventTime') ??
    event.metadata.creationTimestamp ??
    undefined
  );
}
