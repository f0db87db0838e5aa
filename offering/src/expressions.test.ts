import { describe, expect, it } from '@jest/globals';
import { hasExpression, rootNames, scanExpressions, unescapeLiterals } from './expressions.js';

describe('expressions in a string', () => {
  it.each<[string, string[]]>([
    ['', []],
    ['$', []],
    ['$x {y}', []],
    ['${a}', ['a']],
    ['x-${ a.b }-${c}', ['a.b', 'c']],
    ['$${a}', []],
    ['$${a} ${b}', ['b']],
    ['$$${a}', []],
    ['${{"a": {"b": 1}}.a}', ['{"a": {"b": 1}}.a']],
    ['${"}" + \'}\' + "\\"}"}', ['"}" + \'}\' + "\\"}"']],
    ['${a}}', ['a']],
  ])('%j are %j', (text, expressions) => {
    expect(scanExpressions(text)).toEqual({ ok: true, expressions });
  });

  it.each([
    ['${', 'unclosed'],
    ['a ${b', 'unclosed'],
    ['${"}', 'unclosed'],
    ['${ {a}', 'unclosed'],
    ['${}', 'empty'],
    ['${a} ${ }', 'empty'],
  ])('%j are %s', (text, problem) => {
    expect(scanExpressions(text)).toEqual({ ok: false, problem });
  });

  it.each<[string, string[]]>([
    ['consumer.namespace', ['consumer']],
    ['"parameters" + instance.parameters', ['instance']],
    ["instance['parameters'] + 'it\\'s offering'", ['instance']],
    ['instance . offering', ['instance']],
    ['size(parameters.x) > 1 ? offering.team : ""', ['size', 'parameters', 'offering']],
  ])('%j has the names %j', (expression, names) => {
    expect([...rootNames(expression)]).toEqual(names);
  });
});

describe('a value', () => {
  it('is searched for expressions at any depth, in values only', () => {
    expect(hasExpression({ a: [{ b: 'x ${c}' }] })).toBe(true);
    expect(hasExpression({ '${a}': ['$${b}', 1, null, true] })).toBe(false);
    expect(hasExpression(undefined)).toBe(false);
  });

  it('has its literal ${ restored', () => {
    const value = { a: ['$${HOME}', 1], b: null, '$${c}': 'd' };
    expect(unescapeLiterals(value)).toEqual({ a: ['${HOME}', 1], b: null, '$${c}': 'd' });
    expect(value.a[0]).toBe('$${HOME}');
  });
});
