import { describe, expect, test } from '@jest/globals';
import type { AdmissionRequest } from './admission.js';
import type { Decision } from './decide.js';
import { review } from './review.js';

const UID = 'c7a1e9a4-0000-4b1c-8b3e-5f0f6c1d2e3f';
const ALLOWED: Decision = { allowed: true, warnings: [], rules: [] };
const allow = (): Decision => ALLOWED;

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
  ])('%s', (_, body, message) => {
    expect(review(body, allow)).toEqual({
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
  ])('%s', (_, body, message) => {
    expect(review(body, allow)).toEqual({
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
  const responseTo = (decision: Decision): unknown => {
    const outcome = review(asked(), () => decision);
    return outcome.kind === 'decided' ? outcome.answer : outcome;
  };
  const answer = (response: object): object => ({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response,
  });

  test('allowed', () => {
    expect(responseTo(ALLOWED)).toEqual(answer({ uid: UID, allowed: true }));
  });

  test('allowed with warnings, each on one line', () => {
    const warnings = ['data: one', 'data: two\r\nlines\u0000'];
    expect(responseTo({ ...ALLOWED, warnings })).toEqual(
      answer({ uid: UID, allowed: true, warnings: ['data: one', 'data: two lines '] }),
    );
  });

  test('refused, with the whole message and the warnings', () => {
    const message = 'data.wrapped-resource: team: is missing\ndata.wrapped-resource: uuid: is missing';
    const warnings = ['data: a warning'];
    const decision: Decision = { allowed: false, code: 422, message, violations: [], warnings, rules: [] };
    expect(responseTo(decision)).toEqual(
      answer({
        uid: UID,
        allowed: false,
        status: { status: 'Failure', code: 422, reason: 'Invalid', message },
        warnings,
      }),
    );
  });
});

test('the decision is about what was asked', () => {
  const seen: AdmissionRequest[] = [];
  review(asked({ subResource: 'status', userInfo: { username: 'someone' } }), (one) => {
    seen.push(one);
    return ALLOWED;
  });
  expect(seen).toEqual([{ ...request, subResource: 'status' }]);
});

test('whatever is thrown inside becomes a refusal with the uid, which says nothing of the cause', () => {
  const cause = new TypeError('the password is iamthepassword');
  const outcome = review(asked(), () => {
    throw cause;
  });
  expect(outcome).toMatchObject({
    kind: 'failed',
    error: cause,
    answer: {
      response: {
        uid: UID,
        allowed: false,
        status: {
          status: 'Failure',
          code: 500,
          reason: 'InternalError',
          message: `Mesitis failed to judge this object; its log has the cause under uid ${UID}`,
        },
      },
    },
  });
});
