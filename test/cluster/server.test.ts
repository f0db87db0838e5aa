import { expect, test } from '@jest/globals';
import { portsOf } from './server.js';

test('a server tells its ports in its log', () => {
  expect(
    portsOf([
      'Warning: something that is no JSON',
      '"listening"',
      '{"msg":"starting"}',
      '{"level":"info","msg":"health listening","port":8081}',
      '{"level":"info","msg":"listening","port":8080}',
    ]),
  ).toEqual({ main: 8080, health: 8081 });
});

test('before that none is known', () => {
  expect(portsOf(['{"msg":"listening"}'])).toEqual({});
});
