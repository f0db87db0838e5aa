import type { RequestListener, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Judge } from './admission.js';
import { errorFields } from './error-fields.js';
import type { Reviewed } from './metrics.js';
import { readJsonBody } from './request-body.js';
import { review, type Outcome } from './review.js';

/**
 * An AdmissionReview of an update holds the object twice. The API server takes request bodies of at most 3 MiB
 * (MaxRequestBodyBytes), so 2 x 3 MiB, and 1 MiB for what surrounds them: user, options, escapes. In MiB.
 */
const BODY_LIMIT = 7;

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
  /** Calls back after so many milliseconds, unless what it gives is called before. */
  after: (milliseconds: number, call: () => void) => () => void;
  /** Called for each request that was answered. */
  onReviewed: (reviewed: Reviewed) => void;
}

/**
 * The HTTP side of admission: a route for each webhook, JSON in and out whatever happens. Logs one line a request, which
 * names the object and the rules and never what is in it. Made of Node's own server alone: a framework would cost as much
 * as judging does.
 */
export function createApp(options: AppOptions): RequestListener {
  const judges = new Map(options.routes.map(({ path, judge }) => [path, judge]));
  const served = options.routes.map(({ path }) => `POST ${path}`).join(', ');
  const missing = { error: `nothing is served here; the webhook is ${served}` };
  return (request, response) => {
    // The API server adds a query with its timeout.
    const judge = judges.get(request.url?.split('?', 1)[0] ?? '');
    if (judge === undefined) send(response, 404, missing);
    else if (request.method !== 'POST') {
      response.setHeader('Allow', 'POST');
      send(response, 405, { error: 'only POST is served here' });
    } else {
      handle(request, response, { judge, ...options }).catch((error: unknown) => {
        options.logger.error(errorFields(error), 'request failed');
        if (!response.headersSent) send(response, 500, { error: 'internal error' });
      });
    }
  };
}

/** One write, headers and body: each costs a system call and a TLS record. */
function send(response: ServerResponse, status: number, value: object): void {
  const body = JSON.stringify(value);
  response
    .writeHead(status, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
    })
    .end(body);
}

async function handle(
  request: Parameters<RequestListener>[0],
  response: ServerResponse,
  { judge, logger, monotonic, after, onReviewed }: AppOptions & { judge: Judge },
): Promise<void> {
  const body = await readJsonBody(request, BODY_LIMIT);
  if (!body.ok) {
    logger.warn({ reason: body.error }, 'request not decodable');
    if (body.cut !== true) send(response, body.status, { error: body.error });
    return;
  }
  const start = monotonic();
  const deadline = new AbortController();
  const answered = after(JUDGE_LIMIT, () => deadline.abort(tooLate()));
  const outcome = await review(body.value, judge, deadline.signal);
  answered();
  const ms = monotonic() - start;
  if (outcome.kind === 'undecodable') send(response, 400, { error: outcome.message });
  else send(response, 200, outcome.answer);
  log(logger, outcome, Math.round(ms * 10) / 10);
  onReviewed({ ...summaryOf(outcome), seconds: ms / 1_000 });
}

/** As `AbortSignal.timeout` would say it; but that one fires after three seconds for every review, answered or not. */
function tooLate(): DOMException {
  return new DOMException('The review took too long.', 'TimeoutError');
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
