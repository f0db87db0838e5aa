import { afterEach, describe, expect, test } from '@jest/globals';
import { createLogger } from '../log.js';
import { healthListener } from './health.js';
import { readiness } from './readiness.js';
import type { Serving } from './serve.js';
import { serve } from './serve.js';

let serving: Serving | undefined;

afterEach(async () => {
  await serving?.stop(0);
});

async function get(path: string, missing: string[] = [], init: RequestInit = {}): Promise<Response> {
  serving = await serve(
    healthListener({
      unready: () => Promise.resolve(missing),
      status: () => ({ rejected: [] }),
      metrics: () => Promise.resolve({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' }),
      logger: createLogger({ write: () => undefined }),
    }),
    0,
  );
  return fetch(`http://127.0.0.1:${serving.port}${path}`, init);
}

describe('the health port', () => {
  test.each<[string, string[], number, object]>([
    ['/healthz', ['the catalog'], 200, { status: 'ok' }],
    ['/readyz', [], 200, { status: 'ready' }],
    [
      '/readyz',
      ['the catalog', 'the store'],
      503,
      { status: 'not ready', missing: ['the catalog', 'the store'] },
    ],
    ['/status?x', [], 200, { rejected: [] }],
    ['/', [], 404, { error: 'NotFound', description: expect.any(String) }],
  ])('answers %s (missing: %j) with %d', async (path, missing, status, body) => {
    const answer = await get(path, missing);
    expect([answer.status, await answer.json()]).toEqual([status, body]);
  });

  test('hands out the metrics as Prometheus reads them', async () => {
    const answer = await get('/metrics');
    expect([answer.headers.get('content-type'), await answer.text()]).toEqual([
      'text/plain; version=0.0.4',
      'up 1\n',
    ]);
  });

  test('answers HEAD without a body, and other methods not at all', async () => {
    const head = await get('/readyz', [], { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '18', '']);
    await serving?.stop(0);
    expect((await get('/readyz', [], { method: 'POST' })).status).toBe(405);
  });

  test('says that it failed when a page can not be made', async () => {
    const lines: string[] = [];
    serving = await serve(
      healthListener({
        unready: () => Promise.resolve([]),
        status: () => {
          throw new Error('boom');
        },
        metrics: () => Promise.reject(new Error('boom')),
        logger: createLogger({ write: (line) => lines.push(line) }),
      }),
      0,
    );
    for (const path of ['/status', '/metrics']) {
      const answer = await fetch(`http://127.0.0.1:${serving.port}${path}`);
      expect([answer.status, await answer.json()]).toMatchObject([500, { error: 'InternalError' }]);
    }
    expect(lines).toHaveLength(2);
  });
});

describe('readiness', () => {
  const CATALOG = 'the ConfigMaps have not been read from the cluster yet';
  const STORE = 'the store of instances does not answer';
  const STOPPING = 'the process is stopping';
  const never = new Promise<boolean>(() => undefined);

  test.each<[string, { read: boolean; stored: Promise<boolean>; stopping: boolean }, string[]]>([
    ['everything is there', { read: true, stored: Promise.resolve(true), stopping: false }, []],
    ['the catalog is missing', { read: false, stored: Promise.resolve(true), stopping: false }, [CATALOG]],
    ['the store is away', { read: true, stored: Promise.resolve(false), stopping: false }, [STORE]],
    ['the store is silent', { read: true, stored: never, stopping: false }, [STORE]],
    ['the process ends', { read: true, stored: Promise.resolve(true), stopping: true }, [STOPPING]],
    ['all at once', { read: false, stored: never, stopping: true }, [CATALOG, STORE, STOPPING]],
  ])('when %s', async (_what, { read, stored, stopping }, missing) => {
    const unready = readiness({
      isCatalogRead: () => read,
      isStoreAvailable: () => stored,
      isStopping: () => stopping,
      now: () => 0,
      patienceMs: 0,
    });
    expect(await unready()).toEqual(missing);
  });

  test('asks the store every three seconds at most, and believes no old answer', async () => {
    const clock = { now: 0 };
    const answers = [true, false];
    const unready = readiness({
      isCatalogRead: () => true,
      isStoreAvailable: () => Promise.resolve(answers.shift() ?? true),
      isStopping: () => false,
      now: () => clock.now,
    });
    expect([await unready(), await unready()]).toEqual([[], []]);
    clock.now = 3000;
    expect(await unready()).toEqual([STORE]);
    clock.now = 6000;
    expect(await unready()).toEqual([]);
  });
});
