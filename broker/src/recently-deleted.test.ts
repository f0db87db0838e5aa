import { expect, test } from '@jest/globals';
import { RecentlyDeleted } from './recently-deleted.js';

test('remembers ids for a while, until they live again, and not too many', () => {
  let time = 0;
  const deleted = new RecentlyDeleted({ now: () => time, keepMs: 100, limit: 2 });
  deleted.add('a');
  time = 50;
  deleted.add('b');
  expect(['a', 'b', 'c'].map((id) => deleted.has(id))).toEqual([true, true, false]);
  time = 100;
  expect(['a', 'b'].map((id) => deleted.has(id))).toEqual([false, true]);
  deleted.add('c');
  deleted.add('d');
  expect(['b', 'c', 'd'].map((id) => deleted.has(id))).toEqual([false, true, true]);
  deleted.remove('c');
  expect(deleted.has('c')).toBe(false);
});
