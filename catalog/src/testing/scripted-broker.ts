import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json, JsonObject } from '@mesitis/kube';

/** One request as the broker saw it. */
export interface SeenRequest {
  method: string;
  /** Without the query. */
  path: string;
  query: Record<string, string>;
  headers: IncomingMessage['headers'];
  body?: JsonObject;
}

/**
 * What to answer, as soon as `after` has settled; `hang` never does, `cut` closes the connection. With `done` the broker does
 * what it was asked for whatever it answers.
 */
export type Answer =
  | {
      status: number;
      body?: Json;
      text?: string;
      headers?: Record<string, string>;
      after?: Promise<unknown>;
      done?: true;
    }
  | 'hang'
  | 'cut';

/** What a broker that gives whatever it is asked for answers, by method and last path segments. */
const CREDENTIALS = { uri: 'http://svc.example:80', port: 80, username: 'u', nested: { a: 1 } };

/**
 * An OSB broker over real HTTP that remembers what it was asked and what it has: instances and bindings by id. Answers
 * can be scripted per kind of request; without a script it grants everything at once.
 */
export class ScriptedBroker {
  readonly seen: SeenRequest[] = [];
  readonly instances = new Set<string>();
  readonly bindings = new Set<string>();
  catalog: Json;
  readonly #server: Server;
  readonly #scripts: { match: (request: SeenRequest) => boolean; answers: Answer[] }[] = [];

  private constructor(catalog: Json) {
    this.catalog = catalog;
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
  }

  /** A broker with this catalog, listening. */
  static async start(catalog: Json): Promise<ScriptedBroker> {
    const broker = new ScriptedBroker(catalog);
    await new Promise<void>((resolve) => broker.#server.listen(0, '127.0.0.1', () => resolve()));
    return broker;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Answers the next requests of that method whose path ends so with these, in turn. */
  script(method: string, path: RegExp, ...answers: Answer[]): void {
    this.#scripts.push({ match: (request) => request.method === method && path.test(request.path), answers });
  }

  /** The requests other than for the catalog, as `PUT /v2/…`. */
  calls(): string[] {
    return this.seen
      .filter(({ path }) => path !== '/v2/catalog')
      .map(({ method, path }) => `${method} ${path}`);
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(incoming);
    this.seen.push(request);
    const answer = this.#scripts
      .find(({ match, answers }) => answers.length > 0 && match(request))
      ?.answers.shift();
    const given = answer ?? this.#grant(request);
    if (given === 'hang') return;
    if (given === 'cut') {
      incoming.socket.destroy();
      return;
    }
    if (given.done) this.#grant(request);
    await given.after;
    response.writeHead(given.status, given.headers ?? {});
    response.end(given.text ?? (given.body === undefined ? '' : JSON.stringify(given.body)));
  }

  #grant({ method, path }: SeenRequest): Answer {
    if (path === '/v2/catalog') return { status: 200, body: this.catalog };
    const [, , , instance = '', , binding, last] = path.split('/');
    const [set, id] = binding === undefined ? [this.instances, instance] : [this.bindings, binding];
    if (method === 'GET' && binding !== undefined) return this.#tell(id, last);
    if (method === 'DELETE') return set.delete(id) ? { status: 200, body: {} } : { status: 410, body: {} };
    if (method === 'PATCH') return { status: 200, body: {} };
    const known = set.has(id);
    set.add(id);
    return { status: known ? 200 : 201, body: binding === undefined ? {} : { credentials: CREDENTIALS } };
  }

  /** What the broker says about a binding, or about its last operation. */
  #tell(binding: string, last: string | undefined): Answer {
    if (last !== undefined) return { status: 200, body: { state: 'succeeded' } };
    return this.bindings.has(binding)
      ? { status: 200, body: { credentials: CREDENTIALS } }
      : { status: 404, body: {} };
  }
}

async function readRequest(incoming: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const url = new URL(incoming.url ?? '/', 'http://broker');
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: incoming.headers,
    ...(text === '' ? {} : { body: JSON.parse(text) as JsonObject }),
  };
}

/** A catalog of one service with these plans; ids are `<name>-id`. */
export function catalogOf(service: string, ...plans: string[]): JsonObject {
  return {
    services: [
      {
        id: `${service}-id`,
        name: service,
        description: `The ${service}`,
        bindable: true,
        plan_updateable: true,
        plans: plans.map((name) => ({ id: `${service}-${name}-id`, name, description: `The ${name} plan` })),
      },
    ],
  };
}
