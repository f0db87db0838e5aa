import type { ErrorRequestHandler, Express, Request, RequestHandler, Response } from 'express';
import express from 'express';
import type { Logger } from 'pino';
import type { LiveCatalog } from '../catalog/live-catalog.js';
import { answerOf, BrokerError } from '../errors.js';
import type { Metrics } from '../metrics/metrics.js';
import type { OperationContext } from '../operations/context.js';
import { accessLog } from './access-log.js';
import type { AuthenticationScheme, Authenticator } from './authentication.js';
import type { Call, Endpoint, Method } from './endpoints.js';
import { ENDPOINTS } from './endpoints.js';
import { toBrokerError } from './failure.js';
import { jsonBody } from './json-body.js';
import {
  API_VERSION_HEADER,
  apiMinor,
  NEWEST_MINOR,
  ORIGINATING_IDENTITY_HEADER,
  requesterOf,
} from './request-headers.js';
import { nameRequest, requestIdOf } from './request-id.js';

/** What the HTTP side works with. */
export interface AppOptions {
  catalog: Pick<LiveCatalog, 'document'>;
  operations: OperationContext;
  authenticator: Authenticator;
  logger: Logger;
  metrics: Pick<Metrics, 'requestFinished'>;
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
  // The paths of OSB are, and the log describes no others.
  app.enable('case sensitive routing');
  app.use(nameRequest(options.newRequestId), accessLog(options));
  app.use(authenticate(options.authenticator), requireVersion);
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
    const call = toCall(request);
    const { status, body, retryAfterSeconds } = await endpoint(operations, call);
    // Came with OSB 2.15.
    if (retryAfterSeconds !== undefined && call.minor >= 15)
      response.set('Retry-After', String(retryAfterSeconds));
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

function authenticate({ accepts, schemes }: Authenticator): RequestHandler {
  return (request, response, next) => {
    if (accepts(request.get('authorization'))) {
      next();
      return;
    }
    const accepted = schemes();
    response.set(
      'WWW-Authenticate',
      accepted.map((scheme) => CHALLENGES[scheme]),
    );
    throw new BrokerError(
      'Unauthorized',
      `the credentials are missing or wrong; send ${accepted.join(' or ')} authentication as registered with the broker`,
    );
  };
}

const CHALLENGES: Readonly<Record<AuthenticationScheme, string>> = {
  Basic: 'Basic realm="mesitis", charset="UTF-8"',
  Bearer: 'Bearer realm="mesitis"',
};

const requireVersion: RequestHandler = (request, _response, next) => {
  if (apiMinor(request.get(API_VERSION_HEADER)) === undefined) throw new BrokerError('UnsupportedApiVersion');
  next();
};

/** OPTIONS is told what there is; whatever else the path does not know is refused. */
function refuseMethod(allowed: readonly Method[]): RequestHandler {
  const names = allowed.map((method) => method.toUpperCase());
  return (request, response) => {
    if (request.method === 'OPTIONS') {
      response.set('Allow', [...names, 'HEAD', 'OPTIONS'].join(', '));
      response.status(204).end();
      return;
    }
    response.set('Allow', names.join(', '));
    throw new BrokerError('MethodNotAllowed');
  };
}

function answerError({ logger }: AppOptions): ErrorRequestHandler {
  // oxlint-disable-next-line no-unused-vars -- four parameters tell express that this handles errors
  return (error: unknown, request: Request, response: Response, _next) => {
    const requestId = requestIdOf(response);
    const failure = toBrokerError(error, requestId);
    const { status, body } = answerOf(failure, minorOf(request));
    if (status >= 500) logger.error({ requestId, err: failure }, 'request failed');
    // Too late to say anything else. Express itself would print the stack.
    if (response.headersSent) response.destroy();
    else response.status(status).json(body);
  };
}
