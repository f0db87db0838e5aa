import { describe, expect, test } from '@jest/globals';
import { cleanPath, mountOf, pathsToRead } from './vault-path.js';
import type { VaultMount } from './vault-path.js';

describe('the path of a secret', () => {
  test.each([
    ['secret/app', 'secret/app'],
    ['/secret/my app/', 'secret/my app'],
  ])('%j is read as %j', (written, path) => {
    expect(cleanPath(written)).toBe(path);
  });

  test.each(['', '/', 'secret//app', 'secret/../sys/raw', './secret', 'secret/.'])(
    '%j is refused',
    (written) => {
      expect(() => cleanPath(written)).toThrow(
        /is not a path of Vault; ask the provider to write mount and path/,
      );
    },
  );
});

describe('the mount that Vault tells of', () => {
  test.each<[Record<string, unknown>, VaultMount | undefined]>([
    [
      { path: 'secret/', type: 'kv', options: { version: '2' } },
      { path: 'secret', engine: 'kv-2' },
    ],
    [
      { path: 'a/b/', type: 'kv', options: { version: '1' } },
      { path: 'a/b', engine: 'kv-1' },
    ],
    [
      { path: 'old/', type: 'kv', options: null },
      { path: 'old', engine: 'kv-1' },
    ],
    [
      { path: 'older/', type: 'generic', options: {} },
      { path: 'older', engine: 'kv-1' },
    ],
    [
      { path: 'database/', type: 'database', options: null },
      { path: 'database', engine: 'other' },
    ],
    [{ path: 'database/' }, undefined],
  ])('%j is %j', (told, mount) => {
    expect(mountOf(told)).toEqual(mount);
  });
});

describe('what is read', () => {
  const kv2: VaultMount = { path: 'team/kv', engine: 'kv-2' };
  test.each<[string, VaultMount | undefined, string[]]>([
    ['team/kv/app', kv2, ['team/kv/data/app']],
    ['team/kv/data/app', kv2, ['team/kv/data/app']],
    ['team/kv/data', kv2, ['team/kv/data/data']],
    ['team/kv/database/app', kv2, ['team/kv/data/database/app']],
    ['team/kv', kv2, ['team/kv']],
    ['secret/app', { path: 'secret', engine: 'kv-1' }, ['secret/app']],
    ['database/creds/app', { path: 'database', engine: 'other' }, ['database/creds/app']],
    ['secret/app/x', undefined, ['secret/app/x', 'secret/data/app/x']],
    ['secret/data/app', undefined, ['secret/data/app']],
    ['secret', undefined, ['secret']],
  ])('at %s with the mount %j: %j', (path, mount, paths) => {
    expect(pathsToRead(path, mount)).toEqual(paths);
  });
});
