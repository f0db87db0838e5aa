import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { loadClient } from '@mesitis/kube/client';
import { MemoryKube } from '@mesitis/kube/memory';
import nock from 'nock';
import { instance } from './testing/objects.js';
import { runPlugin, type RunResult } from './testing/run-plugin.js';

// What a person is told when the API server, or whatever stands in front of it, answers oddly: the real client over
// HTTP that nock answers.

const SERVER = 'https://odd-answers.test:6443';
const GROUP = '/apis/servicecatalog.k8s.io/v1beta1';
const INSTANCES = `${GROUP}/namespaces/client-ns/serviceinstances`;
const PAGE = '<!doctype html><title>Sign in</title><p>Sign in to go on.</p>';

/** What the API group serves, as far as the commands below ask. */
const RESOURCES = {
  kind: 'APIResourceList',
  resources: [
    ['serviceinstances', 'ServiceInstance'],
    ['servicebindings', 'ServiceBinding'],
  ].map(([name, kind]) => ({ name, kind, namespaced: true, verbs: ['get', 'list', 'watch'] })),
};

function status(code: number, reason: string, message: string): JsonObject {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message };
}

function list(...items: KubeObject[]): string {
  return JSON.stringify({ kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items });
}

async function run(...argv: string[]): Promise<RunResult> {
  return runPlugin(argv, new MemoryKube(), {
    connect: ({ timeoutMs }) =>
      loadClient({
        kubeconfig: '/dev/null',
        server: SERVER,
        token: 'secret-token',
        namespaceOverride: 'client-ns',
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      }),
  });
}

describe('an API server that answers oddly', () => {
  beforeEach(() => {
    nock.disableNetConnect();
    nock(SERVER).get(GROUP).optionally().reply(200, RESOURCES).persist();
  });
  afterEach(() => {
    nock.cleanAll();
    nock.enableNetConnect();
  });
  // nock replaces parts of Node itself, which the next test file of this worker shares.
  afterAll(() => nock.restore());

  const answered = (): nock.Interceptor => nock(SERVER).get(INSTANCES).query(true);

  test.each<[string, () => unknown, string]>([
    [
      'a refusal',
      () =>
        answered().reply(403, status(403, 'Forbidden', 'serviceinstances is forbidden: ann may not list')),
      'the cluster refused: serviceinstances is forbidden: ann may not list; ask an administrator for this right',
    ],
    [
      'credentials that are no longer good',
      () => answered().reply(401, status(401, 'Unauthorized', 'Unauthorized')),
      'the cluster does not accept your credentials: Unauthorized; log in again, or choose another context with --context',
    ],
    [
      'a list that is too old',
      () => answered().reply(410, status(410, 'Expired', 'The provided continue parameter is too old')),
      'the cluster lost the thread: The provided continue parameter is too old; try again',
    ],
    [
      'too many requests without a word on when to come back',
      () => answered().reply(429, status(429, 'TooManyRequests', 'Too many requests')),
      'the cluster is busy: Too many requests; try again in a moment',
    ],
    [
      'a page of a gateway instead of an answer',
      () => answered().reply(502, PAGE, { 'content-type': 'text/html' }),
      `the cluster cannot be reached: GET ${SERVER}${INSTANCES} was answered with status 502 and no Kubernetes Status; the path may not exist, or a proxy may stand in front of the API server`,
    ],
    [
      'a page to sign in, as if all were well',
      () => answered().reply(200, PAGE, { 'content-type': 'text/html' }),
      `the cluster cannot be reached: GET ${SERVER}${INSTANCES} was answered with something that is not JSON; check that the server is a Kubernetes API server`,
    ],
    [
      'a way to another page',
      () => answered().reply(302, PAGE, { location: 'https://sso.test/login' }),
      `the cluster answered in an unexpected way: GET ${SERVER}${INSTANCES} was answered with status 302 and no Kubernetes Status; the path may not exist, or a proxy may stand in front of the API server`,
    ],
    [
      'half an answer',
      () =>
        answered().reply(200, '{"kind":"List","items":[{"metadata":', { 'content-type': 'application/json' }),
      `the cluster cannot be reached: GET ${SERVER}${INSTANCES} was answered with something that is not JSON; check that the server is a Kubernetes API server`,
    ],
    [
      'something else than a list',
      () => answered().reply(200, { kind: 'Status', status: 'Success' }),
      'the cluster cannot be reached: The list of ServiceInstance came without items; check that the server is whole',
    ],
    [
      'a connection that breaks',
      () => answered().replyWithError(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })),
      `the cluster cannot be reached: GET ${SERVER}${INSTANCES} failed (ECONNRESET); check that the API server runs and that the kubeconfig has its address`,
    ],
  ])('%s is told in one sentence, without the page and without the token', async (_what, answer, message) => {
    answer();
    nock(SERVER).get(`${GROUP}/namespaces/client-ns/servicebindings`).query(true).reply(200, list());
    const { out, err, exitCode } = await run('status');
    expect([out, err, exitCode]).toEqual(['', `error: ${message}\n`, 3]);
  });

  test('a server that is busy is asked again when it says so', async () => {
    answered().reply(429, status(429, 'TooManyRequests', 'busy'), { 'retry-after': '1' });
    answered().reply(200, list(instance('x')));
    nock(SERVER).get(`${GROUP}/namespaces/client-ns/servicebindings`).query(true).reply(200, list());
    const started = performance.now();
    const { out, exitCode } = await run('status');
    expect(out).toContain('instance   x');
    expect(exitCode).toBe(0);
    expect(performance.now() - started).toBeGreaterThan(990);
  });

  test('a slow server is waited for as long as --request-timeout says', async () => {
    answered().delay(2_000).reply(200, list());
    nock(SERVER).get(`${GROUP}/namespaces/client-ns/servicebindings`).query(true).reply(200, list());
    const { err, exitCode } = await run('status', '--request-timeout', '100ms');
    expect(err).toBe(
      `error: the cluster did not answer in time: GET ${SERVER}${INSTANCES} was not answered in time; check that the API server is well, then try again\n`,
    );
    expect(exitCode).toBe(3);
  });
});
