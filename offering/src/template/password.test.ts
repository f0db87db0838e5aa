import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { makePassword } from './password.js';

describe('a password', () => {
  it.each([8, 32, 128])('has %d letters and digits', (length) => {
    expect(makePassword(length, randomBytes)).toMatch(new RegExp(`^[A-Za-z0-9]{${length}}$`));
  });

  it('has each character as often as any other', () => {
    // Every byte once: 248 of them are four times 62 characters, the last eight are left out.
    const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index);
    const password = makePassword(248, () => everyByte);
    const counts = Object.values(Object.groupBy(password, (character) => character)).map(
      (same) => same?.length,
    );
    expect(counts).toEqual(Array.from({ length: 62 }, () => 4));
  });

  it('goes on asking for bytes until it has enough', () => {
    const bytes = [[255, 0], [254], [61]];
    expect(makePassword(2, () => Uint8Array.from(bytes.shift() ?? []))).toBe('A9');
    expect(bytes).toEqual([]);
  });
});
