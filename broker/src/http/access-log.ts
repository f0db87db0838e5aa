import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import { REQUEST_IDENTITY_HEADER, requestIdentity } from './request-headers.js';

/** A path without what varies in it, and the ids that it holds. */
export interface DescribedPath {
  route: string;
  instance?: string;
  binding?: string;
}

const INSTANCE_PATH =
  /^\/v2\/service_instances\/(?<instance>[^/]+)(?:\/service_bindings\/(?<binding>[^/]+))?(?<poll>\/last_operation)?\/?$/;

/** Describes a request's path (without its query) for the log, whether or not the request was let in. */
export function describePath(path: string): DescribedPath {
  if (path === '/v2/catalog') return { route: path };
  const groups = INSTANCE_PATH.exec(path)?.groups;
  const { instance, binding, poll } = groups ?? {};
  if (instance === undefined) return { route: 'unknown' };
  return {
    route: `/v2/service_instances/:instance_id${binding === undefined ? '' : '/service_bindings/:binding_id'}${poll ?? ''}`,
    instance: readable(instance),
    ...(binding === undefined ? {} : { binding: readable(binding) }),
  };
}

/** An id decoded if it can be, and no longer than an id may be. */
function readable(segment: string): string {
  try {
    return decodeURIComponent(segment).slice(0, 255);
  } catch {
    return segment.slice(0, 255);
  }
}

/**
 * Writes one line for each request when it is answered or broken off: what was asked, of which instance and binding, and
 * how it ended; never a body, a query or a credential.
 * @param now monotonic milliseconds
 */
export function accessLog(logger: Logger, now: () => number): RequestHandler {
  return (request, response, next) => {
    const start = now();
    const { method, path } = request;
    const identity = requestIdentity(request.get(REQUEST_IDENTITY_HEADER));
    response.once('close', () => {
      logger.info(
        {
          method,
          ...describePath(path),
          status: response.statusCode,
          ms: Math.round((now() - start) * 10) / 10,
          ...(identity === undefined ? {} : { requestIdentity: identity }),
          ...(response.writableFinished ? {} : { aborted: true }),
        },
        'request',
      );
    });
    next();
  };
}
