import type { RequestHandler, Response } from 'express';
import { REQUEST_IDENTITY_HEADER, requestIdentity } from './request-headers.js';

/** Headers by which platforms and proxies name a request, the one of OSB first. */
const ID_HEADERS = [REQUEST_IDENTITY_HEADER, 'x-request-id', 'x-correlation-id', 'x-vcap-request-id'];

/** The longest id that is taken over; the rest is cut off. */
const LENGTH_LIMIT = 128;

/**
 * Gives each request an id to find it by in the log: the one that it brought, else a new one. The OSB header is echoed
 * on every response, errors included (osb.md 1.1 X3).
 */
export function nameRequest(newRequestId: () => string): RequestHandler {
  return (request, response, next) => {
    const identity = requestIdentity(request.get(REQUEST_IDENTITY_HEADER));
    if (identity !== undefined) response.set('X-Broker-API-Request-Identity', identity);
    response.locals['requestId'] = broughtId((name) => request.get(name)) ?? newRequestId();
    next();
  };
}

/** The id that {@link nameRequest} gave to the request that is answered. */
export function requestIdOf(response: Response): string {
  return String(response.locals['requestId']);
}

/** The first of the headers that can stand in a log, cut to a sensible length. */
export function broughtId(header: (name: string) => string | undefined): string | undefined {
  return ID_HEADERS.map(header)
    .find((value) => value !== undefined && /^[\x20-\x7e]+$/.test(value))
    ?.slice(0, LENGTH_LIMIT);
}
