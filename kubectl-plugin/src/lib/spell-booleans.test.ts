import { expect, test } from '@jest/globals';
import { spellBooleans } from './spell-booleans.js';

test.each([
  [['--wait=false'], ['--no-wait']],
  [
    ['--wait=true', 'x'],
    ['--wait', 'x'],
  ],
  [['--yes=true'], ['--yes']],
  [['--yes=false'], []],
  [['--name=true'], ['--name=true']],
  [['--wait=maybe'], ['--wait=maybe']],
  [
    ['--', '--wait=false'],
    ['--', '--wait=false'],
  ],
])('spells %j as %j', (argv, expected) => {
  expect(spellBooleans(argv, ['wait', 'yes'])).toEqual(expected);
});
