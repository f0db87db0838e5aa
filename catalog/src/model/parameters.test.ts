import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { mergeParameters, parameterChecksum } from './parameters.js';

describe('mergeParameters', () => {
  test('joins Secrets and inline values, and redacts what came from a Secret', () => {
    const merged = mergeParameters({ a: '1', c: ['x', 'y'], n: { x: 1 } }, [
      { secret: 's', key: 'k', text: '{"b":"secret"}' },
    ]);
    expect(merged).toEqual({
      ok: true,
      parameters: {
        values: { a: '1', b: 'secret', c: ['x', 'y'], n: { x: 1 } },
        redacted: { a: '1', b: '<redacted>', c: ['x', 'y'], n: { x: 1 } },
        checksum: expect.stringMatching(/^794d7a7d/),
      },
    });
  });

  test('has no checksum without parameters', () => {
    expect(mergeParameters(undefined, [])).toEqual({
      ok: true,
      parameters: { values: {}, redacted: {}, checksum: '' },
    });
  });

  test.each([
    [
      'a name that comes twice',
      [{ secret: 's', key: 'k', text: '{"b":2}' }],
      /duplicate entry for parameter "b"/,
    ],
    ['a missing key', [{ secret: 's', key: 'k' }], /the key "k" of the Secret "s" does not exist/],
    ['text that is not JSON', [{ secret: 's', key: 'k', text: 'hunter2' }], /is not JSON/],
    ['a JSON list', [{ secret: 's', key: 'k', text: '["hunter2"]' }], /must hold a JSON object/],
  ])('refuses %s', (_case, sources, message) => {
    const merged = mergeParameters({ b: 1 }, sources);
    expect(merged).toEqual({ ok: false, message: expect.stringMatching(message) });
    expect(JSON.stringify(merged)).not.toContain('hunter2');
  });
});

test('the checksum is of sorted keys, escaped as Go does', () => {
  const checksum = createHash('sha256').update('{"a":"\\u003c\\u0026\\u003e","b":1}').digest('hex');
  expect(parameterChecksum({ b: 1, a: '<&>' })).toBe(checksum);
});
