import type { IncomingHttpHeaders } from 'node:http';
import { KubeError } from '@mesitis/kube';
import type { KubeObject } from '@mesitis/kube';
import { apiVersionOf, asRecord, asString, badRequest, isRecord } from '@mesitis/kube/memory';
import type { JsonRecord, Manager, ResourceKind, Scope } from '@mesitis/kube/memory';
import type { UserInfo } from '../identity.js';
import type { ResourceRoute } from '../route.js';
import { commonFields } from './event-fields.js';

/** A request on a resource, read but not yet acted on. */
export interface ResourceCall {
  readonly route: ResourceRoute;
  readonly kind: ResourceKind;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The parsed body; undefined when there was none. */
  readonly body: unknown;
  readonly user: UserInfo;
  /** Adds a warning to the answer. */
  readonly warn: (text: string) => void;
}

/** Which objects the request asks for. */
export function scopeOf(call: ResourceCall): Scope {
  const { route, query } = call;
  const labelSelector = query.get('labelSelector');
  const named = route.name === undefined ? commonFields(call) : `metadata.name=${route.name}`;
  return {
    ...(route.namespace === undefined ? {} : { namespace: route.namespace }),
    ...(labelSelector === null ? {} : { labelSelector }),
    ...(named === null ? {} : { fieldSelector: named }),
  };
}

/** Whose fields a write changes: `fieldManager`, else the program that the User-Agent names. */
export function managerOf({ query, headers, route }: ResourceCall): Manager {
  const program = (headers['user-agent'] ?? '').split('/')[0];
  const name = query.get('fieldManager') ?? (program === '' || program === undefined ? 'unknown' : program);
  return { name, subresource: route.subresource === 'status' ? 'status' : undefined };
}

/** Whether nothing is to be stored. */
export function isDryRun({ query, body }: ResourceCall): boolean {
  return (
    query.has('dryRun') ||
    (isRecord(body) && body['kind'] === 'DeleteOptions' && Array.isArray(body['dryRun']))
  );
}

/**
 * The object in the body, with what the URL says filled in.
 *
 * @throws KubeError `invalid` when it is none, or contradicts the URL
 */
export function objectOf({ body, kind, route }: ResourceCall): KubeObject {
  if (!isRecord(body)) throw badRequest('the request has no JSON object in it');
  const identity = { apiVersion: apiVersionOf(kind), kind: kind.kind };
  const metadata = asRecord(body['metadata']);
  refuseContradictions(body, identity);
  refuseContradictions(metadata, { name: route.name, namespace: route.namespace ?? '' });
  const { name, namespace } = route;
  return {
    ...body,
    ...identity,
    metadata: {
      ...metadata,
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
    },
  };
}

/** What the body says and the URL says too must be the same; what the body leaves out is no contradiction. */
function refuseContradictions(body: JsonRecord, expected: Record<string, string | undefined>): void {
  for (const [field, value] of Object.entries(expected)) {
    const found = asString(body[field]);
    if (value === undefined || found === '' || found === value) continue;
    throw badRequest(`the ${field} of the provided object (${found}) does not match the request (${value})`);
  }
}

/** The list in the body of a JSON patch. */
export function patchList(body: unknown): unknown[] {
  if (!Array.isArray(body)) throw badRequest('a JSON patch is a list of operations');
  return body;
}

/** The media type of the body. */
export function contentTypeOf({ headers }: ResourceCall): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
}

/** 415 for a patch of a kind that the resource does not take. */
export function unsupportedPatch(custom: boolean): KubeError {
  const strategic = custom ? '' : ', application/strategic-merge-patch+json';
  const message =
    'the body of the request was in an unknown format - accepted media types include: ' +
    `application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml${strategic}`;
  return new KubeError('unknown', message, { status: 415, reason: 'UnsupportedMediaType' });
}
