import { isKubeError } from '@mesitis/kube';
import type { Kube } from '@mesitis/kube';
import type { ServiceBroker } from '../model/objects.js';
import { authSecret, connectionOf } from '../osb/connection.js';
import type { ConnectionResult } from '../osb/connection.js';
import type { OsbRequest, OsbResult, OsbTransport } from '../osb/osb.js';

/** Requests to brokers, with the credentials as they are at that moment: a changed Secret counts at once. */
export class BrokerCalls {
  readonly #kube: Pick<Kube, 'get'>;
  readonly #send: OsbTransport;

  constructor(kube: Pick<Kube, 'get'>, send: OsbTransport) {
    this.#kube = kube;
    this.#send = send;
  }

  /** Sends one request. Credentials that can't be had count as a broker that can't be reached. */
  async call(broker: ServiceBroker, request: OsbRequest): Promise<OsbResult> {
    const result = await this.connect(broker);
    if (result.ok) return this.#send(result.connection, request);
    const prefix = result.about === 'credentials' ? 'Error getting broker auth credentials: ' : '';
    return { type: 'unreachable', message: prefix + result.message };
  }

  /** How to reach a broker. Throws a KubeError when the API server can't say. */
  async connect(broker: ServiceBroker): Promise<ConnectionResult> {
    const ref = authSecret(broker);
    if (ref === undefined) return connectionOf(broker, undefined);
    try {
      return connectionOf(broker, await this.#kube.get(ref));
    } catch (error) {
      if (isKubeError(error, 'forbidden')) return { ok: false, about: 'credentials', message: error.message };
      throw error;
    }
  }
}
