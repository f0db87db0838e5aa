import { describe, expect, it } from '@jest/globals';
import { looseConfigMap } from './config-map.js';
import type { Json } from './json.js';
import { readJson } from './json-payload.js';
import { MAX_DEPTH, MAX_PAYLOAD, MAX_TOKENS } from './limits.js';
import { readPayload } from './payload.js';
import { payloadPath } from './path.js';
import { toJson } from './payload-node.js';
import { Report } from './report.js';

interface Read {
  value: Json | undefined;
  problems: string[];
}

function read(text: unknown, key = 'wrapped-resource'): Read {
  return readData({ [key]: text });
}

function readData(data: Record<string, unknown>, binaryData: Record<string, unknown> = {}): Read {
  const report = new Report();
  const payload = readPayload(looseConfigMap({ data, binaryData }), report);
  const problems = report.violations.map(({ rule, path, message }) => `${rule} ${path} ${message}`);
  return { value: payload === undefined ? undefined : toJson(payload.root), problems };
}

describe('a payload', () => {
  it.each<[Record<string, unknown>, Record<string, unknown>, string]>([
    [{}, {}, 'MES007 data.wrapped-resource is missing'],
    [{ 'wrapped-resource': ' \n' }, {}, 'MES007 data.wrapped-resource is empty'],
    [
      { 'wrapped-resource': '{}', 'embedded-resource': '{}' },
      {},
      'MES008 data.embedded-resource stands beside',
    ],
    [{}, { 'embedded-resource': 'e30=' }, 'MES009 binaryData.embedded-resource must be text'],
    [
      { 'Wrapped-Resource': '{}' },
      {},
      'MES010 data.Wrapped-Resource is not read by Mesitis; rename it to wrapped-resource',
    ],
    [
      { 'wrapped-resource': '{}', notes: 'x' },
      {},
      'MES010 data.notes is not read by Mesitis; move or remove it',
    ],
    [{ 'wrapped-resource': { team: 'api' } }, {}, 'MES025 data.wrapped-resource must be text'],
  ])('in data %j and binaryData %j: %s', (data, binaryData, problem) => {
    expect(readData(data, binaryData).problems[0]).toContain(problem);
  });

  it.each([
    ['[1]', 'MES017 data.wrapped-resource must be an object'],
    ['- a', 'MES017'],
    ['7', 'MES017'],
    ['null', 'MES017'],
    ['# only a comment', 'MES017'],
  ])('that is not an object is refused: %j', (text, problem) => {
    const { value, problems } = read(text);
    expect(value).toBeUndefined();
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });
});

describe('a payload in JSON', () => {
  it('is what JSON.parse makes of it', () => {
    const text = ' {"a":[1,-2.5e3,"\\u00e9\\n",true,null,{}],"b c":{"":""},"constructor":"x"} ';
    expect(read(text).value).toEqual(JSON.parse(text));
  });

  it.each([
    ['{"a":1 "b":2}', 'is not JSON at line 1, column 8: write a comma there'],
    ['{\n  "a": tru\n}', 'is not JSON at line 2, column 8: write true, false or null there'],
    ['{"a":1,}', 'is not JSON at line 1, column 8: '],
    ['{"a" 1}', 'is not JSON at line 1, column 6: write a colon there'],
    ['{"a":1', 'is not JSON at line 1, column 7: close the object'],
    ['{"a":[1', 'is not JSON at line 1, column 8: close the list'],
    ['{"a":"b\n"}', 'is not JSON at line 1, column 6: end the string'],
    [
      '{a:1}',
      'is not JSON at line 1, column 2: write true, false or null there, or put the text in double quotes',
    ],
    ['{"a":1} x', 'is not JSON at line 1, column 9: '],
    ['{"a":1} // x', 'is not JSON at line 1, column 9: remove the comment'],
    ['{"a":"\\q"}', 'is not JSON at line 1, column 6: write \\\\ for a backslash'],
  ])('with a mistake is refused with the place and the remedy: %j', (text, problem) => {
    expect(read(text)).toEqual({
      value: undefined,
      problems: [expect.stringContaining(`MES013 data.wrapped-resource ${problem}`)],
    });
  });

  it('is read exactly when JSON.parse reads it', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '1',
      '-',
      '01',
      '.5',
      '1.',
      '1e',
      'null',
      'True',
      '"\\',
      '\t"',
      ' ',
    ];
    const texts = pieces.flatMap((one) =>
      pieces.flatMap((two) => pieces.map((three) => `{"k":${one}${two}${three}}`)),
    );
    const disagreements = texts.filter((text) => {
      const report = new Report();
      const node = readJson(text, payloadPath('wrapped-resource'), report);
      return (node !== undefined && !report.failed) !== parses(text);
    });
    expect(disagreements).toEqual([]);
  });

  it.each([
    ['{"a":{"b":1,\n "b":2}}', 'MES019 data.wrapped-resource: a.b is written twice at line 2, column 2'],
    ['{"a":[{"b":1,"\\u0062":2}]}', 'MES019 data.wrapped-resource: a[0].b is written twice'],
    [
      '{"a":{"__proto__":{}}}',
      'MES021 data.wrapped-resource: a.__proto__ is not allowed at line 1, column 7',
    ],
    ['{"a":1e999}', 'MES018 data.wrapped-resource: a is a number that cannot be kept exactly'],
    ['{"a":[12345678901234567890]}', 'MES018 data.wrapped-resource: a[0]'],
  ])('is refused: %j', (text, problem) => {
    expect(read(text)).toEqual({ value: undefined, problems: [expect.stringContaining(problem)] });
  });
});

describe('a payload in YAML', () => {
  it('is read by the core schema of YAML 1.2', () => {
    const text = [
      'yes: no',
      'number: 0x10',
      'text: "\\u00e9"',
      'date: 2020-01-01',
      'nothing:',
      'list:\n- 1\n- b',
      'block: |\n  a\n  b',
      '7: seven',
    ].join('\n');
    expect(read(text).value).toEqual({
      yes: 'no',
      number: 16,
      text: 'é',
      date: '2020-01-01',
      nothing: null,
      list: [1, 'b'],
      block: 'a\nb\n',
      '7': 'seven',
    });
  });

  it('is read by YAML 1.2 also when it says otherwise', () => {
    expect(read('%YAML 1.1\n---\na: yes\n').value).toEqual({ a: 'yes' });
  });

  it('may use aliases and merge keys; own keys win, then the first object that is merged', () => {
    const text = [
      'a: &a {x: 1, y: 1}',
      'b: &b {y: 2, z: 2}',
      'c: {<<: [*a, *b], x: 3}',
      'd: {<<: *b}',
      'e: [*a]',
      'f: {"<<": kept}',
    ].join('\n');
    expect(read(text).value).toEqual({
      a: { x: 1, y: 1 },
      b: { y: 2, z: 2 },
      c: { x: 3, y: 1, z: 2 },
      d: { y: 2, z: 2 },
      e: [{ x: 1, y: 1 }],
      f: { '<<': 'kept' },
    });
  });

  it.each([
    ['a: 1\na: 2', 'MES019 data.wrapped-resource: a is written twice at line 2, column 1'],
    [
      'x:\n  - a: {b: 1, b: 2}',
      'MES019 data.wrapped-resource: x[0].a.b is written twice at line 2, column 15',
    ],
    ['__proto__: {}', 'MES021'],
    ['a: .nan', 'MES018 data.wrapped-resource: a'],
    ['a: -.inf', 'MES018'],
    ['a: 12345678901234567890', 'MES018'],
    ['a: 1\n---\nb: 2', 'MES014 data.wrapped-resource holds a second document at line 2, column 1'],
    ['a: !secret x', 'MES015 data.wrapped-resource has a tag at line 1, column 4'],
    ['a: !!binary aGk=', 'MES015'],
    ['a: !!set {b}', 'MES015'],
    ['a: *b', 'MES016 data.wrapped-resource: a uses an alias at line 1, column 4'],
    ['a: &a [*a]', 'MES016 data.wrapped-resource: a[0] uses an alias'],
    ['a: *b\nb: &b 1', 'MES016'],
    ['a: {<<: 7}', 'MES025 data.wrapped-resource: a["<<"] must name an object'],
    [
      'a: b: c',
      'MES013 data.wrapped-resource is not YAML at line 1, column 4: an object begins in the middle',
    ],
    ['a:\n\t- b', 'MES013 data.wrapped-resource is not YAML at line 2, column 1: '],
    ['a: "b', 'MES013 data.wrapped-resource is not YAML at line 1'],
    ['a: "\\q"', 'MES013 data.wrapped-resource is not YAML at line 1, column 5: an escape'],
    [
      'a: @b',
      'MES013 data.wrapped-resource is not YAML at line 1, column 4: a text begins with a reserved sign',
    ],
    ['? [a]\n: b', 'MES013 data.wrapped-resource is not YAML at line 1, column 3: a key is not a string'],
    [' a: 1\nb: 2', 'MES013'],
  ])('is refused: %j', (text, problem) => {
    expect(read(text)).toEqual({ value: undefined, problems: [expect.stringContaining(problem)] });
  });
});

describe('the limits of a payload', () => {
  const deep = (levels: number): string => `{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
  const bomb = (levels: number): string =>
    ['a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]']
      .concat(Array.from({ length: levels }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]`))
      .join('\n');
  const chain = (levels: number): string =>
    ['a0: &a0 []']
      .concat(Array.from({ length: levels }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}]`))
      .join('\n');

  it('let a large and a deep one through', () => {
    expect(read(`{"a":"${'x'.repeat(MAX_PAYLOAD - 8)}"}`).problems).toEqual([]);
    expect(read(`a: |\n${'  some text\n'.repeat(80_000)}`).problems).toEqual([]);
    expect(read(deep(MAX_DEPTH)).problems).toEqual([]);
    expect(read(`a: ${'['.repeat(MAX_DEPTH - 1)}${']'.repeat(MAX_DEPTH - 1)}`).problems).toEqual([]);
    expect(read(bomb(3)).problems).toEqual([]);
    expect(read(chain(20)).problems).toEqual([]);
  });

  it.each([
    [
      'a byte too many',
      `{"a":"${'x'.repeat(MAX_PAYLOAD - 7)}"}`,
      'MES011 data.wrapped-resource is larger than 1 MiB',
    ],
    ['bytes, not characters', `{"a":"${'€'.repeat(MAX_PAYLOAD / 3)}"}`, 'MES011'],
    [
      'too many values in JSON',
      `[${'1,'.repeat(MAX_TOKENS)}1]`,
      'MES011 data.wrapped-resource has more than 20000',
    ],
    ['too many values in YAML', '- 1\n'.repeat(MAX_TOKENS), 'MES011'],
    [
      'a level too many in JSON',
      deep(MAX_DEPTH + 1),
      'MES012 data.wrapped-resource is nested more than 64 levels',
    ],
    ['far too many levels in JSON', '{"a":'.repeat(200_000), 'MES012'],
    ['a level too many in YAML', `a: ${'['.repeat(MAX_DEPTH)}${']'.repeat(MAX_DEPTH)}`, 'MES012'],
    ['far too many levels in YAML', `a: ${'['.repeat(15_000)}`, 'MES012'],
    ['far too many levels of lists in YAML', '- '.repeat(7_000), 'MES012'],
    ['levels by aliases', chain(MAX_DEPTH), 'MES012'],
    ['aliases that multiply', bomb(9), 'MES011 data.wrapped-resource: a4 grows too large by its aliases'],
    ['aliases that multiply beyond all numbers', bomb(400), 'MES011'],
    ['a long text that is repeated', `a: &a ${'x'.repeat(500_000)}\nb: [*a, *a, *a]`, 'MES011'],
    [
      'merge keys that multiply',
      `a: &a {k: ${'x'.repeat(300_000)}}\nb: [{<<: *a}, {<<: *a}, {<<: *a}]`,
      'MES011',
    ],
  ])('stop %s', (_, text, problem) => {
    const { value, problems } = read(text);
    expect(value).toBeUndefined();
    expect(problems[0]).toContain(problem);
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
