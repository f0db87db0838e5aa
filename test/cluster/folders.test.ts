import { expect, test } from '@jest/globals';
import { cacheFolder } from './folders.js';

test.each([
  [{ HOME: '/home/a' }, '/home/a/.cache/mesitis/x'],
  [{ HOME: '/home/a', XDG_CACHE_HOME: '/var/cache' }, '/var/cache/mesitis/x'],
  [{ HOME: '/home/a', XDG_CACHE_HOME: '' }, '/home/a/.cache/mesitis/x'],
  [{ HOME: '/home/a', XDG_CACHE_HOME: 'relative' }, '/home/a/.cache/mesitis/x'],
])('with %j the cache is %s', (environment, folder) => {
  expect(cacheFolder('x', environment)).toBe(folder);
});
