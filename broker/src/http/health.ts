import type { RequestListener } from 'node:http';
import type { Logger } from 'pino';
import type { RenderedMetrics } from '../metrics/prometheus-metrics.js';

/** What the health port tells. */
export interface HealthOptions {
  /** What is missing for requests to be sent here, one sentence each; none when it is ready. */
  unready: () => Promise<readonly string[]>;
  /** The body of /status. */
  status: () => object;
  /** The body of /metrics. */
  metrics: () => Promise<RenderedMetrics>;
  logger: Logger;
}

interface Page {
  status: number;
  contentType: string;
  body: string;
}

const PATHS = '/healthz, /readyz, /status, /metrics';

/**
 * Serves /healthz, /readyz, /status and /metrics on a port of their own, without authentication: nothing here is secret.
 * Liveness says only that the process answers; what it waits for is readiness, and a restart would not bring it sooner.
 */
export function healthListener(options: HealthOptions): RequestListener {
  const { logger } = options;
  return (request, response) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    const answer = ({ status, contentType, body }: Page): void => {
      response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) });
      response.end(request.method === 'HEAD' ? '' : body);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      answer(json(405, { error: 'MethodNotAllowed', description: 'this port answers GET' }));
      return;
    }
    render(path, options).then(answer, (error: unknown) => {
      logger.error({ err: error, path }, 'health request failed');
      answer(json(500, { error: 'InternalError', description: 'internal error; the log says more' }));
    });
  };
}

async function render(path: string, options: HealthOptions): Promise<Page> {
  switch (path) {
    case '/healthz':
      return json(200, { status: 'ok' });
    case '/readyz':
      return readiness(await options.unready());
    case '/status':
      return json(200, options.status());
    case '/metrics':
      return { status: 200, ...(await options.metrics()) };
    default:
      return json(404, { error: 'NotFound', description: `try ${PATHS}` });
  }
}

function readiness(missing: readonly string[]): Page {
  return missing.length === 0 ? json(200, { status: 'ready' }) : json(503, { status: 'not ready', missing });
}

function json(status: number, body: object): Page {
  return { status, contentType: 'application/json', body: JSON.stringify(body) };
}
