import { expect, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import { fromClusterError } from './cluster-error.js';
import { loggedError } from './log.js';

/** What kube-apiserver 1.20 says, word for word, about a Secret whose data is not base64. */
const UNDECODABLE =
  'Secret in version "v1" cannot be handled as a Secret: v1.Secret.Data: decode base64: illegal base64 data at input ' +
  'byte 7, error found in #10 byte of ...|opsecret!"}}|..., bigger context ...|"data":{"password":"hunter2-topsecret!"}}|...';

test.each(['invalid', 'unknown'] as const)(
  'an excerpt of the object is kept out of %s and its causes',
  (kind) => {
    const error = fromClusterError(new KubeError(kind, UNDECODABLE, { status: 400 }), 'creating Secret n/s');
    expect(JSON.stringify(loggedError(error))).not.toContain('opsecret');
    expect(loggedError(error).message).toContain('illegal base64 data at input byte 7');
  },
);

test('a structure that the API server prints is kept out of the error and its causes', () => {
  const refused = new KubeError(
    'invalid',
    'spec.template: Invalid value: core.X{Env:"hunter2"}: field is immutable',
  );
  const error = fromClusterError(refused, 'updating Job n/j');
  expect(JSON.stringify(loggedError(error))).not.toContain('hunter2');
  expect(loggedError(error).message).toContain(
    'updating Job n/j was refused: spec.template: Invalid value: field',
  );
});

test.each([
  ['forbidden', /^creating Secret n\/s was refused: no; ask the provider to give the broker that right/],
  ['not-found', /^creating Secret n\/s was refused: no; ask the provider to create what is missing/],
  ['conflict', /^creating Secret n\/s was refused: no$/],
  ['timeout', /^creating Secret n\/s failed for now: no$/],
] as const)('%s is said with what can be done about it', (kind, sentence) => {
  expect(fromClusterError(new KubeError(kind, 'no.'), 'creating Secret n/s')).toMatchObject({
    message: expect.stringMatching(sentence),
  });
});

test('what is not from the cluster is given back as it is', () => {
  const error = new RangeError('mine');
  expect(fromClusterError(error, 'creating Secret n/s')).toBe(error);
});
