import { Agent, request, type RequestOptions } from 'node:https';

/** An answer, with the body as it came. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Speaks to a server on this machine, trusting `ca` (PEM) and nothing else. */
export class HttpsClient {
  readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #base: RequestOptions;

  constructor(port: number, ca: string, servername: string) {
    this.#base = { host: '127.0.0.1', port, ca, servername, agent: this.agent };
  }

  /** Sends one request. Rejects when no answer comes. */
  send(options: RequestOptions, body?: string | Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request({ ...this.#base, ...options }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const { statusCode = 0, headers } = response;
          resolve({ status: statusCode, headers, body: Buffer.concat(chunks).toString() });
        });
      });
      sent.on('error', reject).end(body);
    });
  }

  /** Posts a JSON value. */
  post(path: string, value: unknown): Promise<Answer> {
    const headers = { 'content-type': 'application/json' };
    return this.send({ method: 'POST', path, headers }, JSON.stringify(value));
  }

  /** Closes what is open. */
  close(): void {
    this.agent.destroy();
  }
}
