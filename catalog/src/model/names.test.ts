import { describe, expect, test } from '@jest/globals';
import { escapedName } from './names.js';

describe('escapedName', () => {
  test.each([
    ['4f6e6cf6-ffdd-425f-a2c7-3c9258ad2468', '4f6e6cf6-ffdd-425f-a2c7-3c9258ad2468'],
    ['Weird_ID.UPPER', 'z57zeirdz5fzz49zz44z.z55zz50zz50zz45zz52z'],
    ['3', '3'],
    ['zoo', 'z7azoo'],
    ['-a-', 'z2dzaz2dz'],
    ['a..b', 'a.z2ezb'],
    ['a.-b', 'a.z2dzb'],
    ['a-.b', 'a-z2ezb'],
    ['a--b', 'a--b'],
    ['ü😀', 'zfczz1f600z'],
  ])('maps %j to %j', (id, name) => {
    expect(escapedName(id)).toBe(name);
  });

  test('cuts what is too long and appends the MD5 of the id', () => {
    const id = 'a'.repeat(64);
    expect(escapedName(id)).toBe(`${'a'.repeat(30)}-014842d480b571495a4a0363793f7367`);
  });

  test('leaves no dot before the dash where it cuts', () => {
    const id = `${'a'.repeat(29)}.${'b'.repeat(40)}`;
    expect(escapedName(id)).toMatch(/^a{29}-[0-9a-f]{32}$/);
  });
});
