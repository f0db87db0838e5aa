import { gzipSync } from 'node:zlib';
import type { Server } from 'node:https';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createApp, JUDGE_LIMIT, VALIDATE_PATH } from './app.js';
import type { Decision } from './admission.js';
import type { Reviewed } from './metrics.js';
import { HttpsClient } from './testing/https-client.js';
import { logLines } from './testing/log-lines.js';
import { pooledEntropy } from './testing/pooled-entropy.js';
import { close, createSecureServer, listen } from './server.js';
import { issueAuthority, issueLeaf } from './tls/certificates.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const NO_REVIEW =
  'not an AdmissionReview: apiVersion and kind must be admission.k8s.io/v1 and AdmissionReview';
const MEBIBYTE = 1024 * 1024;

const { logger, lines } = logLines();
let decision: () => Decision | Promise<Decision>;
let server: Server;
let client: HttpsClient;
const reviewed: Reviewed[] = [];
const limits: number[] = [];
let late: (() => void) | undefined;

beforeAll(async () => {
  const entropy = await pooledEntropy(2);
  const now = Date.now();
  const authority = await issueAuthority(entropy, now);
  const leaf = await issueLeaf(entropy, { authority, hosts: [{ dns: 'webhook.platform.svc' }], now });
  const app = createApp({
    routes: [
      { path: VALIDATE_PATH, judge: () => decision() },
      { path: '/other', judge: () => ({ allowed: true, warnings: ['of the other'], rules: [] }) },
    ],
    logger,
    monotonic: () => 0,
    after: (milliseconds, call) => {
      late = call;
      limits.push(milliseconds);
      return () => (late = undefined);
    },
    onReviewed: (one) => void reviewed.push(one),
  });
  server = createSecureServer(app, leaf);
  client = new HttpsClient(await listen(server, 0), authority.certificate, 'webhook.platform.svc');
});

beforeEach(() => {
  lines.length = 0;
  reviewed.length = 0;
  decision = () => ({ allowed: true, warnings: [], rules: [] });
});

afterAll(async () => {
  client.close();
  await close(server, 0);
});

const review = (object: object = {}): object => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: 'uid-1',
    operation: 'CREATE',
    kind: { group: '', version: 'v1', kind: 'ConfigMap' },
    namespace: 'provider-ns',
    name: 'entry',
    object,
  },
});

const errorOf = (body: string): unknown => (JSON.parse(body) as { error: unknown }).error;

describe('POST /validate', () => {
  test('answers an AdmissionReview with an AdmissionReview', async () => {
    const { status, headers, body } = await client.post(VALIDATE_PATH, review());
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(body)).toEqual({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: 'uid-1', allowed: true },
    });
  });

  test('logs what was decided about which object, and nothing of what is in it', async () => {
    decision = () => ({
      allowed: false,
      code: 422,
      message: 'data: no',
      violations: [],
      warnings: [],
      rules: ['MES001'],
    });
    await client.post(VALIDATE_PATH, review({ data: { 'wrapped-resource': 'iamthepassword' } }));
    expect(lines).toEqual([
      {
        level: 30,
        uid: 'uid-1',
        namespace: 'provider-ns',
        name: 'entry',
        operation: 'CREATE',
        allowed: false,
        ms: 0,
        rules: ['MES001'],
        msg: 'reviewed',
      },
    ]);
  });

  test('answers a refusal when judging throws, and logs where, not what', async () => {
    decision = () => {
      throw new SyntaxError('unexpected token in {"password":"iamthepassword"}');
    };
    const { status, body } = await client.post(VALIDATE_PATH, review());
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      response: { uid: 'uid-1', allowed: false, status: { code: 500 } },
    });
    expect(lines).toMatchObject([{ level: 50, msg: 'judging failed', uid: 'uid-1', err: 'SyntaxError' }]);
    expect(JSON.stringify([lines, body])).not.toContain('iamthepassword');
  });

  test('answers a refusal when judging takes longer than it may, and a quick answer leaves no timer behind', async () => {
    decision = () => new Promise(() => late?.());
    const { body } = await client.post(VALIDATE_PATH, review());
    expect(JSON.parse(body)).toMatchObject({
      response: { status: { message: 'Mesitis could not judge this object in time; try again' } },
    });
    expect([limits.at(-1), late]).toEqual([JUDGE_LIMIT, undefined]);
  });

  test('goes by the path without the query that the API server adds', async () => {
    expect((await client.post(`${VALIDATE_PATH}?timeout=5s`, review())).status).toBe(200);
  });

  test('takes two ConfigMaps of three mebibytes', async () => {
    const large = { data: { 'wrapped-resource': 'x'.repeat(3 * MEBIBYTE) } };
    const body = { ...review(large), oldObject: large };
    expect((await client.post(VALIDATE_PATH, body)).status).toBe(200);
  });

  test.each<{
    what: string;
    sent: string | Buffer;
    headers?: Record<string, string>;
    answer: [number, string];
  }>([
    { what: 'JSON that ends early', sent: '{"a":', answer: [400, 'the body is not JSON'] },
    { what: 'no body', sent: '', answer: [400, 'the body is not JSON'] },
    { what: 'an empty object', sent: '{}', answer: [400, NO_REVIEW] },
    { what: 'null', sent: 'null', answer: [400, 'not an AdmissionReview: the body must be a JSON object'] },
    {
      what: 'a form',
      sent: 'a=b',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      answer: [415, 'the content type must be application/json'],
    },
    {
      what: 'no content type',
      sent: '{}',
      headers: {},
      answer: [415, 'the content type must be application/json'],
    },
    {
      what: 'a compressed body',
      sent: gzipSync('{}'),
      headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
      answer: [415, 'the body must not be compressed'],
    },
    {
      what: 'UTF-8 by name',
      sent: '{}',
      headers: { 'content-type': 'Application/JSON; charset="UTF-8"' },
      answer: [400, NO_REVIEW],
    },
    {
      what: 'another character set',
      sent: '{}',
      headers: { 'content-type': 'application/json; charset=latin1' },
      answer: [415, 'the body must be UTF-8'],
    },
    {
      what: 'too much',
      sent: `"${'x'.repeat(7 * MEBIBYTE)}"`,
      answer: [413, 'the body is larger than 7mb'],
    },
  ])('answers $what in JSON', async ({ sent, headers = JSON_TYPE, answer }) => {
    const { status, body } = await client.send({ method: 'POST', path: VALIDATE_PATH, headers }, sent);
    expect([status, errorOf(body)]).toEqual(answer);
  });
});

test.each(['GET', 'PUT', 'DELETE'])('%s is not served, and says so in JSON', async (method) => {
  const { status, headers, body } = await client.send({ method, path: VALIDATE_PATH });
  expect({ status, allow: headers['allow'], error: errorOf(body) }).toEqual({
    status: 405,
    allow: 'POST',
    error: 'only POST is served here',
  });
});

test('each webhook has a path of its own', async () => {
  const { body } = await client.post('/other', review());
  expect(JSON.parse(body)).toMatchObject({ response: { warnings: ['of the other'] } });
});

test('another path is not found, in JSON and without the name of a framework', async () => {
  const { status, headers, body } = await client.post('/another', review());
  expect(status).toBe(404);
  expect(errorOf(body)).toBe('nothing is served here; the webhook is POST /validate, POST /other');
  expect(headers['x-powered-by']).toBeUndefined();
});

test('tells of each request how it ended', async () => {
  await client.post(VALIDATE_PATH, review());
  decision = () => ({ allowed: false, code: 422, message: 'no', warnings: [], rules: ['MES001'] });
  await client.post(VALIDATE_PATH, review());
  decision = () => {
    throw new Error('broken');
  };
  await client.post(VALIDATE_PATH, review());
  await client.post(VALIDATE_PATH, {});
  expect(reviewed).toEqual([
    { outcome: 'allowed', rules: [], seconds: 0 },
    { outcome: 'refused', rules: ['MES001'], seconds: 0 },
    { outcome: 'failed', rules: [], seconds: 0 },
    { outcome: 'malformed', rules: [], seconds: 0 },
  ]);
});
