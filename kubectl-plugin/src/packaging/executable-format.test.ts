import { expect, test } from '@jest/globals';
import { SENTINEL_FUSE, checkExecutable, formatOf } from './executable-format.js';

const BLOB = Buffer.from('the plugin');

/** The header of an executable for Linux, with what follows it. */
function elf(machine: number, ...rest: (string | Buffer)[]): Buffer {
  const header = Buffer.alloc(20);
  header.write('\x7fELF', 'latin1');
  header.writeUInt16LE(machine, 18);
  return Buffer.concat([header, ...rest.map((part) => Buffer.from(part))]);
}

/** The headers of an executable for Windows. */
function pe(machine: number, offset = 0x80): Buffer {
  const bytes = Buffer.alloc(256);
  bytes.write('MZ');
  bytes.writeUInt32LE(offset, 0x3c);
  bytes.write('PE\0\0', 0x80, 'latin1');
  bytes.writeUInt16LE(machine, 0x84);
  return bytes;
}

test.each([
  ['x86-64 in ELF', elf(0x3e), { os: 'linux', arch: 'amd64' }],
  ['AArch64 in ELF', elf(0xb7), { os: 'linux', arch: 'arm64' }],
  ['RISC-V in ELF', elf(0xf3), undefined],
  ['x86-64 in PE', pe(0x8664), { os: 'windows', arch: 'amd64' }],
  ['i386 in PE', pe(0x14c), undefined],
  ['an MS-DOS program', pe(0x8664, 0x1000), undefined],
  ['a script', Buffer.from('#!/bin/sh\nexit\n'), undefined],
  ['nothing', Buffer.alloc(0), undefined],
])('%s is recognised', (_, bytes, format) => {
  expect(formatOf(bytes)).toEqual(format);
});

test.each([
  ['is for linux/arm64, not linux/amd64', elf(0xb7, BLOB, `${SENTINEL_FUSE}:1`)],
  ['is for nothing known', Buffer.from('#!/bin/sh')],
  ['does not hold the plugin', elf(0x3e, `${SENTINEL_FUSE}:1`)],
  ['is not told that it holds the plugin', elf(0x3e, BLOB, `${SENTINEL_FUSE}:0`)],
])('an executable that %s is refused', (problem, bytes) => {
  expect(() => {
    checkExecutable(bytes, { os: 'linux', arch: 'amd64' }, BLOB);
  }).toThrow(problem);
});

test('one that is for the platform and holds the plugin is not', () => {
  const bytes = elf(0x3e, BLOB, `${SENTINEL_FUSE}:1`);
  expect(() => {
    checkExecutable(bytes, { os: 'linux', arch: 'amd64' }, BLOB);
  }).not.toThrow();
});
