import { describe, expect, it } from '@jest/globals';
import { hasExpression, scanTemplate, unescapeLiterals } from './scan.js';

/** Text as a string, an expression as a list with its code. */
function partsOf(text: string): unknown {
  const scan = scanTemplate(text);
  if (!scan.ok) return scan.problem;
  return scan.parts.map((part) => (part.type === 'text' ? part.text : [part.code]));
}

describe('a template', () => {
  it.each<[string, unknown]>([
    ['', []],
    ['$', ['$']],
    ['$x {y}', ['$x {y}']],
    ['${a}', [['a']]],
    ['x-${ a.b }-${c}', ['x-', ['a.b'], '-', ['c']]],
    ['$${a}', ['${a}']],
    ['$${a} ${b}', ['${a} ', ['b']]],
    ['$$${a}', ['$${a}']],
    ['${a}$${b}', [['a'], '${b}']],
    ['${{"a": {"b": 1}}.a}', [['{"a": {"b": 1}}.a']]],
    ['${"}" + \'}\' + "\\"}"}', [['"}" + \'}\' + "\\"}"']]],
    ['${"$${"}', [['"$${"']]],
    ['${a}}', [['a'], '}']],
    ["${r'\\'}-", [["r'\\'"], '-']],
    ["${br'\\' + x}", [["br'\\' + x"]]],
    ['${"""a "}" b"""}', [['"""a "}" b"""']]],
    ['${a // }\n + b}', [['a // }\n + b']]],
  ])('%j has the parts %j', (text, parts) => {
    expect(partsOf(text)).toEqual(parts);
  });

  it.each([
    ['${', 'unclosed'],
    ['a ${b', 'unclosed'],
    ['${"}', 'unclosed'],
    ['${ {a}', 'unclosed'],
    ['${ // }', 'unclosed'],
    ['${}', 'empty'],
    ['${a} ${ }', 'empty'],
  ])('%j is %s', (text, problem) => {
    expect(partsOf(text)).toBe(problem);
  });

  it('tells where its expressions stand', () => {
    expect(scanTemplate('ab ${  c }')).toMatchObject({ parts: [{}, { offset: 7 }] });
  });
});

describe('a value', () => {
  it('is searched for expressions at any depth, in values only', () => {
    expect(hasExpression({ a: [{ b: 'x ${c}' }] })).toBe(true);
    expect(hasExpression('${')).toBe(true);
    expect(hasExpression({ '${a}': ['$${b}', 1, null, true] })).toBe(false);
    expect(hasExpression(undefined)).toBe(false);
  });

  it('has its literal ${ restored', () => {
    const value = { a: ['$${HOME}', 1], b: null, '$${c}': 'd' };
    expect(unescapeLiterals(value)).toEqual({ a: ['${HOME}', 1], b: null, '$${c}': 'd' });
    expect(value.a[0]).toBe('$${HOME}');
  });
});
