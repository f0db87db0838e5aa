import type { ErrorRequestHandler, Express, Request, RequestHandler } from 'express';
import express from 'express';
import type { Logger } from 'pino';
import type { LiveCatalog } from '../catalog/live-catalog.js';
import { answerOf, BrokerError } from '../errors.js';
import type { OperationContext } from '../operations/context.js';
import { accessLog } from './access-log.js';
import type { Authenticator } from './authentication.js';
import type { Call, Endpoint, Method } from './endpoints.js';
import { ENDPOINTS } from './endpoints.js';
import { toBrokerError } from './failure.js';
import { jsonBody } from './json-body.js';
import {
  API_VERSION_HEADER,
  apiMinor,
  NEWEST_MINOR,
  ORIGINATING_IDENTITY_HEADER,
  REQUEST_IDENTITY_HEADER,
  requesterOf,
  requestIdentity,
} from './request-headers.js';

/** What the HTTP side works with. */
export interface AppOptions {
  catalog: Pick<LiveCatalog, 'document'>;
  operations: OperationContext;
  isAuthorized: Authenticator;
  logger: Logger;
  /** Monotonic milliseconds, for the access log. */
  now: () => number;
  /** Makes an id for a request that brought none. */
  newRequestId: () => string;
}

/** The OSB API as an express application. Order of checks: 401, 412, 404/405, then each endpoint's own (osb.md 2.3). */
export function createApp(options: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  // Only the catalog has an ETag, and it is the broker's own.
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.use(accessLog(options.logger, options.now));
  app.use(echoRequestIdentity, authenticate(options.isAuthorized), requireVersion);
  app
    .route('/v2/catalog')
    .get(serveCatalog(options.catalog))
    .all(refuseMethod(['get']));
  for (const [path, methods] of Object.entries(ENDPOINTS))
    addEndpoints(app, path, methods, options.operations);
  app.use(() => {
    throw new BrokerError('RouteNotFound');
  });
  app.use(answerError(options));
  return app;
}

function addEndpoints(
  app: Express,
  path: string,
  methods: Partial<Record<Method, Endpoint>>,
  operations: OperationContext,
): void {
  const route = app.route(path);
  const names: Method[] = [];
  for (const method of ['get', 'put', 'patch', 'delete'] as const) {
    const endpoint = methods[method];
    if (endpoint === undefined) continue;
    names.push(method);
    const reads = method === 'put' || method === 'patch' ? jsonBody() : [];
    route[method](...reads, serve(endpoint, operations));
  }
  route.all(refuseMethod(names));
}

function serve(endpoint: Endpoint, operations: OperationContext): RequestHandler {
  return async (request, response) => {
    const { status, body } = await endpoint(operations, toCall(request));
    response.status(status).json(body);
  };
}

function toCall(request: Request): Call {
  const body: unknown = request.body;
  return {
    minor: minorOf(request),
    params: request.params,
    query: request.query,
    body,
    requestedBy: requesterOf(request.get(ORIGINATING_IDENTITY_HEADER)),
  };
}

function minorOf(request: Request): number {
  return apiMinor(request.get(API_VERSION_HEADER)) ?? NEWEST_MINOR;
}

/** Express compares the validators with the request's and answers 304 by itself. */
function serveCatalog(catalog: AppOptions['catalog']): RequestHandler {
  return (request, response) => {
    const { body, etag, lastModified } = catalog.document(minorOf(request));
    response.set({
      ETag: etag,
      'Last-Modified': lastModified.toUTCString(),
      'Cache-Control': 'private, no-cache',
      Vary: 'X-Broker-API-Version',
    });
    response.type('json').send(body);
  };
}

/** On every response, errors included, so it comes first (osb.md 1.1 X3). */
const echoRequestIdentity: RequestHandler = (request, response, next) => {
  const identity = requestIdentity(request.get(REQUEST_IDENTITY_HEADER));
  if (identity !== undefined) response.set('X-Broker-API-Request-Identity', identity);
  next();
};

function authenticate(isAuthorized: Authenticator): RequestHandler {
  return (request, response, next) => {
    if (!isAuthorized(request.get('authorization'))) {
      response.set('WWW-Authenticate', 'Basic realm="mesitis", charset="UTF-8"');
      throw new BrokerError('Unauthorized');
    }
    next();
  };
}

const requireVersion: RequestHandler = (request, _response, next) => {
  if (apiMinor(request.get(API_VERSION_HEADER)) === undefined) throw new BrokerError('UnsupportedApiVersion');
  next();
};

function refuseMethod(allowed: readonly Method[]): RequestHandler {
  return (_request, response) => {
    response.set('Allow', allowed.map((method) => method.toUpperCase()).join(', '));
    throw new BrokerError('MethodNotAllowed');
  };
}

function answerError({ logger, newRequestId }: AppOptions): ErrorRequestHandler {
  return (error: unknown, request: Request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const requestId = requestIdentity(request.get(REQUEST_IDENTITY_HEADER)) ?? newRequestId();
    const failure = toBrokerError(error, requestId);
    const { status, body } = answerOf(failure, minorOf(request));
    if (status >= 500) logger.error({ requestId, err: failure }, 'request failed');
    response.status(status).json(body);
  };
}
