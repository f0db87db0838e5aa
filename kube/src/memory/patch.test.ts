import { describe, expect, it } from '@jest/globals';
import { jsonPatch, mergePatch } from './patch.js';

describe('a merge patch', () => {
  // The rows are the cases of RFC 7386, appendix A, as far as they differ.
  it.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ a: 'foo' }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('makes of %j by %j: %j', (target, patch, expected) => {
    expect(mergePatch(target, patch)).toEqual(expected);
  });

  it('takes "__proto__" for a field like any other', () => {
    const merged = mergePatch({}, JSON.parse('{"__proto__": {"polluted": true}}')) as object;
    expect(Object.keys(merged)).toEqual(['__proto__']);
    expect('polluted' in merged).toBe(false);
  });
});

describe('a JSON patch', () => {
  const document = { list: ['a', 'b'], map: { 'x/y~z': 1 }, none: null };

  it.each([
    [{ op: 'add', path: '/list/0', value: 'c' }, { list: ['c', 'a', 'b'] }],
    [{ op: 'add', path: '/list/2', value: 'c' }, { list: ['a', 'b', 'c'] }],
    [{ op: 'add', path: '/map', value: 1 }, { map: 1 }],
    [{ op: 'remove', path: '/map/x~1y~0z' }, { map: {} }],
    [{ op: 'replace', path: '/list/1', value: 'c' }, { list: ['a', 'c'] }],
    [{ op: 'test', path: '/none', value: null }, {}],
    [{ op: 'move', from: '/list/0', path: '/list/1' }, { list: ['b', 'a'] }],
    [{ op: 'copy', from: '/map', path: '/copy' }, { copy: { 'x/y~z': 1 } }],
  ])('%j', (operation, changed) => {
    expect(jsonPatch(document, [operation])).toEqual({ ...document, ...changed });
  });

  it('replaces the whole document at ""', () => {
    expect(jsonPatch(document, [{ op: 'replace', path: '', value: 1 }])).toBe(1);
  });

  it.each([
    { op: 'remove', path: '/absent' },
    { op: 'replace', path: '/absent', value: 1 },
    { op: 'add', path: '/absent/a', value: 1 },
    { op: 'add', path: '/list/3', value: 1 },
    { op: 'add', path: '/list/01', value: 1 },
    { op: 'remove', path: '/list/-' },
    { op: 'copy', from: '/absent', path: '/a' },
    { op: 'test', path: '/list/0', value: 'b' },
  ])('refuses %j', (operation) => {
    expect(() => jsonPatch(document, [operation])).toThrow(expect.objectContaining({ status: 422 }));
  });

  it.each([{ op: 'spin', path: '/list' }, { op: 'add', path: 'list', value: 1 }, { op: 'add' }, 'add'])(
    'does not understand %j',
    (operation) => {
      expect(() => jsonPatch(document, [operation])).toThrow(expect.objectContaining({ status: 400 }));
    },
  );
});
