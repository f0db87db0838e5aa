import { describe, expect, it } from '@jest/globals';
import { errorFromAnswer, errorFromStatus } from './status-error.js';

const request = 'POST https://kube:6443/api/v1/namespaces/ns/configmaps';

function statusBody(code: number, reason: string): string {
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', code, reason, message: 'as the server says' });
}

describe('a failure answer', () => {
  it.each([
    [404, 'NotFound', 'not-found'],
    [409, 'AlreadyExists', 'already-exists'],
    [409, 'Conflict', 'conflict'],
    [422, 'Invalid', 'invalid'],
    [400, 'BadRequest', 'invalid'],
    [403, 'Forbidden', 'forbidden'],
    [401, 'Unauthorized', 'unauthorized'],
    [410, 'Expired', 'gone'],
    [410, 'Gone', 'gone'],
    [429, 'TooManyRequests', 'too-many-requests'],
    [500, 'ServerTimeout', 'timeout'],
    [504, 'Timeout', 'timeout'],
    [500, 'InternalError', 'unknown'],
    [503, 'ServiceUnavailable', 'unavailable'],
    // Webhooks refuse with codes of their own and often without a reason.
    [422, '', 'invalid'],
    [418, 'toString', 'unknown'],
  ])('%i with the reason %j is the error %s with the message of the server', (status, reason, kind) => {
    const error = errorFromAnswer({ request, status, body: statusBody(status, reason) });
    expect(error).toMatchObject({ name: 'KubeError', kind, status, message: 'as the server says' });
    expect(error.reason).toBe(reason === '' ? undefined : reason);
  });

  it.each([
    [502, '<html>secret of the proxy</html>', 'unavailable'],
    [404, '404 page not found', 'not-found'],
    [500, '{"kind":"Other","message":"secret"}', 'unknown'],
    [500, '"secret"', 'unknown'],
    [500, '', 'unknown'],
  ])('%i with %j, which is no Status, does not show it', (status, body, kind) => {
    const error = errorFromAnswer({ request, status, body });
    expect(error.kind).toBe(kind);
    expect(error.message).toBe(
      `${request} was answered with status ${status} and no Kubernetes Status; ` +
        'the path may not exist, or a proxy may stand in front of the API server.',
    );
  });

  it.each([
    ['the header', { retryAfter: '3', body: statusBody(429, 'TooManyRequests') }, 3],
    ['the Status', { body: '{"kind":"Status","code":500,"details":{"retryAfterSeconds":2}}' }, 2],
    ['nothing readable', { retryAfter: 'soon', body: '' }, undefined],
  ])('says when to come back by %s', (_, answer, seconds) => {
    expect(errorFromAnswer({ request, status: 429, ...answer }).retryAfterSeconds).toBe(seconds);
  });

  it('has a message when the server sent none', () => {
    expect(errorFromStatus({ code: 410, reason: 'Gone' }).message).toBe(
      'The API server answered with status 410 (Gone).',
    );
  });
});
