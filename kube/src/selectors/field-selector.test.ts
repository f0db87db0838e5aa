import { describe, expect, it } from '@jest/globals';
import { SelectorError, matchesFieldSelector, parseFieldSelector } from './index.js';

describe('a field selector', () => {
  it.each([
    ['', true],
    ['metadata.name=a', true],
    ['metadata.name == a', true],
    ['metadata.name!=a', false],
    ['metadata.namespace=ns,metadata.name=a', true],
    ['metadata.namespace=other', false],
    ['metadata.namespace!=', true],
  ])('%j selects the object: %j', (text, expected) => {
    expect(matchesFieldSelector(parseFieldSelector(text), { name: 'a', namespace: 'ns' })).toBe(expected);
  });

  it.each(['spec.nodeName=x', 'metadata.name', 'metadata.name in (a)', 'metadata.name=a,'])(
    '%j is refused',
    (text) => {
      expect(() => parseFieldSelector(text)).toThrow(SelectorError);
      expect(() => parseFieldSelector(text)).toThrow('write metadata.name=x');
    },
  );
});
