import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import type { Judge } from './admission.js';
import { errorFields } from './error-fields.js';
import type { Reviewed } from './metrics.js';
import { review, type Outcome } from './review.js';

/**
 * An AdmissionReview of an update holds the object twice. The API server takes request bodies of at most 3 MiB
 * (MaxRequestBodyBytes), so 2 x 3 MiB, and 1 MiB for what surrounds them: user, options, escapes.
 */
export const BODY_LIMIT = '7mb';

/** The path of the provider ConfigMaps' webhook, as the registration has it. */
export const VALIDATE_PATH = '/validate';

/** The paths of the service catalog's webhooks. */
export const SERVICE_CATALOG_PATHS = {
  mutate: '/mutate-servicecatalog',
  validate: '/validate-servicecatalog',
} as const;

/** How long judging may take, in milliseconds: the API server waits 5 s for the whole answer. */
export const JUDGE_LIMIT = 3_000;

/** One webhook: who decides what is posted to a path. */
export interface Route {
  path: string;
  judge: Judge;
}

/** What the application needs from outside. */
export interface AppOptions {
  routes: readonly Route[];
  logger: Logger;
  /** Milliseconds from any start, for durations. */
  monotonic: () => number;
  /** Fires after {@link JUDGE_LIMIT}. */
  deadline: () => AbortSignal;
  /** Called for each request that was answered. */
  onReviewed: (reviewed: Reviewed) => void;
}

/**
 * The HTTP side of admission: a route for each webhook, JSON in and out whatever happens. Logs one line a request, which
 * names the object and the rules and never what is in it.
 */
export function createApp(options: AppOptions): Express {
  const { routes, logger } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  for (const { path, judge } of routes) {
    app.post(
      path,
      requireJson,
      // Not strict: any JSON value is decoded here, and judged by review(). The API server does not compress.
      express.json({ limit: BODY_LIMIT, strict: false, inflate: false, type: () => true }),
      validate(judge, options),
    );
    app.all(path, (_request, response) => {
      response.set('Allow', 'POST').status(405).json({ error: 'only POST is served here' });
    });
  }
  const served = routes.map(({ path }) => `POST ${path}`).join(', ');
  app.use((_request, response) => {
    response.status(404).json({ error: `nothing is served here; the webhook is ${served}` });
  });
  app.use(onError(logger));
  return app;
}

const requireJson: RequestHandler = (request, response, next) => {
  if (typeof request.is('application/json') === 'string') next();
  else response.status(415).json({ error: 'the content type must be application/json' });
};

function validate(judge: Judge, { logger, monotonic, deadline, onReviewed }: AppOptions): RequestHandler {
  return async (request, response) => {
    const start = monotonic();
    const outcome = await review(request.body, judge, deadline());
    const ms = monotonic() - start;
    log(logger, outcome, Math.round(ms * 10) / 10);
    onReviewed({ ...summaryOf(outcome), seconds: ms / 1_000 });
    if (outcome.kind === 'undecodable') response.status(400).json({ error: outcome.message });
    else response.json(outcome.answer);
  };
}

function summaryOf(outcome: Outcome): Pick<Reviewed, 'outcome' | 'rules'> {
  switch (outcome.kind) {
    case 'undecodable':
    case 'malformed':
      return { outcome: 'malformed', rules: [] };
    case 'failed':
      return { outcome: 'failed', rules: [] };
    case 'decided':
      return { outcome: outcome.answer.response.allowed ? 'allowed' : 'refused', rules: outcome.rules };
  }
}

function log(logger: Logger, outcome: Outcome, ms: number): void {
  if (outcome.kind === 'undecodable') {
    logger.warn({ reason: outcome.message }, 'request not decodable');
    return;
  }
  const { uid, allowed, status } = outcome.answer.response;
  if (outcome.kind === 'malformed') {
    logger.warn({ uid, reason: status?.message }, 'request malformed');
    return;
  }
  const { namespace, name, operation } = outcome.request;
  const fields = { uid, namespace, name, operation, allowed, ms };
  if (outcome.kind === 'failed') logger.error({ ...fields, ...errorFields(outcome.error) }, 'judging failed');
  else logger.info({ ...fields, rules: outcome.rules }, 'reviewed');
}

/** What body-parser found wrong with a request, as it says in `type`. */
const BODY_ERRORS: Record<string, { status: number; error: string }> = {
  'entity.parse.failed': { status: 400, error: 'the body is not JSON' },
  'entity.too.large': { status: 413, error: `the body is larger than ${BODY_LIMIT}` },
  'encoding.unsupported': { status: 415, error: 'the body must not be compressed' },
  'charset.unsupported': { status: 415, error: 'the body must be UTF-8' },
  'request.aborted': { status: 400, error: 'the request ended early' },
  'request.size.invalid': { status: 400, error: 'the body does not have the length that was announced' },
};

function onError(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const type = typeof error === 'object' && error !== null && 'type' in error ? String(error.type) : '';
    const known = BODY_ERRORS[type];
    if (known === undefined) logger.error(errorFields(error), 'request failed');
    else logger.warn({ reason: known.error }, 'request not decodable');
    response.status(known?.status ?? 500).json({ error: known?.error ?? 'internal error' });
  };
}
