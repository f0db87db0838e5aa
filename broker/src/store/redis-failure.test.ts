import { expect, test } from '@jest/globals';
import { ErrorReply, SocketClosedUnexpectedlyError } from '@redis/client';
import { judge } from './redis-failure.js';

function socketError(code: string): Error {
  return Object.assign(new Error(`connect ${code} with a secret in it`), { code });
}

test.each([
  ['LOADING Redis is loading the dataset in memory', { passes: true, reconnect: false }, 'still loading'],
  ["READONLY You can't write against a read only replica.", { passes: true, reconnect: true }, 'a replica'],
  ['WRONGPASS invalid username-password pair', { passes: false, reconnect: true }, 'refuses the user'],
  ["NOPERM this user has no permissions to run the 'eval' command", { passes: false }, 'rights'],
  ["OOM command not allowed when used memory > 'maxmemory'.", { passes: false }, 'maxmemory'],
  ['MOVED 3999 127.0.0.1:6381', { passes: false }, 'a single primary'],
  ["ERR unknown command 'secret', with args beginning with: 'secret'", { passes: false }, 'it answers ERR'],
  ['constructor', { passes: false }, 'it answers ERR'],
])('takes the answer "%s" for what it is, and quotes nothing of it', (message, verdict, words) => {
  const found = judge(new ErrorReply(message));
  expect(found).toMatchObject({ isOutcomeUnknown: false, ...verdict });
  expect(found.description).toContain(words);
  expect(found.description).not.toContain('secret');
});

test.each([
  [socketError('ECONNREFUSED'), true, '(ECONNREFUSED); check that it runs'],
  [socketError('ENOTFOUND'), true, '(ENOTFOUND); check that it runs'],
  [socketError('SELF_SIGNED_CERT_IN_CHAIN'), false, 'check its certificate'],
  [socketError('ERR_TLS_CERT_ALTNAME_INVALID'), false, 'check its certificate'],
  [new SocketClosedUnexpectedlyError(), true, '(SocketClosedUnexpectedly)'],
  ['thrown', true, '(unknown)'],
])(
  'takes %s for a broken connection, after which nobody knows what was carried out',
  (error, passes, words) => {
    const found = judge(error);
    expect(found).toMatchObject({ passes, reconnect: true, isOutcomeUnknown: true });
    expect(found.description).toContain(words);
    expect(found.description).not.toContain('secret');
  },
);
