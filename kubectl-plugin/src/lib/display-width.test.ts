import { expect, test } from '@jest/globals';
import { displayWidth } from './display-width.js';

test.each([
  ['', 0],
  ['plain', 5],
  ['émile — ••', 10],
  ['e\u0301', 1],
  ['日本語。', 8],
  ['한국', 4],
  ['ｶﾅ', 2],
  ['🚀', 2],
  ['👩‍💻', 2],
  ['©', 1],
])('%j takes %d columns', (text, columns) => {
  expect(displayWidth(text)).toBe(columns);
});
