import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { TLS_FIXTURE } from '../testing/tls-fixture.js';
import { OsbClient } from './osb-client.js';
import type { OsbConnection, OsbRequest } from './osb.js';

const CATALOG: OsbRequest = { method: 'GET', path: ['v2', 'catalog'] };
const servers: Server[] = [];
const client = new OsbClient({ timeoutMs: 300, apiVersion: '2.17' });

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function brokerThat(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<OsbConnection> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, insecureSkipTLSVerify: false };
}

describe('OsbClient', () => {
  test('sends method, escaped path, query, headers and body, and reads the answer', async () => {
    const seen: unknown[] = [];
    const connection = await brokerThat((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { authorization, 'x-broker-api-version': version, 'content-type': type } = request.headers;
        seen.push({ method: request.method, url: request.url, authorization, version, type, body });
        response.writeHead(202, { 'Retry-After': '7' }).end('{"operation":"o"}');
      });
    });
    const result = await client.send(
      { ...connection, auth: { type: 'basic', username: 'u', password: 'p' } },
      {
        method: 'PUT',
        path: ['v2', 'service_instances', '../a b'],
        query: { accepts_incomplete: 'true' },
        body: { plan_id: 'p' },
      },
    );
    expect(result).toEqual({ type: 'answer', status: 202, body: { operation: 'o' }, retryAfterSeconds: 7 });
    expect(seen).toEqual([
      {
        method: 'PUT',
        url: '/v2/service_instances/..%2Fa%20b?accepts_incomplete=true',
        authorization: 'Basic dTpw',
        version: '2.17',
        type: 'application/json',
        body: '{"plan_id":"p"}',
      },
    ]);
  });

  test('reads a Retry-After that is a date, by the clock of the broker', async () => {
    const connection = await brokerThat((_request, response) =>
      response
        .writeHead(202, {
          Date: 'Fri, 27 Nov 2026 10:00:00 GMT',
          'Retry-After': 'Fri, 27 Nov 2026 10:00:30 GMT',
        })
        .end('{}'),
    );
    expect(await client.send(connection, CATALOG)).toMatchObject({ retryAfterSeconds: 30 });
  });

  test('sends a bearer token', async () => {
    let authorization: string | undefined;
    const connection = await brokerThat((request, response) => {
      authorization = request.headers.authorization;
      response.end('{}');
    });
    await client.send({ ...connection, auth: { type: 'bearer', token: 't' } }, CATALOG);
    expect(authorization).toBe('Bearer t');
  });

  test('has no body for an answer that is not JSON', async () => {
    const connection = await brokerThat((_request, response) => response.writeHead(502).end('<html>'));
    expect(await client.send(connection, CATALOG)).toEqual({ type: 'answer', status: 502 });
  });

  test('does not follow redirects', async () => {
    const connection = await brokerThat((_request, response) =>
      response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end(),
    );
    expect(await client.send(connection, CATALOG)).toEqual({ type: 'answer', status: 302 });
  });

  test('tells a timeout', async () => {
    const connection = await brokerThat(() => undefined);
    expect(await client.send(connection, CATALOG)).toEqual({
      type: 'timeout',
      message: 'no answer within 0.3 s',
    });
  });

  test('tells that nobody listens', async () => {
    const connection = await brokerThat((_request, response) => response.end());
    servers.splice(0).forEach((server) => server.close());
    expect(await client.send(connection, CATALOG)).toMatchObject({
      type: 'unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('repeats a request once when a kept connection turns out to be closed', async () => {
    let answers = 0;
    const connection = await brokerThat((request, response) => {
      answers += 1;
      if (answers === 2) request.socket.destroy();
      else response.end('{}');
    });
    await client.send(connection, CATALOG);
    expect(await client.send(connection, CATALOG)).toMatchObject({ type: 'answer', status: 200 });
    expect(answers).toBe(3);
  });

  test.each(['not a url', 'ftp://host'])('tells that %j is no address of a broker', async (url) => {
    const result = await client.send({ url, insecureSkipTLSVerify: false }, CATALOG);
    expect(result.type).toBe('unreachable');
  });

  test.each(['', '.', '..'])('does not send the id %j, which would name another path', async (id) => {
    const connection = await brokerThat((_request, response) => response.end('{}'));
    const result = await client.send(connection, { method: 'DELETE', path: ['v2', 'service_instances', id] });
    expect(result).toMatchObject({ type: 'unreachable', message: expect.stringContaining('externalID') });
  });

  test.each([
    ['trusts the broker that its caBundle names', { caBundle: TLS_FIXTURE.cert }, 'answer'],
    ['trusts any broker when it is told to', { insecureSkipTLSVerify: true }, 'answer'],
    ['does not trust a certificate that nobody vouches for', {}, 'unreachable'],
  ])('%s', async (_case, settings, type) => {
    const server = createTlsServer(TLS_FIXTURE, (_request, response) => response.end('{}'));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const result = await client.send({ url, insecureSkipTLSVerify: false, ...settings }, CATALOG);
    expect(result.type).toBe(type);
  });

  describe('behind a proxy', () => {
    async function proxyThat(status: string): Promise<{ url: string; seen: string[] }> {
      const seen: string[] = [];
      const { url } = await brokerThat((request, response) => {
        seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
        response.end('{}');
      });
      servers.at(-1)?.on('connect', (request: IncomingMessage, socket: Socket) => {
        seen.push(`CONNECT ${request.url ?? ''}`);
        if (status !== '200') {
          socket.end(`HTTP/1.1 ${status}\r\n\r\n`);
          return;
        }
        const onward = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1');
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket
          .on('error', () => undefined)
          .pipe(onward.on('error', () => undefined))
          .pipe(socket);
      });
      return { url, seen };
    }

    function clientBehind(url: string, isDirect = false): OsbClient {
      const proxies = { http: url, https: url, isDirect: () => isDirect };
      return new OsbClient({ timeoutMs: 300, apiVersion: '2.17', proxies });
    }

    test('asks it for brokers at http: URLs', async () => {
      const proxy = await proxyThat('200');
      const behind = clientBehind(proxy.url);
      const result = await behind.send(
        { url: 'http://broker.ns.svc', insecureSkipTLSVerify: false },
        CATALOG,
      );
      behind.close();
      expect(result).toMatchObject({ type: 'answer', status: 200 });
      expect(proxy.seen).toEqual(['GET http://broker.ns.svc/v2/catalog']);
    });

    test('tunnels through it to brokers at https: URLs and still checks who answers', async () => {
      const proxy = await proxyThat('200');
      const server = createTlsServer(TLS_FIXTURE, (_request, response) => response.end('{}'));
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const broker = { url: `https://127.0.0.1:${port}`, insecureSkipTLSVerify: false };
      const behind = clientBehind(proxy.url);
      expect(await behind.send(broker, CATALOG)).toMatchObject({ type: 'unreachable' });
      const trusted = await behind.send({ ...broker, caBundle: TLS_FIXTURE.cert }, CATALOG);
      behind.close();
      expect(trusted).toMatchObject({ type: 'answer', status: 200 });
      expect(proxy.seen).toEqual([`CONNECT 127.0.0.1:${port}`, `CONNECT 127.0.0.1:${port}`]);
    });

    test('passes it by where it is told to', async () => {
      const proxy = await proxyThat('200');
      const connection = await brokerThat((_request, response) => response.end('{}'));
      const behind = clientBehind(proxy.url, true);
      expect(await behind.send(connection, CATALOG)).toMatchObject({ type: 'answer', status: 200 });
      behind.close();
      expect(proxy.seen).toEqual([]);
    });

    test('tells that it refuses, without the password that its URL holds', async () => {
      const proxy = await proxyThat('407 Proxy Authentication Required');
      const behind = clientBehind(proxy.url.replace('//', '//user:secret@'));
      const result = await behind.send(
        { url: 'https://broker.ns.svc', insecureSkipTLSVerify: false },
        CATALOG,
      );
      behind.close();
      expect(result).toMatchObject({ type: 'unreachable', message: expect.stringContaining('407') });
      expect(JSON.stringify(result)).not.toContain('secret');
    });
  });
});
