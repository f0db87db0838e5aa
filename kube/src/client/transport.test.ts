import { createServer } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WatchEvent } from '../port.js';
import { CredentialStore } from './credentials.js';
import { RestKube } from './rest-kube.js';
import { Transport } from './transport.js';

// What only a real connection shows: sockets that are shared, cut, or silent.

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const ref = { apiVersion: 'v1', kind: 'Namespace', name: 'a' };
const query = { apiVersion: 'v1', kind: 'Namespace' };
const added = { type: 'ADDED', object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } } };

describe('a connection to the API server', () => {
  let server: Server;
  let handler: Handler;
  let connections: number;
  let kube: RestKube;

  beforeEach(async () => {
    connections = 0;
    server = createServer((request, response) => handler(request, response));
    server.on('connection', () => (connections += 1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    kube = connect(5_000);
  });

  afterEach(async () => {
    kube.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  function connect(timeoutMs: number, headers: OutgoingHttpHeaders = {}): RestKube {
    const serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = new CredentialStore(() => Promise.resolve({ tls: {}, headers }), Date.now);
    const transport = new Transport({ serverUrl, credentials, timeoutMs });
    return new RestKube({ transport, serverUrl, defaultNamespace: 'default', fieldManager: 'mesitis' });
  }

  it('is kept and used again, also after a deletion with a body', async () => {
    const bodies: string[] = [];
    handler = (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        bodies.push(
          `${request.method ?? ''} ${body === '' ? '' : (JSON.parse(body) as { kind: string }).kind}`,
        );
        response.end('{}');
      });
    };
    await kube.remove(ref);
    await kube.get(ref);
    await kube.remove(ref);
    expect(bodies).toEqual(['DELETE DeleteOptions', 'GET ', 'DELETE DeleteOptions']);
    expect(connections).toBe(1);
  });

  it('is opened again when the server closed it while it was idle', async () => {
    handler = (_, response) => {
      response.end('{}');
    };
    await kube.get(ref);
    server.closeIdleConnections();
    expect(await kube.get(ref)).toEqual({});
    expect(connections).toBe(2);
  });

  it('carries the header for each group that is impersonated', async () => {
    const sent: string[] = [];
    handler = (request, response) => {
      sent.push(...request.rawHeaders);
      response.end('{}');
    };
    const impersonating = connect(5_000, { 'Impersonate-User': 'jane', 'Impersonate-Group': ['dev', 'ops'] });
    await impersonating.get(ref);
    impersonating.close();
    expect(sent.join(' ')).toContain('Impersonate-User jane Impersonate-Group dev Impersonate-Group ops');
  });

  it('that is cut in the middle of an answer is an error', async () => {
    handler = (request, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('{"kind":', () => request.socket.destroy());
    };
    await expect(kube.get(ref)).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it("that stays silent is given up after the default time, or after the caller's", async () => {
    handler = () => undefined;
    const impatient = connect(50);
    await expect(impatient.get(ref)).rejects.toMatchObject({ kind: 'timeout' });
    await expect(kube.get(ref, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      kind: 'timeout',
    });
    await expect(impatient.watch(query, '1').next()).rejects.toMatchObject({ kind: 'timeout' });
    impatient.close();
  });

  it('ends with the reason of the caller who gives up', async () => {
    handler = () => stop.abort(new Error('shutting down'));
    const stop = new AbortController();
    await expect(kube.get(ref, { signal: stop.signal })).rejects.toThrow('shutting down');
  });

  async function events(signal?: AbortSignal): Promise<WatchEvent[]> {
    const seen: WatchEvent[] = [];
    for await (const event of kube.watch(query, '5', signal === undefined ? {} : { signal }))
      seen.push(event);
    return seen;
  }

  it('carries a watch until the server ends it', async () => {
    const asked: (string | undefined)[] = [];
    handler = (request, response) => {
      asked.push(request.url);
      response.end(`${JSON.stringify(added)}\n`);
    };
    expect(await events()).toEqual([added]);
    expect(asked).toEqual([
      '/api/v1/namespaces?watch=true&resourceVersion=5&allowWatchBookmarks=true&timeoutSeconds=300',
    ]);
  });

  it('is closed when the consumer of a watch leaves, and when its signal fires', async () => {
    let closed = Promise.resolve();
    handler = (request, response) => {
      closed = new Promise((resolve) => request.socket.once('close', () => resolve()));
      response.write(`${JSON.stringify(added)}\n`);
    };
    for await (const event of kube.watch(query, '5')) {
      expect(event).toEqual(added);
      break;
    }
    await closed;
    const stop = new AbortController();
    for await (const event of kube.watch(query, '5', { signal: stop.signal })) {
      expect(event).toEqual(added);
      stop.abort();
    }
    await closed;
  });

  it('that is cut under a watch is an error', async () => {
    handler = (request, response) => {
      response.write(`${JSON.stringify(added)}\n`, () => request.socket.destroy());
    };
    await expect(events()).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('answers a watch of a version that is too old with gone', async () => {
    handler = (_, response) => {
      response
        .writeHead(410)
        .end(JSON.stringify({ kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }));
    };
    await expect(events()).rejects.toMatchObject({ kind: 'gone', message: 'too old' });
  });
});
