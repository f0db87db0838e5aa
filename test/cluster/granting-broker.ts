import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const PLANS = ['small', 'large'].map((name) => ({ id: `db-${name}`, name, description: name }));
const SERVICES: readonly object[] = [
  { id: 'db', name: 'db', description: 'A db', bindable: true, plan_updateable: true, plans: PLANS },
];

/**
 * An OSB broker that grants everything at once and remembers what it has. Its services, as OSB describes them, are by
 * default one `db` with the plans `small` and `large`.
 */
export class GrantingBroker {
  /** By id; bindings too. */
  readonly instances = new Set<string>();
  /** What it was asked for besides its catalog, as `PUT /v2/…` without the query. */
  readonly calls: string[] = [];
  readonly #server: Server;

  constructor(services = SERVICES) {
    this.#server = createServer((request, response) => {
      request.resume();
      const [path = ''] = (request.url ?? '').split('?');
      const id = path.split('/').at(-1) ?? '';
      if (request.method === 'PUT') this.instances.add(id);
      if (request.method === 'DELETE') this.instances.delete(id);
      if (path !== '/v2/catalog') this.calls.push(`${request.method ?? ''} ${path}`);
      const granted = path.includes('/service_bindings/') ? { credentials: { username: 'u' } } : {};
      response.writeHead(200).end(JSON.stringify(path === '/v2/catalog' ? { services } : granted));
    });
  }

  /** Begins to listen on a free port; its URL. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
