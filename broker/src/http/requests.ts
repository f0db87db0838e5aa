import type { JsonObject } from '@mesitis/kube';
import { BrokerError } from '../errors.js';
import { isJsonObject, member } from '../json.js';
import type { BindRequest } from '../operations/bind.js';
import type { ProvisionRequest } from '../operations/provision.js';
import type { UpdateRequest } from '../operations/update.js';
import type { Requester } from '../store/instance-record.js';

/** What a request brings, besides its path. */
export interface Incoming {
  /** The parsed body of PUT and PATCH. */
  body: unknown;
  query: Readonly<Record<string, unknown>>;
  requestedBy: Requester | undefined;
}

/** The longest id that is taken. */
const ID_LIMIT = 255;

/**
 * An id from the path. Platforms pass on what their users wrote (osb.md 4.1), so anything that could not stand in a
 * log line, a label's source or a record is refused.
 * @throws BrokerError InvalidId
 */
export function readId(name: 'instance_id' | 'binding_id', value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw new BrokerError('InvalidId', `${name}: must not be empty`);
  if (value.length > ID_LIMIT) {
    throw new BrokerError('InvalidId', `${name}: must not be longer than ${ID_LIMIT} characters`);
  }
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) {
    throw new BrokerError('InvalidId', `${name}: must not hold control characters`);
  }
  return value;
}

/** Reads the body of a provision request (osb.md 1.3). @throws BrokerError MalformedRequest */
export function readProvision(instanceId: string, { body, query, requestedBy }: Incoming): ProvisionRequest {
  const fields = readBody(body);
  const maintenanceVersion = readMaintenanceVersion(fields);
  return {
    instanceId,
    attributes: {
      serviceId: requiredString(fields, 'service_id'),
      planId: requiredString(fields, 'plan_id'),
      organizationGuid: requiredString(fields, 'organization_guid'),
      spaceGuid: requiredString(fields, 'space_guid'),
      context: optionalObject(fields, 'context') ?? {},
      parameters: optionalObject(fields, 'parameters') ?? {},
    },
    ...(requestedBy === undefined ? {} : { requestedBy }),
    ...(maintenanceVersion === undefined ? {} : { maintenanceVersion }),
    acceptsIncomplete: acceptsIncomplete(query),
  };
}

/** Reads the body of an update request (osb.md 1.5). @throws BrokerError MalformedRequest */
export function readUpdate(instanceId: string, { body, query }: Incoming): UpdateRequest {
  const fields = readBody(body);
  const serviceId = requiredString(fields, 'service_id');
  const planId = optionalString(fields, 'plan_id');
  const context = optionalObject(fields, 'context');
  const parameters = optionalObject(fields, 'parameters');
  const maintenanceVersion = readMaintenanceVersion(fields);
  return {
    instanceId,
    serviceId,
    ...(planId === undefined ? {} : { planId }),
    ...(context === undefined ? {} : { context }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(maintenanceVersion === undefined ? {} : { maintenanceVersion }),
    acceptsIncomplete: acceptsIncomplete(query),
  };
}

/**
 * Reads the body of a bind request (osb.md 1.6). One that names a predecessor may leave out everything else, because the
 * platform may not have it any more (osb.md 1.7 R2).
 * @throws BrokerError MalformedRequest
 */
export function readBind(
  ids: { instanceId: string; bindingId: string },
  { body, requestedBy }: Incoming,
): BindRequest {
  const fields = readBody(body);
  const predecessorId = optionalString(fields, 'predecessor_binding_id');
  const text = predecessorId === undefined ? requiredString : optionalString;
  const serviceId = text(fields, 'service_id');
  const planId = text(fields, 'plan_id');
  const parameters = optionalObject(fields, 'parameters');
  const resource = optionalObject(fields, 'bind_resource') ?? {};
  const appGuid = optionalString(resource, 'app_guid') ?? optionalString(fields, 'app_guid');
  const route = optionalString(resource, 'route');
  return {
    ...ids,
    ...(predecessorId === undefined ? {} : { predecessorId }),
    attributes: {
      ...(serviceId === undefined ? {} : { serviceId }),
      ...(planId === undefined ? {} : { planId }),
      context: optionalObject(fields, 'context') ?? {},
      ...(parameters === undefined ? {} : { parameters }),
      ...(appGuid === undefined ? {} : { appGuid }),
      ...(route === undefined ? {} : { route }),
    },
    ...(requestedBy === undefined ? {} : { requestedBy }),
  };
}

/** Whether the platform takes a 202 (osb.md 1.1 X13): only the word `true` says so. */
export function acceptsIncomplete(query: Incoming['query']): boolean {
  return query['accepts_incomplete'] === 'true';
}

/** A text of the query, when it is there once and not empty. */
export function queryText(query: Incoming['query'], name: string): string | undefined {
  const value = query[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The ids in the query of a delete must be there; whether they are the record's does not matter (osb.md 2.3). */
export function requireQueryIds(query: Incoming['query']): { serviceId: string; planId: string } {
  const required = (name: string): string => {
    const value = queryText(query, name);
    if (value === undefined) {
      throw new BrokerError(
        'MalformedRequest',
        `the query parameter ${name} is required, once and not empty`,
      );
    }
    return value;
  };
  return { serviceId: required('service_id'), planId: required('plan_id') };
}

function readBody(body: unknown): JsonObject {
  if (isJsonObject(body)) return body;
  throw new BrokerError('MalformedRequest', 'the body must be a JSON object');
}

/** Null and the empty string count as missing (osb.md 2.3). */
function optionalString(fields: JsonObject, name: string): string | undefined {
  const value = member(fields, name);
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  throw new BrokerError('MalformedRequest', `${name}: must be a string`);
}

function requiredString(fields: JsonObject, name: string): string {
  const value = optionalString(fields, name);
  if (value !== undefined) return value;
  throw new BrokerError('MalformedRequest', `${name}: is required; send a non-empty string`);
}

function optionalObject(fields: JsonObject, name: string): JsonObject | undefined {
  const value = member(fields, name);
  if (value === undefined || value === null) return undefined;
  if (isJsonObject(value)) return value;
  throw new BrokerError('MalformedRequest', `${name}: must be a JSON object`);
}

/** A maintenance_info without a version says nothing: one checker sends `{}` with everything (osb.md 2.1). */
function readMaintenanceVersion(fields: JsonObject): string | undefined {
  const maintenance = optionalObject(fields, 'maintenance_info');
  return maintenance === undefined ? undefined : optionalString(maintenance, 'version');
}
