import { isKubeError } from '@mesitis/kube';
import type { Kube, KubeObject, ObjectRef } from '@mesitis/kube';
import { isDeleting } from '../model/objects.js';
import type { ServiceBroker } from '../model/objects.js';
import type { Clock } from './clock.js';
import type { Features } from './features.js';
import type { Metrics } from '../metrics/metrics.js';
import { authSecret, connectionOf } from '../osb/connection.js';
import type { ConnectionResult } from '../osb/connection.js';
import type { OsbRequest, OsbResult, OsbTransport } from '../osb/osb.js';

/** What calls to brokers need besides the way to send them. */
export interface BrokerCallsOptions {
  features: Pick<Features, 'originatingIdentity'>;
  clock: Pick<Clock, 'now'>;
  metrics: Pick<Metrics, 'brokerCalled'>;
}

/** Requests to brokers, with the credentials as they are at that moment: a changed Secret counts at once. */
export class BrokerCalls {
  readonly #kube: Pick<Kube, 'get'>;
  readonly #send: OsbTransport;
  readonly #options: BrokerCallsOptions;
  /** The Secrets as they were read last, by the uid of the broker. */
  readonly #secrets = new Map<string, KubeObject>();

  constructor(kube: Pick<Kube, 'get'>, send: OsbTransport, options: BrokerCallsOptions) {
    this.#kube = kube;
    this.#send = send;
    this.#options = options;
  }

  /** Sends one request. Credentials that can't be had count as a broker that can't be reached. */
  async call(broker: ServiceBroker, request: OsbRequest): Promise<OsbResult> {
    const result = await this.connect(broker);
    if (result.ok) {
      const { features, clock, metrics } = this.#options;
      const { originatingIdentity: _, ...anonymous } = request;
      const startedAt = clock.now();
      const answer = await this.#send(result.connection, features.originatingIdentity ? request : anonymous);
      const seconds = Math.max(clock.now() - startedAt, 0) / 1000;
      metrics.brokerCalled({ broker: broker.metadata.name, request, result: answer, seconds });
      return answer;
    }
    const prefix = result.about === 'credentials' ? 'Error getting broker auth credentials: ' : '';
    return { type: 'unreachable', message: prefix + result.message };
  }

  /** How to reach a broker. Throws a KubeError when the API server can't say. */
  async connect(broker: ServiceBroker): Promise<ConnectionResult> {
    const ref = authSecret(broker);
    if (ref === undefined) return connectionOf(broker, undefined);
    try {
      return connectionOf(broker, await this.#secret(broker, ref));
    } catch (error) {
      if (isKubeError(error, 'forbidden')) return { ok: false, about: 'credentials', message: error.message };
      throw error;
    }
  }

  /** Forgets the credentials of a broker that is gone. */
  forget(uid: string | undefined): void {
    this.#secrets.delete(uid ?? '');
  }

  /**
   * The Secret; for a broker that is being deleted, if need be, as it was read last: the end of a namespace takes the
   * Secret first, and without it the instances could not be given back, nor the namespace go.
   */
  async #secret(broker: ServiceBroker, ref: ObjectRef): Promise<KubeObject | undefined> {
    const { uid } = broker.metadata;
    const secret = await this.#kube.get(ref);
    if (secret === undefined) return isDeleting(broker) ? this.#secrets.get(uid) : undefined;
    this.#secrets.set(uid, secret);
    return secret;
  }
}
