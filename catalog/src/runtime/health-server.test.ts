import { afterEach, expect, test } from '@jest/globals';
import { serveHealth } from './health-server.js';
import type { HealthOptions, HealthServer } from './health-server.js';

const servers: HealthServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function answerOf(path: string, options: Partial<HealthOptions> = {}): Promise<[number, string]> {
  const server = await serveHealth(0, {
    isReady: () => true,
    metrics: () => Promise.resolve({ contentType: 'text/plain; version=0.0.4', body: 'up 1\n' }),
    onError: () => undefined,
    ...options,
  });
  servers.push(server);
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
  return [response.status, await response.text()];
}

test.each<[string, Partial<HealthOptions>, number, string]>([
  ['/healthz', { isReady: () => false }, 200, 'ok\n'],
  ['/readyz', {}, 200, 'ok\n'],
  ['/readyz', { isReady: () => false }, 503, 'not ok\n'],
  ['/metrics?x=y', {}, 200, 'up 1\n'],
  ['/other', {}, 404, 'try /healthz, /readyz or /metrics\n'],
])('GET %s', async (path, options, status, body) => {
  expect(await answerOf(path, options)).toEqual([status, body]);
});

test('metrics that cannot be told are an error of their own, which the log gets', async () => {
  const seen: unknown[] = [];
  const metrics = (): Promise<never> => Promise.reject(new Error('no numbers'));
  const [status, body] = await answerOf('/metrics', { metrics, onError: (error) => seen.push(error) });
  expect([status, body]).toEqual([500, 'the metrics could not be told; the log says more\n']);
  expect(seen).toEqual([new Error('no numbers')]);
});
