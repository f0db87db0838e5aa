import { expect, test } from '@jest/globals';
import { KubeError } from '@mesitis/kube';
import { createLogger, loggedError } from './log.js';

test('errors are logged with their causes and without stacks', () => {
  const lines: string[] = [];
  const logger = createLogger({ write: (line) => lines.push(line) });
  logger.error({ err: new Error('outer', { cause: new KubeError('timeout', 'inner') }) }, 'request failed');
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'error',
    time: expect.any(String),
    msg: 'request failed',
    err: { name: 'Error', message: 'outer', cause: { name: 'KubeError', kind: 'timeout', message: 'inner' } },
  });
});

test('a value that is no error is not logged', () => {
  expect(loggedError('a password')).toEqual({
    name: 'unknown',
    message: 'a value that is no Error was thrown',
  });
});
