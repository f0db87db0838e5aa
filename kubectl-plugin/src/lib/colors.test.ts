import { describe, expect, test } from '@jest/globals';
import { colorsFor, wantsColor } from './colors.js';

test.each([
  [{}, true, true],
  [{}, false, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ TERM: 'dumb' }, true, false],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ FORCE_COLOR: '1', NO_COLOR: 'x' }, true, false],
])('with %j, terminal %j, colour is %j', (environment, isTTY, expected) => {
  expect(wantsColor(environment, isTTY)).toBe(expected);
});

describe('colorsFor', () => {
  test('paints states only where colour is wanted', () => {
    expect(colorsFor({ color: true }).state('failed', 'x')).toBe('\u001B[31mx\u001B[39m');
    expect(colorsFor({ color: false }).state('failed', 'x')).toBe('x');
  });
});
