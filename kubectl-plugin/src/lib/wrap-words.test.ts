import { expect, test } from '@jest/globals';
import { wrapWords } from './wrap-words.js';

test.each([
  ['one two three', 7, ['one two', 'three']],
  ['one two three', 3, ['one', 'two', 'three']],
  ['unbreakable', 4, ['unbreakable']],
  ['\u001B[31mone\u001B[39m two', 7, ['\u001B[31mone\u001B[39m two']],
  ['one two three', undefined, ['one two three']],
  ['', 10, ['']],
  ['one two\n\n  three four\n', 9, ['one two', '', '  three', '  four', '']],
  ['one\n  two', undefined, ['one', '  two']],
])('wraps %j to %j as %j', (text, width, expected) => {
  expect(wrapWords(text, width)).toEqual(expected);
});
