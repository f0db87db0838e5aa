import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
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
});
