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
  [
    ['--', '--wait=false'],
    ['--', '--wait=false'],
  ],
])('spells %j as %j', (argv, expected) => {
  expect(spellBooleans(argv, ['wait', 'yes'])).toEqual(expected);
});

test.each(['maybe', '', 'True'])('takes %j for no value of a boolean', (value) => {
  expect(() => spellBooleans([`--wait=${value}`], ['wait'])).toThrow('--wait is either true or false');
});
