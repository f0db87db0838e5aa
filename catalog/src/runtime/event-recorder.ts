import type { Kube, KubeObject } from '@mesitis/kube';
import type { Logger } from 'pino';
import { timestamp } from '../model/conditions.js';
import type { Clock } from './clock.js';
import { describeError } from './describe-error.js';
import type { EventNote } from './outcome.js';

const AT_ONCE = 4;
const MOST_WAITING = 1000;
const COMPONENT = 'service-catalog-controller-manager';

/**
 * Tells of what happens to objects with Events. Never in the way: Events are written behind, a few at a time, one
 * that can't be written is logged and forgotten, and when too many wait new ones are dropped.
 */
export class EventRecorder {
  readonly #kube: Pick<Kube, 'create'>;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #waiting: KubeObject[] = [];
  readonly #writing = new Set<Promise<void>>();

  constructor(kube: Pick<Kube, 'create'>, clock: Clock, log: Logger) {
    this.#kube = kube;
    this.#clock = clock;
    this.#log = log;
  }

  /** Tells something about an object. */
  record(about: KubeObject, note: EventNote): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#log.warn({ reason: note.reason }, 'event dropped');
      return;
    }
    this.#waiting.push(eventFor(about, note, this.#clock.now()));
    this.#fill();
  }

  /** Resolves when everything recorded so far is written. */
  async flush(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing);
  }

  #fill(): void {
    while (this.#writing.size < AT_ONCE) {
      const event = this.#waiting.shift();
      if (event === undefined) return;
      const writing = this.#write(event).finally(() => {
        this.#writing.delete(writing);
        this.#fill();
      });
      this.#writing.add(writing);
    }
  }

  async #write(event: KubeObject): Promise<void> {
    try {
      await this.#kube.create(event);
    } catch (error) {
      this.#log.warn({ err: describeError(error), reason: event['reason'] }, 'event not written');
    }
  }
}

function eventFor(about: KubeObject, { type, reason, message }: EventNote, now: number): KubeObject {
  const { name = '', namespace, uid, resourceVersion } = about.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    // Events on objects without a namespace live in `default`, where `kubectl describe` looks for them.
    metadata: { generateName: `${name}.`, namespace: namespace ?? 'default' },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    type,
    reason,
    message: message.slice(0, LONGEST_MESSAGE),
    source: { component: COMPONENT },
    count: 1,
    firstTimestamp: timestamp(now),
    lastTimestamp: timestamp(now),
  };
}

/** The API server takes no longer ones. */
const LONGEST_MESSAGE = 1024;
