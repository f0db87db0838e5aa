import type { RequestListener } from 'node:http';

/** What the health port tells. */
export interface HealthOptions {
  /** Whether requests should be sent here: the catalog has been read, and the process is not stopping. */
  isReady: () => boolean;
  /** The body of /status. */
  status: () => object;
}

/** Serves /healthz, /readyz and /status on a port of their own, without authentication: nothing here is secret. */
export function healthListener({ isReady, status }: HealthOptions): RequestListener {
  return (request, response) => {
    const answer = (code: number, body: object): void => {
      response.writeHead(code, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    };
    switch (request.url?.split('?', 1)[0]) {
      case '/healthz':
        answer(200, { status: 'ok' });
        return;
      case '/readyz':
        if (isReady()) answer(200, { status: 'ready' });
        else
          answer(503, { status: 'not ready: the catalog has not been read yet, or the process is stopping' });
        return;
      case '/status':
        answer(200, status());
        return;
      default:
        answer(404, { error: 'NotFound', description: 'try /healthz, /readyz or /status' });
    }
  };
}
