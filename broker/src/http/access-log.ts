import type { RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Metrics } from '../metrics/metrics.js';
import { ORIGINATING_IDENTITY_HEADER, requesterOf } from './request-headers.js';
import { requestIdOf } from './request-id.js';

/** A path without what varies in it, and the ids that it holds. */
export interface DescribedPath {
  route: string;
  instance?: string;
  binding?: string;
}

/** Where requests are written down. */
export interface AccessLogOptions {
  logger: Logger;
  metrics: Pick<Metrics, 'requestFinished'>;
  /** Monotonic milliseconds. */
  now: () => number;
}

/** The longest id or name that is logged; longer ones are refused, but logged all the same. */
const TEXT_LIMIT = 255;

const INSTANCE_PATH =
  /^\/v2\/service_instances\/(?<instance>[^/]+)(?:\/service_bindings\/(?<binding>[^/]+))?(?<poll>\/last_operation)?\/?$/;

/** Describes a request's path (without its query) for the log, whether or not the request was let in. */
export function describePath(path: string): DescribedPath {
  if (/^\/v2\/catalog\/?$/.test(path)) return { route: '/v2/catalog' };
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
    return decodeURIComponent(segment).slice(0, TEXT_LIMIT);
  } catch {
    return segment.slice(0, TEXT_LIMIT);
  }
}

/**
 * Writes one line for each request when it is answered or broken off, and counts it: what was asked and by whom, of which
 * instance and binding, and how it ended; never a body, a query or a credential. Who asked is the platform's word, so it
 * is told of platforms that were let in alone.
 */
export function accessLog({ logger, metrics, now }: AccessLogOptions): RequestHandler {
  return (request, response, next) => {
    const start = now();
    const { method, path } = request;
    const described = describePath(path);
    response.once('close', () => {
      const ms = now() - start;
      const status = response.statusCode;
      const requester =
        status === 401 ? undefined : loggedRequester(request.get(ORIGINATING_IDENTITY_HEADER));
      metrics.requestFinished({ method, route: described.route, status, seconds: ms / 1000 });
      logger.info(
        {
          method,
          ...described,
          status,
          ms: Math.round(ms * 10) / 10,
          requestId: requestIdOf(response),
          ...(requester === undefined ? {} : { requester }),
          ...(response.writableFinished ? {} : { aborted: true }),
        },
        'request',
      );
    });
    next();
  };
}

/** The platform and the user's name; the rest of an identity is of no use in a log. */
function loggedRequester(header: string | undefined): { platform: string; user?: string } | undefined {
  const requester = requesterOf(header);
  if (requester === undefined) return undefined;
  const platform = requester.platform.slice(0, TEXT_LIMIT);
  return { platform, ...(requester.user === undefined ? {} : { user: requester.user.slice(0, TEXT_LIMIT) }) };
}
