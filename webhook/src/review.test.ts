import { describe, expect, test } from '@jest/globals';
import type { AdmissionRequest, Decision } from './admission.js';
import { review } from './review.js';

const UID = 'c7a1e9a4-0000-4b1c-8b3e-5f0f6c1d2e3f';
const ALLOWED: Decision = { allowed: true, warnings: [], rules: [] };
const allow = (): Decision => ALLOWED;
const never = new AbortController().signal;

const request = {
  uid: UID,
  operation: 'CREATE',
  kind: { group: '', version: 'v1', kind: 'ConfigMap' },
  namespace: 'provider-ns',
  name: 'wrapped-api-service',
  object: { metadata: {} },
};
const asked = (changes: object = {}): object => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: { ...request, ...changes },
});
const without = (key: keyof typeof request): object => asked({ [key]: undefined });

describe('a body without a uid to answer to is not decodable', () => {
  const VERSION = 'apiVersion and kind must be admission.k8s.io/v1 and AdmissionReview';
  const REQUEST = 'request must be an object';
  const ID = 'request.uid must be a string of 1 to 256 characters';
  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'the body must be a JSON object'],
    ['null', null, 'the body must be a JSON object'],
    ['a string', 'AdmissionReview', 'the body must be a JSON object'],
    ['a list', [asked()], 'the body must be a JSON object'],
    ['an empty object', {}, VERSION],
    ['the version before', { ...asked(), apiVersion: 'admission.k8s.io/v1beta1' }, VERSION],
    ['another kind', { ...asked(), kind: 'ConversionReview' }, VERSION],
    ['no request', { ...asked(), request: undefined }, REQUEST],
    ['a null request', { ...asked(), request: null }, REQUEST],
    ['a request that is a list', { ...asked(), request: [] }, REQUEST],
    ['no uid', without('uid'), ID],
    ['an empty uid', asked({ uid: '' }), ID],
    ['a uid that is a number', asked({ uid: 7 }), ID],
    ['a uid without end', asked({ uid: 'x'.repeat(257) }), ID],
  ])('%s', async (_, body, message) => {
    expect(await review(body, allow, never)).toEqual({
      kind: 'undecodable',
      message: `not an AdmissionReview: ${message}`,
    });
  });
});

describe('a malformed request with a uid gets a refusal with that uid', () => {
  const KIND = 'request.kind must hold the strings group, version and kind';
  test.each<[string, object, string]>([
    ['no operation', without('operation'), 'request.operation must be a string'],
    ['no kind', without('kind'), 'request.kind must be an object'],
    ['a kind that is a string', asked({ kind: 'ConfigMap' }), 'request.kind must be an object'],
    ['half a kind', asked({ kind: { group: '', version: 'v1' } }), KIND],
    ['a kind of numbers', asked({ kind: { group: 1, version: 2, kind: 3 } }), KIND],
  ])('%s', async (_, body, message) => {
    expect(await review(body, allow, never)).toEqual({
      kind: 'malformed',
      answer: {
        apiVersion: 'admission.k8s.io/v1',
        kind: 'AdmissionReview',
        response: {
          uid: UID,
          allowed: false,
          status: { status: 'Failure', code: 400, reason: 'BadRequest', message },
        },
      },
    });
  });
});

describe('a decision becomes an AdmissionReview', () => {
  const responseTo = async (decision: Decision): Promise<unknown> => {
    const outcome = await review(asked(), () => decision, never);
    return outcome.kind === 'decided' ? outcome.answer : outcome;
  };
  const answer = (response: object): object => ({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response,
  });

  test('allowed', async () => {
    expect(await responseTo(ALLOWED)).toEqual(answer({ uid: UID, allowed: true }));
  });

  test('allowed with warnings, each on one line', async () => {
    const warnings = ['data: one', 'data: two\r\nlines\u0000'];
    expect(await responseTo({ ...ALLOWED, warnings })).toEqual(
      answer({ uid: UID, allowed: true, warnings: ['data: one', 'data: two lines '] }),
    );
  });

  test.each([
    [400, 'BadRequest'],
    [403, 'Forbidden'],
    [422, 'Invalid'],
  ] as const)('refused with %i %s, with the whole message and the warnings', async (code, reason) => {
    const message = 'data.wrapped-resource: team: is missing\ndata.wrapped-resource: uuid: is missing';
    const warnings = ['data: a warning'];
    const decision: Decision = { allowed: false, code, message, warnings, rules: [] };
    expect(await responseTo(decision)).toEqual(
      answer({ uid: UID, allowed: false, status: { status: 'Failure', code, reason, message }, warnings }),
    );
  });
});

test.each<[string, object, object]>([
  ['a subresource', { subResource: 'status' }, { subResource: 'status' }],
  ['what it replaces', { oldObject: { metadata: {} } }, { oldObject: { metadata: {} } }],
  [
    'who asks',
    { userInfo: { username: 'jane', uid: 'u', groups: ['g'], extra: { scopes: ['s'] } } },
    { userInfo: { username: 'jane', uid: 'u', groups: ['g'], extra: { scopes: ['s'] } } },
  ],
  [
    'who asks, without what is not of its type',
    { userInfo: { username: 'jane', uid: 7, groups: ['g', 1], extra: { scopes: 's', other: ['o'] } } },
    { userInfo: { username: 'jane', extra: { other: ['o'] } } },
  ],
  ['nobody for a user without a name', { userInfo: { groups: ['system:masters'] } }, {}],
  ['nobody for an empty name', { userInfo: { username: '' } }, {}],
])('the decision is about what was asked: %s', async (_, changes, expected) => {
  const seen: AdmissionRequest[] = [];
  const judge = (one: AdmissionRequest): Decision => {
    seen.push(one);
    return ALLOWED;
  };
  await review(asked(changes), judge, never);
  expect(seen).toEqual([{ ...request, ...expected }]);
});

const refusal = (error: unknown, message: string): object => ({
  kind: 'failed',
  error,
  answer: {
    response: {
      uid: UID,
      allowed: false,
      status: { status: 'Failure', code: 500, reason: 'InternalError', message },
    },
  },
});

test('whatever is thrown inside becomes a refusal with the uid, which says nothing of the cause', async () => {
  const cause = new TypeError('the password is iamthepassword');
  expect(await review(asked(), () => Promise.reject(cause), never)).toMatchObject(
    refusal(cause, `Mesitis failed to judge this object; its log has the cause under uid ${UID}`),
  );
});

test('a judge that does not come to an end becomes a refusal when the deadline fires', async () => {
  const deadline = new AbortController();
  const outcome = review(asked(), () => new Promise(() => undefined), deadline.signal);
  const reason = new Error('late');
  deadline.abort(reason);
  expect(await outcome).toMatchObject(
    refusal(reason, 'Mesitis could not judge this object in time; try again'),
  );
});
