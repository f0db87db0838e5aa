import { describe, expect, test } from '@jest/globals';
import type { Screen } from '../context.js';
import { startProgress } from './progress.js';

describe('progress', () => {
  const screen = (isTTY: boolean): Screen & { written: string[] } => {
    const written: string[] = [];
    return { written, write: (data) => void written.push(String(data)), isTTY, color: false, columns: 32 };
  };

  test('is a line for each change where nobody watches', () => {
    const pipe = screen(false);
    const progress = startProgress(pipe, "instance 'x'", () => 0);
    progress.update('provisioning');
    progress.update('provisioning');
    progress.update('almost there');
    progress.stop();
    expect(pipe.written).toEqual(["instance 'x': provisioning\n", "instance 'x': almost there\n"]);
  });

  test('is one line in a terminal that tells the seconds, fits, and goes away', () => {
    const terminal = screen(true);
    let now = 1_000;
    const progress = startProgress(terminal, "instance 'x'", () => now);
    progress.update('provisioning');
    now = 4_500;
    progress.update('waiting for the other side');
    progress.stop();
    progress.stop();
    expect(terminal.written).toEqual([
      "\r\u001B[Kinstance 'x': provisioning",
      "\r\u001B[Kinstance 'x' (3s): waiting f…",
      '\r\u001B[K',
    ]);
  });

  test('cuts a long name in the middle rather than the end of what is awaited', () => {
    const terminal = { ...screen(true), columns: 60 };
    const progress = startProgress(terminal, "instance 'a-name-that-somebody-made-up-in-no-time'", () => 0);
    progress.update('waiting for the broker');
    progress.stop();
    expect(terminal.written[0]).toBe("\r\u001B[Kinstance '…dy-made-up-in-no-time': waiting for the broker");
  });
});
