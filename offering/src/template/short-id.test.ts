import { describe, expect, it } from '@jest/globals';
import { shortId } from './short-id.js';

describe('a short id', () => {
  it('never changes', () => {
    expect(shortId('6b0b8c5e-4f0a-4f0e-9d0a-1f4f2a0d7c11')).toBe(
      shortId('6b0b8c5e-4f0a-4f0e-9d0a-1f4f2a0d7c11'),
    );
    expect([shortId(''), shortId('a'), shortId('b')]).toEqual(['jch2souyu6', 'tmwi2wtxm3', 'lvwysrct27']);
  });

  it('is a DNS label of ten characters, and differs between instances', () => {
    const ids = Array.from({ length: 2_000 }, (_, index) => shortId(`instance-${index}`));
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9]{9}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
