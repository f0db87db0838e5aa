import { afterEach, describe, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { LiveCatalog } from '../catalog/live-catalog.js';
import { createLogger } from '../log.js';
import type { MeteredRequest } from '../metrics/metrics.js';
import type { OperationContext } from '../operations/context.js';
import { objectsEntry, provisionBody, wrapped } from '../testing/fixtures.js';
import { testBrokers } from '../testing/test-broker.js';
import { createApp } from './app.js';
import type { AcceptedCredentials, Authenticator } from './authentication.js';
import { authenticator, letEverybodyIn } from './authentication.js';
import type { Serving } from './serve.js';
import { serve } from './serve.js';

const startBroker = testBrokers();
const running: Serving[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((serving) => serving.stop(0)));
});

interface Shell {
  port: number;
  logs: Record<string, unknown>[];
  requests: MeteredRequest[];
  send: (method: string, path: string, init?: RequestInit) => Promise<Response>;
}

/** The HTTP side alone: no endpoint that acts on instances is called. */
async function startShell(
  options: { authenticator?: Authenticator; catalog?: Pick<LiveCatalog, 'document'> } = {},
): Promise<Shell> {
  const logs: Record<string, unknown>[] = [];
  const requests: MeteredRequest[] = [];
  const app = createApp({
    catalog: {
      document: () => ({
        body: Buffer.from('{"services":[]}'),
        etag: '"1"',
        lastModified: new Date('2026-01-02T03:04:05Z'),
      }),
    },
    operations: {} as OperationContext,
    authenticator: letEverybodyIn,
    logger: createLogger({ write: (line) => logs.push(JSON.parse(line) as Record<string, unknown>) }),
    metrics: { requestFinished: (request) => requests.push(request) },
    now: () => 0,
    newRequestId: () => 'made',
    ...options,
  });
  const serving = await serve(app, 0);
  running.push(serving);
  return {
    port: serving.port,
    logs,
    requests,
    send: (method, path, init = {}) =>
      fetch(`http://127.0.0.1:${serving.port}${path}`, {
        method,
        ...init,
        headers: { 'x-broker-api-version': '2.17', ...(init.headers as Record<string, string>) },
      }),
  };
}

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`;
const statusWith = async ({ send }: Shell, authorization: string): Promise<number> =>
  (await send('GET', '/v2/catalog', { headers: { authorization } })).status;

describe('authentication', () => {
  test.each<[string, AcceptedCredentials, string, string]>([
    [
      'Basic',
      { basic: [{ username: 'u', password: 'p' }], bearer: [] },
      'Basic realm="mesitis", charset="UTF-8"',
      'send Basic authentication',
    ],
    ['Bearer', { basic: [], bearer: ['t'] }, 'Bearer realm="mesitis"', 'send Bearer authentication'],
    [
      'both',
      { basic: [{ username: 'u', password: 'p' }], bearer: ['t'] },
      'Basic realm="mesitis", charset="UTF-8", Bearer realm="mesitis"',
      'send Basic or Bearer authentication',
    ],
  ])('by %s is asked for by name', async (_what, credentials, challenge, sentence) => {
    const { send } = await startShell({ authenticator: authenticator(() => credentials) });
    const answer = await send('GET', '/v2/catalog');
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, challenge]);
    expect(await answer.json()).toEqual({
      error: 'Unauthorized',
      description: expect.stringContaining(sentence),
    });
  });

  test('takes old and new credentials while they are rotated, without a restart', async () => {
    let current: AcceptedCredentials = { basic: [{ username: 'u', password: 'old' }], bearer: [] };
    const shell = await startShell({ authenticator: authenticator(() => current) });
    const statuses = async (): Promise<number[]> =>
      Promise.all([basic('u:old'), basic('u:new'), 'Bearer t'].map(async (each) => statusWith(shell, each)));
    expect(await statuses()).toEqual([200, 401, 401]);
    current = { basic: [...current.basic, { username: 'u', password: 'new' }], bearer: ['t'] };
    expect(await statuses()).toEqual([200, 200, 200]);
    current = { basic: [{ username: 'u', password: 'new' }], bearer: [] };
    expect(await statuses()).toEqual([401, 200, 401]);
  });

  test('comes before the path, the method, the version and the body', async () => {
    const { send } = await startShell({ authenticator: authenticator(() => ({ basic: [], bearer: ['t'] })) });
    const headers = { 'x-broker-api-version': '' };
    for (const [method, path] of [
      ['GET', '/nowhere'],
      ['OPTIONS', '/v2/catalog'],
      ['POST', '/v2/catalog'],
      ['GET', '/v2/service_instances/%zz'],
    ] as const) {
      expect((await send(method, path, { headers })).status).toBe(401);
    }
    const huge = await send('PUT', '/v2/service_instances/i', { headers, body: 'x'.repeat(3 * 1024 * 1024) });
    expect(huge.status).toBe(401);
  });

  test('is not asked for when it was turned off', async () => {
    const { send } = await startShell();
    expect((await send('GET', '/v2/catalog')).status).toBe(200);
  });
});

describe('methods', () => {
  test('HEAD has the headers of GET and no body', async () => {
    const { send } = await startShell();
    const [got, head] = [await send('GET', '/v2/catalog'), await send('HEAD', '/v2/catalog')];
    expect([head.status, await head.text()]).toEqual([200, '']);
    for (const name of ['content-type', 'content-length', 'etag', 'last-modified', 'cache-control', 'vary']) {
      expect([name, head.headers.get(name)]).toEqual([name, got.headers.get(name)]);
    }
  });

  test.each([
    ['/v2/catalog', 'GET, HEAD, OPTIONS'],
    ['/v2/service_instances/i', 'GET, PUT, PATCH, DELETE, HEAD, OPTIONS'],
  ])('OPTIONS %s tells what there is: %s', async (path, allow) => {
    const { send } = await startShell();
    const answer = await send('OPTIONS', path);
    expect([answer.status, answer.headers.get('allow')]).toEqual([204, allow]);
  });

  test.each(['/V2/catalog', '/v2/Service_Instances/i'])('%s is no path of OSB', async (path) => {
    const { send } = await startShell();
    expect((await send('GET', path)).status).toBe(404);
  });
});

describe('bodies', () => {
  const path = '/v2/service_instances/i';
  const json = { 'content-type': 'application/json' };

  test('that say that they are too large are refused before they are sent', async () => {
    const { port } = await startShell();
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    socket.write(
      `PUT ${path} HTTP/1.1\r\nHost: a\r\nX-Broker-API-Version: 2.17\r\nContent-Length: 9999999\r\n` +
        'Expect: 100-continue\r\n\r\n',
    );
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('the body is larger than 1 MiB');
  });

  test('that wait to be invited are invited', async () => {
    const { port } = await startShell();
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    socket.write(
      `PUT ${path} HTTP/1.1\r\nHost: a\r\nX-Broker-API-Version: 2.17\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n`,
    );
    let text = '';
    socket.once('data', () => socket.write('[1]'));
    for await (const chunk of socket) text += String(chunk);
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 400 /);
    expect(text).toContain('the body must be a JSON object');
  });

  test('that come in pieces are counted, and compressed ones by what they hold', async () => {
    const { send } = await startShell();
    const large = Buffer.from(`{"a":"${'x'.repeat(2 * 1024 * 1024)}"}`);
    const pieces = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(large);
        controller.close();
      },
    });
    const chunked = { headers: json, body: pieces, duplex: 'half' } as RequestInit;
    const bomb = { headers: { ...json, 'content-encoding': 'gzip' }, body: gzipSync(large) };
    for (const init of [chunked, bomb]) {
      const answer = await send('PUT', path, init);
      expect([answer.status, await answer.json()]).toEqual([
        400,
        { error: 'MalformedRequest', description: 'the body is larger than 1 MiB' },
      ]);
    }
  });
});

describe('the log and the metrics', () => {
  const IDENTITY = Buffer.from(JSON.stringify({ username: 'jane', uid: '7', groups: ['g-1'] })).toString(
    'base64',
  );

  test('tell what was asked, by whom, and how it ended, and nothing else', async () => {
    const { send, logs, requests } = await startShell();
    await send('DELETE', '/v2/service_instances/i-1/service_bindings/b-1?service_id=&secret=hunter2', {
      headers: {
        authorization: 'Bearer hunter2',
        'x-request-id': 'proxy-1',
        'x-broker-api-originating-identity': `kubernetes ${IDENTITY}`,
      },
    });
    const [line] = logs.filter(({ msg }) => msg === 'request');
    const route = '/v2/service_instances/:instance_id/service_bindings/:binding_id';
    expect(line).toEqual({
      level: 'info',
      time: expect.any(String),
      msg: 'request',
      method: 'DELETE',
      route,
      instance: 'i-1',
      binding: 'b-1',
      status: 500,
      ms: 0,
      requestId: 'proxy-1',
      requester: { platform: 'kubernetes', user: 'jane' },
    });
    expect(requests).toEqual([{ method: 'DELETE', route, status: 500, seconds: 0 }]);
    expect(JSON.stringify(logs)).not.toMatch(/hunter2|g-1/);
  });

  test('an error names the request as the log does', async () => {
    const { send, logs } = await startShell({
      catalog: {
        document: () => {
          throw new Error('boom');
        },
      },
    });
    const answer = await send('GET', '/v2/catalog');
    expect([answer.status, await answer.json()]).toEqual([
      500,
      { error: 'InternalError', description: 'internal error, request made' },
    ]);
    expect(logs.map(({ msg, requestId }) => [msg, requestId])).toEqual([
      ['request failed', 'made'],
      ['request', 'made'],
    ]);
  });

  test('do not believe who is not let in', async () => {
    const { send, logs } = await startShell({
      authenticator: authenticator(() => ({ basic: [], bearer: ['t'] })),
    });
    await send('GET', '/v2/catalog', {
      headers: { 'x-broker-api-originating-identity': `kubernetes ${IDENTITY}` },
    });
    expect(logs).toMatchObject([{ status: 401 }]);
    expect(logs[0]).not.toHaveProperty('requester');
  });
});

describe('what takes longer', () => {
  const SLOW = [
    objectsEntry('slow', { readiness: { wait: true } }),
    wrapped({ kind: 'Pod', name: 'pod', spec: { containers: [{ name: 'main', image: 'a:1' }] } }, 'slow', 1),
  ];

  test.each([
    ['2.17', '5'],
    ['2.15', '5'],
    ['2.14', null],
  ])('in OSB %s the platform is told when to ask again: %j', async (version, seconds) => {
    const { send } = await startBroker({ objects: SLOW, times: { syncBudgetMs: 0 } });
    const path = '/v2/service_instances/i';
    const headers = { 'x-broker-api-version': version };
    const accepted = await send('PUT', `${path}?accepts_incomplete=true`, provisionBody('slow'), headers);
    expect([accepted.status, accepted.headers.get('retry-after')]).toEqual([202, seconds]);
    const polled = await send('GET', `${path}/last_operation`, undefined, headers);
    expect([polled.status, polled.headers.get('retry-after')]).toEqual([200, seconds]);
    expect(polled.body).toMatchObject({ state: 'in progress' });
  });
});
