import { afterEach, describe, expect, test } from '@jest/globals';
import type { RequestListener } from 'node:http';
import { Agent, request } from 'node:https';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { TEST_CERTIFICATES } from '../testing/certificates.js';
import type { ServeOptions, Serving } from './serve.js';
import { serve } from './serve.js';

const [FIRST, SECOND] = TEST_CERTIFICATES;
const running: { close: () => unknown }[] = [];

afterEach(async () => {
  for (const { close } of running.splice(0)) await close();
});

const hello: RequestListener = (_incoming, response) => response.end('hello');

async function start(listener: RequestListener = hello, options: ServeOptions = {}): Promise<Serving> {
  const serving = await serve(listener, 0, options);
  running.push({ close: () => serving.stop(0) });
  return serving;
}

/** Opens a connection; `received` gives everything that came over it when the server has closed it. */
async function open(port: number): Promise<{ socket: Socket; received: Promise<string> }> {
  const socket = connect(port, '127.0.0.1');
  running.push({ close: () => socket.destroy() });
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => (text += String(chunk)));
  socket.on('error', () => undefined);
  const received = new Promise<string>((resolve) => socket.on('close', () => resolve(text)));
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, received };
}

/** A listener that says when a request has arrived, and answers when the test says so. */
function held(): { listener: RequestListener; arrived: Promise<void>; release: () => void } {
  const arrived = Promise.withResolvers<undefined>();
  const released = Promise.withResolvers<undefined>();
  return {
    arrived: arrived.promise,
    release: () => released.resolve(undefined),
    listener: (_incoming, response) => {
      arrived.resolve(undefined);
      void released.promise.then(() => response.end('done'));
    },
  };
}

test('a port that is taken is an error', async () => {
  const { port } = await start();
  await expect(serve(hello, port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

describe('stopping a server', () => {
  test('lets a running request finish and closes its connection', async () => {
    const { listener, arrived, release } = held();
    const serving = await start(listener);
    const answer = fetch(`http://127.0.0.1:${serving.port}/`);
    await arrived;
    const stopped = serving.stop(60_000);
    release();
    expect((await answer).headers.get('connection')).toBe('close');
    expect(await (await answer).text()).toBe('done');
    await stopped;
    await expect(fetch(`http://127.0.0.1:${serving.port}/`)).rejects.toThrow();
  });

  test('cuts what does not finish in time', async () => {
    const { listener, arrived } = held();
    const serving = await start(listener);
    const failed = expect(fetch(`http://127.0.0.1:${serving.port}/`)).rejects.toThrow();
    await arrived;
    await serving.stop(0);
    await failed;
  });

  test('does not wait for connections that say nothing or only the half', async () => {
    const serving = await start();
    const silent = await open(serving.port);
    const slow = await open(serving.port);
    slow.socket.write('GET / HTTP/1.1\r\nHost: a\r\nX-Slow');
    await serving.stop(60_000);
    expect(await Promise.all([silent.received, slow.received])).toEqual(['', '']);
  });

  test('begins with answers that end their connections, while new ones are taken', async () => {
    const serving = await start();
    const connectionOf = async (): Promise<string | null> =>
      (await fetch(`http://127.0.0.1:${serving.port}/`)).headers.get('connection');
    expect(await connectionOf()).toBe('keep-alive');
    serving.drain();
    expect([await connectionOf(), await connectionOf()]).toEqual(['close', 'close']);
  });
});

describe('what is no request', () => {
  const malformed = (description: string): object => ({ error: 'MalformedRequest', description });
  const big = 'x'.repeat(20_000);

  test.each([
    ['something else', 'hello\r\n\r\n', 400, 'this is no HTTP request'],
    ['a TLS handshake', '\x16\x03\x01\x02\x00\x01\x00\x01', 400, 'this is no HTTP request'],
    [
      'two lengths',
      'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      undefined,
    ],
    [
      'a length and chunks',
      'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
      undefined,
    ],
    ['too large headers', `GET / HTTP/1.1\r\nX-Big: ${big}\r\n\r\n`, 400, 'the headers are too large'],
    [
      'too many headers',
      `GET / HTTP/1.1\r\nHost: a\r\n${'A: b\r\n'.repeat(101)}\r\n`,
      400,
      'the headers are too large',
    ],
    ['too long a path', `GET /${big} HTTP/1.1\r\n\r\n`, 400, 'the headers are too large'],
  ])(
    '%s gets a short answer as JSON, and the connection is closed',
    async (_what, text, status, description) => {
      const { port } = await start();
      const { socket, received } = await open(port);
      socket.write(text);
      const [head, body] = (await received).split('\r\n\r\n');
      expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(head).toContain('Connection: close');
      expect(JSON.parse(body ?? '')).toEqual(malformed(description ?? 'this is no HTTP request'));
    },
  );

  test.each([
    ['headers', 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: 1\r\n'],
    ['a body', 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nsome'],
  ])('a request whose %s never come to an end is ended with 408', async (_what, text) => {
    const reading: RequestListener = (incoming, response) => {
      incoming
        .on('error', () => undefined)
        .on('end', () => response.end())
        .resume();
    };
    const limits = { headersMs: 20, requestMs: 40, checkEveryMs: 10 };
    const { port } = await start(reading, { limits });
    const { socket, received } = await open(port);
    socket.write(text);
    expect(await received).toMatch(/^HTTP\/1\.1 408 .*the request was not complete in time/s);
  });

  test('a connection that never says anything is closed', async () => {
    const { port } = await start(hello, { limits: { headersMs: 20, requestMs: 40, checkEveryMs: 10 } });
    const { received } = await open(port);
    expect(await received).toContain('408');
  });

  test('nothing is written into an answer that is on its way', async () => {
    const begun = Promise.withResolvers<undefined>();
    const { port } = await start((_incoming, response) => {
      response.write('half');
      begun.resolve(undefined);
    });
    const { socket, received } = await open(port);
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await begun.promise;
    socket.write('rubbish\r\n\r\n');
    const text = await received;
    expect(text).toContain('half');
    expect(text).not.toContain('MalformedRequest');
  });
});

test('a connection that stands still is closed', async () => {
  const { listener } = held();
  const { port } = await start(listener, { limits: { silenceMs: 20 } });
  const { socket, received } = await open(port);
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  expect(await received).toBe('');
});

test('connections beyond the limit are closed, and there is room again when one ends', async () => {
  const serving = await start(hello, { limits: { connections: 1 } });
  const first = await open(serving.port);
  const second = await open(serving.port);
  expect(await second.received).toBe('');
  first.socket.write('GET / HTTP/1.0\r\n\r\n');
  expect(await first.received).toContain('hello');
  expect(await (await fetch(`http://127.0.0.1:${serving.port}/`)).text()).toBe('hello');
});

test('a body that a client offers is not invited before somebody wants it', async () => {
  const { port } = await start((_incoming, response) => response.writeHead(401).end());
  const { socket, received } = await open(port);
  socket.write('PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n');
  const text = await received;
  expect(text).toMatch(/^HTTP\/1\.1 401 /);
  expect(text).toContain('Connection: close');
});

test.each([
  ['/v2/catalog?a=http://b', '/v2/catalog?a=http://b'],
  ['http://broker.example:80/v2/catalog?a', '/v2/catalog?a'],
  ['HTTPS://broker.example?a', '/?a'],
  ['http://[::1', '/'],
  ['http://', '/'],
  ['*', '/*'],
])('the request target %s is the path %s', async (target, path) => {
  const { port } = await start((incoming, response) => response.end(incoming.url));
  const { socket, received } = await open(port);
  socket.write(`OPTIONS ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  expect((await received).split('\r\n\r\n')[1]).toBe(path);
});

describe('TLS', () => {
  /** Says hello over TLS to a server whose certificate must be this one. */
  async function get(port: number, ca: string, agent: Agent): Promise<string> {
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, ca, agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => (text += String(chunk)));
        response.on('end', () => resolve(text));
      });
      sent.on('error', reject).end();
    });
  }

  function agentOf(): Agent {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    running.push({ close: () => agent.destroy() });
    return agent;
  }

  test('answers under the certificate, and under its successor without a restart', async () => {
    const serving = await start(hello, { certificate: FIRST });
    const kept = agentOf();
    expect(await get(serving.port, FIRST.cert, kept)).toBe('hello');
    serving.setCertificate(SECOND);
    // The open connection goes on, new ones get the new certificate.
    expect(await get(serving.port, FIRST.cert, kept)).toBe('hello');
    expect(await get(serving.port, SECOND.cert, agentOf())).toBe('hello');
    await expect(get(serving.port, FIRST.cert, agentOf())).rejects.toThrow('self-signed');
  });

  test('is not spoken in versions below 1.2', async () => {
    const { port } = await start(hello, { certificate: FIRST });
    const handshake = async (maxVersion: 'TLSv1.1' | 'TLSv1.2'): Promise<string | null> =>
      new Promise((resolve, reject) => {
        const socket = connectSecurely({
          port,
          host: '127.0.0.1',
          ca: FIRST.cert,
          minVersion: 'TLSv1',
          maxVersion,
          // OpenSSL 3 does not even offer the old versions at its usual security level.
          ciphers: 'DEFAULT@SECLEVEL=0',
        });
        socket.on('secureConnect', () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
        socket.on('error', reject);
      });
    await expect(handshake('TLSv1.1')).rejects.toThrow('protocol version');
    expect(await handshake('TLSv1.2')).toBe('TLSv1.2');
  });

  test('a handshake that is never finished holds up neither the limits nor the end', async () => {
    const serving = await start(hello, { certificate: FIRST, limits: { handshakeMs: 20 } });
    const limited = await open(serving.port);
    await limited.received;
    const patient = await start(hello, { certificate: FIRST });
    const { received } = await open(patient.port);
    await patient.stop(60_000);
    expect(await received).toBe('');
  });
});
