import { describe, expect, it } from '@jest/globals';
import { SelectorError, matchesLabelSelector, parseLabelSelector } from './index.js';

const labels = { 'mesitis/offering': 'api-service', tier: 'back', empty: '', in: 'in' };

describe('a label selector', () => {
  it.each([
    ['', true],
    ['  ', true],
    ['tier=back', true],
    ['tier==back', true],
    ['tier = front', false],
    ['tier!=front', true],
    ['tier!=back', false],
    ['absent!=back', true],
    ['absent=back', false],
    ['tier in (front, back)', true],
    ['tier in(front)', false],
    ['tier notin (front,middle)', true],
    ['tier notin (back)', false],
    ['absent notin (back)', true],
    ['absent in (back)', false],
    ['tier', true],
    ['absent', false],
    ['!tier', false],
    ['! absent', true],
    ['empty=', true],
    ['empty in ()', true],
    ['tier in (,back)', true],
    ['in in (in)', true],
    ['mesitis/offering=api-service,tier in (back),!absent', true],
    ['mesitis/offering=api-service,tier=front', false],
    ['toString', false],
  ])('%j selects the object: %j', (text, expected) => {
    expect(matchesLabelSelector(parseLabelSelector(text), labels)).toBe(expected);
  });

  it('reads an object without labels as one that has none', () => {
    expect(matchesLabelSelector(parseLabelSelector('!a,b!=c'), undefined)).toBe(true);
    expect(matchesLabelSelector(parseLabelSelector('a'), undefined)).toBe(false);
  });

  it.each([
    ['a=b,', 'ends too early; write a label key there'],
    [',a=b', 'has an unexpected ","; write a label key there'],
    ['a in b', 'has an unexpected "b"; write the values in parentheses'],
    ['a in (b', 'ends too early; separate values'],
    ['a in (b c)', 'has an unexpected "c"; separate values'],
    ['a=b c', 'has an unexpected "c"; join conditions with ","'],
    ['a>1', 'has an unexpected ">"'],
    ['a=b=c', 'has an unexpected "="'],
    ['!', 'ends too early'],
    ['-a=b', 'the label key "-a" must consist of'],
    ['Not_DNS/a', 'the label key "Not_DNS/a" must have a DNS subdomain'],
    ['a/', 'the label key "a/" must have a name'],
    [`a=${'b'.repeat(64)}`, 'must be at most 63 characters'],
    ['a=b/c', 'the label value "b/c" must consist of'],
  ])('%j is refused: %s', (text, message) => {
    expect(() => parseLabelSelector(text)).toThrow(SelectorError);
    expect(() => parseLabelSelector(text)).toThrow(message);
  });
});
