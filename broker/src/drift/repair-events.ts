import type { Kube, KubeObject } from '@mesitis/kube';
import { isKubeError } from '@mesitis/kube';
import type { Logger } from 'pino';

/** Why an Event is written. */
export type RepairReason = 'DriftRepaired' | 'DriftRepairGivenUp';

/** Longer messages are cut; the API server takes 1024 bytes. */
const LONGEST_MESSAGE = 1000;

/** Names of Events begin with the object's, which may be as long as a name can be. */
const LONGEST_PREFIX = 200;

const COMPONENT = 'mesitis-broker';

/** An Event (core/v1) about an object, in the object's namespace. */
export function eventAbout(
  object: KubeObject,
  reason: RepairReason,
  message: string,
  time: { now: number },
): KubeObject {
  const { name = '', namespace, uid, resourceVersion } = object.metadata;
  const timestamp = `${new Date(time.now).toISOString().slice(0, 19)}Z`;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      generateName: `${name.slice(0, LONGEST_PREFIX)}.`,
      ...(namespace === undefined ? {} : { namespace }),
    },
    involvedObject: {
      apiVersion: object.apiVersion,
      kind: object.kind,
      name,
      namespace,
      uid,
      resourceVersion,
    },
    reason,
    message: message.slice(0, LONGEST_MESSAGE),
    type: reason === 'DriftRepaired' ? 'Normal' : 'Warning',
    source: { component: COMPONENT },
    reportingComponent: COMPONENT,
    reportingInstance: COMPONENT,
    firstTimestamp: timestamp,
    lastTimestamp: timestamp,
    count: 1,
  };
}

/** Writes Events. That it can't is no reason to stop, and the missing right to do so is logged once. */
export class EventWriter {
  readonly #kube: Pick<Kube, 'create'>;
  readonly #logger: Pick<Logger, 'warn'>;
  #isRefused = false;

  constructor(kube: Pick<Kube, 'create'>, logger: Pick<Logger, 'warn'>) {
    this.#kube = kube;
    this.#logger = logger;
  }

  async write(event: KubeObject): Promise<void> {
    try {
      await this.#kube.create(event);
    } catch (err) {
      const isRefusal = isKubeError(err, 'forbidden', 'unauthorized');
      if (!isRefusal || !this.#isRefused) this.#logger.warn({ err }, 'event not written');
      this.#isRefused ||= isRefusal;
    }
  }
}
