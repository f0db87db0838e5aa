import { describe, expect, test } from '@jest/globals';
import { healthListener } from './health.js';
import { serve } from './serve.js';

describe('stopping a server', () => {
  test('lets a running request finish and closes kept-alive connections', async () => {
    const arrived = Promise.withResolvers<undefined>();
    const release = Promise.withResolvers<undefined>();
    const serving = await serve((_request, response) => {
      arrived.resolve(undefined);
      void release.promise.then(() => response.end('done'));
    }, 0);
    const answer = fetch(`http://127.0.0.1:${serving.port}/`);
    await arrived.promise;
    const stopped = serving.stop(60_000);
    release.resolve(undefined);
    expect(await (await answer).text()).toBe('done');
    await stopped;
    await expect(fetch(`http://127.0.0.1:${serving.port}/`)).rejects.toThrow();
  });

  test('cuts what does not finish in time', async () => {
    const arrived = Promise.withResolvers<undefined>();
    const serving = await serve(() => arrived.resolve(undefined), 0);
    const answer = fetch(`http://127.0.0.1:${serving.port}/`);
    const failed = expect(answer).rejects.toThrow();
    await arrived.promise;
    await serving.stop(0);
    await failed;
  });
});

test('a port that is taken is an error', async () => {
  const serving = await serve((_request, response) => response.end(), 0);
  await expect(serve((_request, response) => response.end(), serving.port)).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
  await serving.stop(0);
});

test.each([
  ['/healthz', false, 200, { status: 'ok' }],
  ['/readyz', true, 200, { status: 'ready' }],
  ['/readyz', false, 503, { status: expect.any(String) }],
  ['/status?x', true, 200, { rejected: [] }],
  ['/', true, 404, { error: 'NotFound', description: expect.any(String) }],
])('the health port answers %s (ready: %s) with %d', async (path, ready, status, body) => {
  const serving = await serve(healthListener({ isReady: () => ready, status: () => ({ rejected: [] }) }), 0);
  const answer = await fetch(`http://127.0.0.1:${serving.port}${path}`);
  expect([answer.status, await answer.json()]).toEqual([status, body]);
  await serving.stop(0);
});
