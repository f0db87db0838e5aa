import type { JsonObject } from '@mesitis/kube';
import { BrokerError } from '../errors.js';
import { isJsonObject, member } from '../json.js';
import type { BindRequest } from '../operations/bind.js';
import type { ProvisionRequest } from '../operations/provision.js';
import type { UpdateRequest } from '../operations/update.js';
import type { Requester } from '../store/instance-record.js';

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
export function readProvision(
  instanceId: string,
  body: unknown,
  requestedBy: Requester | undefined,
): ProvisionRequest {
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
  };
}

/** Reads the body of an update request (osb.md 1.5). @throws BrokerError MalformedRequest */
export function readUpdate(instanceId: string, body: unknown): UpdateRequest {
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
  };
}

/** Reads the body of a bind request (osb.md 1.6). @throws BrokerError MalformedRequest, RotationNotSupported */
export function readBind(
  ids: { instanceId: string; bindingId: string },
  body: unknown,
  requestedBy: Requester | undefined,
): BindRequest {
  const fields = readBody(body);
  if (optionalString(fields, 'predecessor_binding_id') !== undefined) {
    throw new BrokerError(
      'RotationNotSupported',
      'predecessor_binding_id: bindings can not be rotated in this release; make a new binding and delete the old one',
    );
  }
  const resource = optionalObject(fields, 'bind_resource') ?? {};
  const appGuid = optionalString(resource, 'app_guid') ?? optionalString(fields, 'app_guid');
  const route = optionalString(resource, 'route');
  return {
    ...ids,
    attributes: {
      serviceId: requiredString(fields, 'service_id'),
      planId: requiredString(fields, 'plan_id'),
      context: optionalObject(fields, 'context') ?? {},
      parameters: optionalObject(fields, 'parameters') ?? {},
      ...(appGuid === undefined ? {} : { appGuid }),
      ...(route === undefined ? {} : { route }),
    },
    ...(requestedBy === undefined ? {} : { requestedBy }),
  };
}

/** The ids in the query of a delete must be there; whether they are the record's does not matter (osb.md 2.3). */
export function requireQueryIds(query: Readonly<Record<string, unknown>>): void {
  for (const name of ['service_id', 'plan_id']) {
    const value = query[name];
    if (typeof value !== 'string' || value === '') {
      throw new BrokerError(
        'MalformedRequest',
        `the query parameter ${name} is required, once and not empty`,
      );
    }
  }
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
