import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { VaultTransport } from './vault-transport.js';
import type { VaultServer } from './vault-transport.js';

const running: (() => void)[] = [];

afterEach(() => {
  for (const stop of running.splice(0)) stop();
});

/** Serves on a free port; gives the URL. */
async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function transport(timeoutMs = 60_000): VaultTransport {
  const made = new VaultTransport(timeoutMs);
  running.push(() => made.close());
  return made;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk as string;
  return text;
}

const signal = new AbortController().signal;

describe('a request to Vault', () => {
  test('carries the token in its header alone, the namespace, and JSON', async () => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      const {
        'x-vault-token': token,
        'x-vault-namespace': namespace,
        'x-vault-request': mark,
      } = request.headers;
      void bodyOf(request).then((body) => {
        seen.push([request.method, request.url, token, namespace, mark, body]);
        response.end('{"data":{"a":1}}');
      });
    });
    const server: VaultServer = { url: `${url}/behind/`, namespace: 'team-a' };
    const path = 'auth/my mount/login?x#y';
    const answer = await transport().send(
      server,
      { method: 'POST', path, token: 't', body: { role: 'r' } },
      signal,
    );
    expect(answer).toEqual({ status: 200, body: { data: { a: 1 } } });
    expect(seen).toEqual([
      ['POST', '/behind/v1/auth/my%20mount/login%3Fx%23y', 't', 'team-a', 'true', '{"role":"r"}'],
    ]);
  });

  test.each([
    ['<html>', {}, { status: 200 }],
    ['["a"]', {}, { status: 200 }],
    ['', {}, { status: 200 }],
    ['{}', { 'Retry-After': '7' }, { status: 200, body: {}, retryAfterSeconds: 7 }],
    ['{}', { 'Retry-After': 'Wed, 21 Oct 2026 07:28:00 GMT' }, { status: 200, body: {} }],
  ])('answered with %j and %j', async (body, headers, answer) => {
    const url = await serve((_request, response) => response.writeHead(200, headers).end(body));
    expect(await transport().send({ url }, { method: 'GET', path: 'p' }, signal)).toEqual(answer);
  });
});

describe('a redirect', () => {
  test.each([
    ['to another node', 307, '/v1/secret/app', 'followed'],
    ['for good', 308, '/v1/secret/app', 'followed'],
    ['to another path', 307, '/v1/secret/other', 'not followed'],
    ['with a query', 307, '/v1/secret/app?help=1', 'not followed'],
    ['of another kind', 302, '/v1/secret/app', 'not followed'],
  ])('%s (%d to %s) is %s', async (_what, status, location, outcome) => {
    const tokens: unknown[] = [];
    const active = await serve((request, response) => {
      tokens.push(request.headers['x-vault-token']);
      response.end('{}');
    });
    const standby = await serve((_request, response) =>
      response.writeHead(status, { Location: `${active}${location}` }).end(),
    );
    const answer = await transport().send(
      { url: standby },
      { method: 'GET', path: 'secret/app', token: 't' },
      signal,
    );
    expect([answer.status, tokens]).toEqual(outcome === 'followed' ? [200, ['t']] : [status, []]);
  });

  test('with user info in it is not followed, nor one that leads nowhere', async () => {
    const locations = ['http://user:password@127.0.0.1:1/v1/p', 'http://'];
    const url = await serve((_request, response) =>
      response.writeHead(307, { Location: locations.shift() }).end(),
    );
    const send = async (): Promise<number> =>
      (await transport().send({ url }, { method: 'GET', path: 'p' }, signal)).status;
    expect([await send(), await send()]).toEqual([307, 307]);
  });

  test('in a circle ends', async () => {
    let asked = 0;
    const url = await serve((request, response) => {
      asked += 1;
      response.writeHead(307, { Location: request.url }).end();
    });
    expect((await transport().send({ url }, { method: 'GET', path: 'p' }, signal)).status).toBe(307);
    expect(asked).toBe(3);
  });
});

describe('no answer', () => {
  test.each<[string, RequestListener, string]>([
    ['the connection is cut', (request) => request.socket.destroy(), 'ECONNRESET'],
    ['nothing comes', () => undefined, 'ETIMEDOUT'],
    [
      'half of it comes',
      (_request, response) => {
        response.writeHead(200, { 'Content-Length': '100' }).write('{"data":');
        setImmediate(() => response.destroy());
      },
      'ECONNRESET',
    ],
    ['far too much comes', (_request, response) => response.end('x'.repeat(5_000_000)), 'ANSWER_TOO_LARGE'],
  ])('because %s', async (_what, listener, code) => {
    const url = await serve(listener);
    const patience = code === 'ETIMEDOUT' ? 100 : 60_000;
    const sending = transport(patience).send(
      { url },
      { method: 'GET', path: 'secret/app', token: 't-1' },
      signal,
    );
    await expect(sending).rejects.toMatchObject({
      name: 'VaultUnreachable',
      code,
      message: `no answer from Vault (${code})`,
    });
  });

  test('because nobody listens', async () => {
    const url = await serve(() => undefined);
    for (const stop of running.splice(0)) stop();
    await expect(transport().send({ url }, { method: 'GET', path: 'p' }, signal)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  test('because the caller gave up: the reason is the caller’s', async () => {
    const caller = new AbortController();
    const url = await serve(() => caller.abort(new Error('enough')));
    await expect(transport().send({ url }, { method: 'GET', path: 'p' }, caller.signal)).rejects.toThrow(
      'enough',
    );
  });
});
