import type { Delivery } from '../credential/deliver.js';
import type { Progressed } from '../operations/await-operation.js';
import { bind } from '../operations/bind.js';
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
import type { Incoming } from './requests.js';
import {
  acceptsIncomplete,
  queryText,
  readBind,
  readId,
  readProvision,
  readUpdate,
  requireQueryIds,
} from './requests.js';

/** A request that passed authentication and the version check. */
export interface Call extends Incoming {
  /** The OSB minor version that the platform speaks. */
  minor: number;
  /** The path's parameters, decoded. */
  params: Readonly<Record<string, unknown>>;
}

/** A success. */
export interface Reply {
  status: 200 | 201 | 202;
  body: object;
  /** When to poll, in seconds (OSB 2.15). */
  retryAfterSeconds?: number;
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
    async put(context, call) {
      const outcome = await provision(context, readProvision(instanceId(call.params), call));
      if (outcome.state === 'accepted') return accepted(outcome.operation);
      return { status: outcome.state === 'created' ? 201 : 200, body: {} };
    },
    async patch(context, call) {
      return progressed(await update(context, readUpdate(instanceId(call.params), call)));
    },
    async delete(context, { params, query }) {
      const id = instanceId(params);
      const { planId } = requireQueryIds(query);
      const request = { instanceId: id, planId, acceptsIncomplete: acceptsIncomplete(query) };
      return progressed(await deprovision(context, request));
    },
  },
  '/v2/service_instances/:instance_id/last_operation': {
    async get(context, { params, query, minor }) {
      const operation = queryText(query, 'operation');
      return polled(await lastInstanceOperation(context, instanceId(params), operation), minor);
    },
  },
  '/v2/service_instances/:instance_id/service_bindings/:binding_id': {
    async get(context, { params, minor }) {
      const { parameters, ...binding } = await fetchBinding(context, instanceId(params), bindingId(params));
      return ok({ ...delivered(binding, minor), ...unlessEmpty({ parameters }) });
    },
    async put(context, call) {
      const ids = { instanceId: instanceId(call.params), bindingId: bindingId(call.params) };
      const { outcome, ...binding } = await bind(context, readBind(ids, call));
      return { status: outcome === 'created' ? 201 : 200, body: delivered(binding, call.minor) };
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
      return polled(operation, minor);
    },
  },
};

/** How long a platform should wait before it polls, in seconds; those that heed it clamp it to their own limits. */
const POLL_SECONDS = 5;

function instanceId(params: Call['params']): string {
  return readId('instance_id', params['instance_id']);
}

function bindingId(params: Call['params']): string {
  return readId('binding_id', params['binding_id']);
}

function ok(body: object): Reply {
  return { status: 200, body };
}

function accepted(operation: string): Reply {
  return { status: 202, body: { operation }, retryAfterSeconds: POLL_SECONDS };
}

function progressed(outcome: Progressed): Reply {
  return outcome.state === 'done' ? ok({}) : accepted(outcome.operation);
}

/**
 * `endpoints` came with 2.15, and an empty list would claim that there is nothing to connect to; `metadata` came with
 * 2.16.
 */
function delivered({ credentials, endpoints, expiresAt }: Delivery, minor: number): object {
  return {
    credentials,
    ...(minor >= 15 && endpoints.length > 0 ? { endpoints } : {}),
    ...(minor >= 16 && expiresAt !== undefined
      ? { metadata: { expires_at: new Date(expiresAt).toISOString() } }
      : {}),
  };
}

/** The hints on a failure came with 2.16. */
function polled(operation: LastOperation, minor: number): Reply {
  const { state, description, instanceUsable, updateRepeatable } = operation;
  return {
    status: 200,
    body: {
      state,
      ...(description === undefined ? {} : { description }),
      ...(instanceUsable === undefined || minor < 16 ? {} : { instance_usable: instanceUsable }),
      ...(updateRepeatable === undefined || minor < 16 ? {} : { update_repeatable: updateRepeatable }),
    },
    ...(state === 'in progress' ? { retryAfterSeconds: POLL_SECONDS } : {}),
  };
}

/** Parameters are left out when there were none: strict readers don't expect the field (osb.md 2.3). */
function unlessEmpty({ parameters }: { parameters: object }): object {
  return Object.keys(parameters).length === 0 ? {} : { parameters };
}
