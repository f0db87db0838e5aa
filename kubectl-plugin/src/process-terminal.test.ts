import { PassThrough } from 'node:stream';
import { expect, test } from '@jest/globals';
import { processTerminal, widthOf, type StandardStreams } from './process-terminal.js';

/** A stream that is no terminal, as far as {@link processTerminal} looks. */
function stream(): PassThrough & { fd: number } {
  return Object.assign(new PassThrough(), { fd: -1 });
}

test.each([
  ['EPIPE', 0],
  ['ENOSPC', 1],
])('%s on standard output is reported %d times', (code, times) => {
  const stdout = stream();
  const streams = { stdin: stream, stdinFd: -1, stdout, stderr: stream() } as unknown as StandardStreams;
  const broken: Error[] = [];
  const terminal = processTerminal(streams, {}, (error) => broken.push(error));
  stdout.emit('error', Object.assign(new Error(code), { code }));
  expect(broken).toHaveLength(times);
  expect(terminal.out.closed?.aborted).toBe(times === 0);
  expect([terminal.confirm, terminal.out.isTTY, terminal.out.columns]).toEqual([undefined, false, undefined]);
});

test.each([
  [80, 80],
  [0, undefined],
  [undefined, undefined],
])('a terminal that says %p columns is %p wide', (columns, width) => {
  expect(widthOf(columns === undefined ? {} : { columns })).toBe(width);
});
