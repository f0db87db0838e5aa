import { until } from '../cluster/wait.js';
import type { Offering, Plan } from './offering.js';

/** A broker's answer; undefined fields were not in it. */
export interface Answer {
  status: number;
  body: { operation?: string; state?: string; description?: string; credentials?: Record<string, unknown> };
}

/** How to reach a broker. */
export interface BrokerAccess {
  /** Asked before each request: a broker may be one of several, or not back yet. */
  url: () => Promise<string>;
  username: string;
  password: string;
}

/** How an operation ended as the platform sees it: `done` is a success, whether it was polled or not. */
export type Outcome =
  | { kind: 'done'; credentials?: Record<string, unknown> }
  | { kind: 'failed'; answer: Answer };

/** What a platform waits for one operation at most. Recovery takes a lease of some seconds. */
const OPERATION_MS = 60_000;
const POLL_MS = 300;

/**
 * A platform that behaves as Service Catalog does (osb.md 4.1): it repeats a request whose connection broke and one
 * that met a concurrent operation, and polls what is asynchronous.
 */
export class Platform {
  readonly #broker: BrokerAccess;
  readonly #offering: Offering;

  constructor(broker: BrokerAccess, offering: Offering) {
    this.#broker = broker;
    this.#offering = offering;
  }

  /** One request; undefined when its connection broke. */
  async send(method: string, path: string, body?: object): Promise<Answer | undefined> {
    const { url, username, password } = this.#broker;
    const base = await url();
    try {
      const response = await fetch(`${base}/v2/service_instances/${path}`, {
        method,
        headers: {
          authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
          'x-broker-api-version': '2.17',
          'content-type': 'application/json',
        },
        signal: AbortSignal.timeout(OPERATION_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Answer['body'] };
    } catch {
      return undefined;
    }
  }

  /** Provisions, and gives up as soon as a connection breaks. */
  async tryToProvision(id: string): Promise<void> {
    let answer = await this.send('PUT', `${id}?accepts_incomplete=true`, this.#provisionBody());
    if (answer?.status !== 202) return;
    await until(patience(`${id} to be provisioned or given up`), async () => {
      answer = await this.send('GET', `${id}/last_operation`);
      return answer?.body.state === 'in progress' ? undefined : true;
    });
  }

  async provision(id: string): Promise<Outcome> {
    return this.#settle('PUT', id, this.#provisionBody());
  }

  /** Provisions; what fails is deleted and made again, as often as it takes. */
  async insistOnProvision(id: string): Promise<void> {
    await until(patience(`instance ${id} to be provisioned`), async () => {
      if ((await this.provision(id)).kind === 'done') return true;
      await this.deprovision(id);
      return undefined;
    });
  }

  async update(id: string, plan: Plan): Promise<Outcome> {
    const { serviceId, planId } = this.#offering;
    return this.#settle('PATCH', id, { service_id: serviceId, plan_id: planId(plan) });
  }

  /** Updates; what fails is asked for again, as users do. */
  async insistOnUpdate(id: string, plan: Plan): Promise<void> {
    await until(patience(`instance ${id} to be updated`), async () => {
      return (await this.update(id, plan)).kind === 'done' ? true : undefined;
    });
  }

  async bind(id: string, binding: string, plan: Plan): Promise<Outcome> {
    const { serviceId, planId } = this.#offering;
    const body = { service_id: serviceId, plan_id: planId(plan), context: CONTEXT };
    return this.#settle('PUT', `${id}/service_bindings/${binding}`, body);
  }

  /** Binds; after a failure the binding is deleted and made again. Gives the credentials. */
  async insistOnBind(id: string, binding: string, plan: Plan): Promise<Record<string, unknown>> {
    return until(patience(`binding ${binding} of ${id} to be made`), async () => {
      const outcome = await this.bind(id, binding, plan);
      if (outcome.kind === 'done') return outcome.credentials ?? {};
      await this.unbind(id, binding);
      return undefined;
    });
  }

  async unbind(id: string, binding: string): Promise<Outcome> {
    return this.#settle('DELETE', `${id}/service_bindings/${binding}`);
  }

  /** Deletes, again and again until the instance is gone. */
  async deprovision(id: string): Promise<void> {
    await until(patience(`instance ${id} to be deleted`), async () => {
      return (await this.#settle('DELETE', id)).kind === 'done' ? true : undefined;
    });
  }

  /** Repeats a request until it is answered for good, and polls where the answer says so. */
  async #settle(method: string, path: string, body?: object): Promise<Outcome> {
    const { serviceId, planId } = this.#offering;
    const ids = method === 'DELETE' ? `&service_id=${serviceId}&plan_id=${planId('small')}` : '';
    const full = `${path}?accepts_incomplete=true${ids}`;
    const answer = await until(patience(`${method} ${path} to be answered`), async () => {
      const latest = await this.send(method, full, body);
      return latest === undefined || latest.status === 422 ? undefined : latest;
    });
    const isGone = method === 'DELETE' && answer.status === 410;
    if (answer.status === 202) return this.#poll(path, answer);
    if (answer.status >= 300 && !isGone) return { kind: 'failed', answer };
    const { credentials } = answer.body;
    return { kind: 'done', ...(credentials === undefined ? {} : { credentials }) };
  }

  async #poll(path: string, { body: { operation = '' } }: Answer): Promise<Outcome> {
    return until(patience(`${operation} of ${path} to end`), async () => {
      const answer = await this.send('GET', `${path}/last_operation?operation=${operation}`);
      if (answer?.status === 410) return { kind: 'done' };
      if (answer?.status !== 200) return undefined;
      if (answer.body.state === 'succeeded') return { kind: 'done' };
      return answer.body.state === 'failed' ? { kind: 'failed', answer } : undefined;
    });
  }

  #provisionBody(): object {
    const { serviceId, planId } = this.#offering;
    return {
      service_id: serviceId,
      plan_id: planId('small'),
      organization_guid: 'cluster',
      space_guid: 'space',
      context: CONTEXT,
    };
  }
}

const CONTEXT = { platform: 'kubernetes', namespace: 'client-ns', clusterid: 'cluster' };

function patience(what: string): { what: string; timeoutMs: number; intervalMs: number } {
  return { what, timeoutMs: OPERATION_MS, intervalMs: POLL_MS };
}
