import type { KubeObject } from '@mesitis/kube';
import type { TestAnswer, TestBroker, TestHeaders } from '@mesitis/broker/testing';
import type { PlanIds } from './offerings.js';

/** How a platform sends one request. */
export interface Sending {
  /** Whether `accepts_incomplete=true` is sent; nothing is sent otherwise. */
  accepts?: boolean;
  /** The OSB minor version it speaks; 17 unless told. */
  minor?: number;
  headers?: TestHeaders;
}

/** Fields of a request body that replace those of a well-formed one; undefined takes one away. */
export type Fields = Readonly<Record<string, unknown>>;

/** An OSB platform that speaks to one broker, and the cluster's controllers and operators behind it. */
export class Platform {
  readonly #broker: TestBroker;
  #ids = 0;

  constructor(broker: TestBroker) {
    this.#broker = broker;
  }

  get broker(): TestBroker {
    return this.#broker;
  }

  /** An id that no instance has yet. */
  newId(): string {
    this.#ids += 1;
    return `instance-${this.#ids}`;
  }

  /** Sends anything. */
  async send(method: string, path: string, body?: unknown, sending: Sending = {}): Promise<TestAnswer> {
    const { accepts = false, minor = 17, headers } = sending;
    const query = accepts ? `${path.includes('?') ? '&' : '?'}accepts_incomplete=true` : '';
    const version = { 'x-broker-api-version': `2.${minor}` };
    return this.#broker.send(method, `${path}${query}`, body, { ...version, ...headers });
  }

  async provision(
    id: string,
    plan: PlanIds,
    fields: Fields = {},
    sending: Sending = {},
  ): Promise<TestAnswer> {
    return this.send('PUT', instancePath(id), provisionBody(plan, fields), sending);
  }

  async update(id: string, plan: PlanIds, fields: Fields = {}, sending: Sending = {}): Promise<TestAnswer> {
    return this.send('PATCH', instancePath(id), updateBody(plan, fields), sending);
  }

  async deprovision(id: string, plan: PlanIds, sending: Sending = {}): Promise<TestAnswer> {
    return this.send('DELETE', `${instancePath(id)}${idsQuery(plan)}`, undefined, sending);
  }

  async fetch(id: string, sending: Sending = {}): Promise<TestAnswer> {
    return this.send('GET', instancePath(id), undefined, sending);
  }

  /** Asks for the last operation of an instance. */
  async poll(id: string, operation?: string, sending: Sending = {}): Promise<TestAnswer> {
    return this.send(
      'GET',
      `${instancePath(id)}/last_operation${operationQuery(operation)}`,
      undefined,
      sending,
    );
  }

  async bind(
    ids: readonly [instance: string, binding: string],
    plan: PlanIds,
    fields: Fields = {},
    sending: Sending = {},
  ): Promise<TestAnswer> {
    return this.send('PUT', bindingPath(...ids), bindBody(plan, fields), sending);
  }

  async unbind(
    ids: readonly [instance: string, binding: string],
    plan: PlanIds,
    sending: Sending = {},
  ): Promise<TestAnswer> {
    return this.send('DELETE', `${bindingPath(...ids)}${idsQuery(plan)}`, undefined, sending);
  }

  async fetchBinding(ids: readonly [string, string], sending: Sending = {}): Promise<TestAnswer> {
    return this.send('GET', bindingPath(...ids), undefined, sending);
  }

  async pollBinding(ids: readonly [string, string], operation?: string): Promise<TestAnswer> {
    return this.send('GET', `${bindingPath(...ids)}/last_operation${operationQuery(operation)}`);
  }

  /** Polls as long as the operation runs. */
  async settled(id: string, operation?: string, sending: Sending = {}): Promise<TestAnswer> {
    for (;;) {
      const answer = await this.poll(id, operation, sending);
      if ((answer.body as { state?: unknown }).state !== 'in progress') return answer;
    }
  }

  /** What the broker made for an instance. */
  made(id: string): KubeObject[] {
    return this.#broker.kube
      .objects()
      .filter(({ metadata }) => metadata.annotations?.['mesitis/instance'] === id);
  }
}

export function instancePath(id: string): string {
  return `/v2/service_instances/${encodeURIComponent(id)}`;
}

export function bindingPath(instance: string, binding: string): string {
  return `${instancePath(instance)}/service_bindings/${encodeURIComponent(binding)}`;
}

/** `?service_id=…&plan_id=…` */
export function idsQuery({ service_id, plan_id }: PlanIds): string {
  return `?service_id=${encodeURIComponent(service_id)}&plan_id=${encodeURIComponent(plan_id)}`;
}

/** The operation that a 202 tells. @throws Error when there is none */
export function operationOf({ status, body }: TestAnswer): string {
  const { operation } = body as { operation?: unknown };
  if (typeof operation === 'string') return operation;
  throw new Error(`no operation in an answer with status ${status}`);
}

/** The password among the credentials of a binding. @throws Error when there is none */
export function passwordIn({ status, body }: TestAnswer): string {
  const { credentials } = body as { credentials?: { password?: unknown } };
  if (typeof credentials?.password === 'string') return credentials.password;
  throw new Error(`no password in an answer with status ${status}`);
}

function operationQuery(operation: string | undefined): string {
  return operation === undefined ? '' : `?operation=${encodeURIComponent(operation)}`;
}

/** A complete provision request, as Kubernetes Service Catalog would send it. */
export function provisionBody(plan: PlanIds, fields: Fields = {}): Fields {
  return {
    ...plan,
    organization_guid: 'cluster-1',
    space_guid: 'space-1',
    context: {
      platform: 'kubernetes',
      namespace: 'client-ns',
      clusterid: 'cluster-1',
      instance_name: 'mine',
    },
    ...fields,
  };
}

/** A complete update request. */
export function updateBody({ service_id }: PlanIds, fields: Fields = {}): Fields {
  return {
    service_id,
    context: {
      platform: 'kubernetes',
      namespace: 'client-ns',
      clusterid: 'cluster-1',
      instance_name: 'mine',
    },
    ...fields,
  };
}

/** A complete bind request. */
export function bindBody(plan: PlanIds, fields: Fields = {}): Fields {
  return {
    ...plan,
    context: { platform: 'kubernetes', namespace: 'client-ns', clusterid: 'cluster-1' },
    bind_resource: { app_guid: 'app-1' },
    ...fields,
  };
}
