import { bind } from '../operations/bind.js';
import type { BindingDelivery } from '../operations/bind.js';
import type { OperationContext } from '../operations/context.js';
import { deprovision } from '../operations/deprovision.js';
import type { LastOperation } from '../operations/fetch.js';
import {
  fetchBinding,
  fetchInstance,
  lastBindingOperation,
  lastInstanceOperation,
} from '../operations/fetch.js';
import { provision } from '../operations/provision.js';
import { unbind } from '../operations/unbind.js';
import { update } from '../operations/update.js';
import type { Requester } from '../store/instance-record.js';
import { readBind, readId, readProvision, readUpdate, requireQueryIds } from './requests.js';

/** A request that passed authentication and the version check. */
export interface Call {
  /** The OSB minor version that the platform speaks. */
  minor: number;
  /** The path's parameters, decoded. */
  params: Readonly<Record<string, unknown>>;
  query: Readonly<Record<string, unknown>>;
  /** The parsed body of PUT and PATCH. */
  body: unknown;
  requestedBy: Requester | undefined;
}

/** A success. */
export interface Reply {
  status: 200 | 201;
  body: object;
}

/** Answers a call, or throws a BrokerError. */
export type Endpoint = (context: OperationContext, call: Call) => Promise<Reply>;

/** The methods that OSB uses. */
export type Method = 'get' | 'put' | 'patch' | 'delete';

/** The endpoints of OSB 2.17 by path and method, except the catalog, which is served as a prepared document. */
export const ENDPOINTS: Readonly<Record<string, Partial<Record<Method, Endpoint>>>> = {
  '/v2/service_instances/:instance_id': {
    async get(context, { params }) {
      const { serviceId, planId, parameters } = await fetchInstance(context, instanceId(params));
      return ok({ service_id: serviceId, plan_id: planId, ...unlessEmpty({ parameters }) });
    },
    async put(context, { params, body, requestedBy }) {
      const outcome = await provision(context, readProvision(instanceId(params), body, requestedBy));
      return { status: outcome === 'created' ? 201 : 200, body: {} };
    },
    async patch(context, { params, body }) {
      await update(context, readUpdate(instanceId(params), body));
      return ok({});
    },
    async delete(context, { params, query }) {
      const id = instanceId(params);
      requireQueryIds(query);
      await deprovision(context, id);
      return ok({});
    },
  },
  '/v2/service_instances/:instance_id/last_operation': {
    async get(context, { params, minor }) {
      return ok(lastOperation(await lastInstanceOperation(context, instanceId(params)), minor));
    },
  },
  '/v2/service_instances/:instance_id/service_bindings/:binding_id': {
    async get(context, { params, minor }) {
      const { parameters, ...binding } = await fetchBinding(context, instanceId(params), bindingId(params));
      return ok({ ...delivery(binding, minor), ...unlessEmpty({ parameters }) });
    },
    async put(context, { params, body, minor, requestedBy }) {
      const ids = { instanceId: instanceId(params), bindingId: bindingId(params) };
      const { outcome, ...binding } = await bind(context, readBind(ids, body, requestedBy));
      return { status: outcome === 'created' ? 201 : 200, body: delivery(binding, minor) };
    },
    async delete(context, { params, query }) {
      const ids = { instanceId: instanceId(params), bindingId: bindingId(params) };
      await unbind(context, { ...ids, requireComplete: () => requireQueryIds(query) });
      return ok({});
    },
  },
  '/v2/service_instances/:instance_id/service_bindings/:binding_id/last_operation': {
    async get(context, { params, minor }) {
      const operation = await lastBindingOperation(context, instanceId(params), bindingId(params));
      return ok(lastOperation(operation, minor));
    },
  },
};

function instanceId(params: Call['params']): string {
  return readId('instance_id', params['instance_id']);
}

function bindingId(params: Call['params']): string {
  return readId('binding_id', params['binding_id']);
}

function ok(body: object): Reply {
  return { status: 200, body };
}

/** `endpoints` came with 2.15, and an empty list would claim that there is nothing to connect to. */
function delivery({ credentials, endpoints }: BindingDelivery, minor: number): object {
  return { credentials, ...(minor >= 15 && endpoints.length > 0 ? { endpoints } : {}) };
}

/** `instance_usable` came with 2.16. */
function lastOperation({ state, description, instanceUsable }: LastOperation, minor: number): object {
  return {
    state,
    ...(description === undefined ? {} : { description }),
    ...(instanceUsable === undefined || minor < 16 ? {} : { instance_usable: instanceUsable }),
  };
}

/** Parameters are left out when there were none: strict readers don't expect the field (osb.md 2.3). */
function unlessEmpty({ parameters }: { parameters: object }): object {
  return Object.keys(parameters).length === 0 ? {} : { parameters };
}
