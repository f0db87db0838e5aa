import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { Lexer, stringify } from 'yaml';
import { readAnyJson } from '../json-payload.js';
import { MAX_TOKENS } from '../limits.js';
import { configMapPath } from '../path.js';
import type { PayloadNode } from '../payload-node.js';
import { Report } from '../report.js';
import { mostNodes, readAnyYaml } from '../yaml-payload.js';
import { readPlainJson } from './plain-json.js';
import { readPlainYaml } from './plain-yaml.js';

type Reader = (text: string) => PayloadNode | undefined;
type Judge = (
  text: string,
  path: ReturnType<typeof configMapPath>,
  report: Report,
) => PayloadNode | undefined;

const quickJson: Reader = (text) => readPlainJson(text, MAX_TOKENS);

/** What the library gives, when it has nothing to note. */
function slowly(read: Judge, text: string): PayloadNode | undefined {
  const report = new Report();
  const node = read(text, configMapPath(), report);
  return report.violations.length === 0 ? node : undefined;
}

/** Holds the quick reader to the library, and says whether it had an answer. */
function agrees(quick: Reader, slow: Judge, text: string): boolean {
  const node = quick(text);
  // Not `toEqual`, which is slow: most of these are equal.
  if (node !== undefined && !isDeepStrictEqual(node, slowly(slow, text)))
    expect(node).toEqual(slowly(slow, text));
  return node !== undefined;
}

/** Lines, words and signs that are right together often enough, and wrong just as often. */
const WORDS = [
  ...['a', 'b', 'key', 'mesitis/kind', '"q r"', "'it''s'", 'a: b', 'text of words', 'x#y', 'x # c', '# c'],
  ...['1', '-1', '0', '007', '1.5', '1e3', '0x1f', '1_000', '1:30', '1.2.3', '10.0.0.1', '-0', '.5', '+1'],
  ...['true', 'null', 'yes', 'On', 'NO', '~', 'y', '<<', '.inf', '2024-01-01', '0f5c1a4e-8f4b-4b52-9d8e-2f'],
  ...[
    'https://example.com:80/x',
    '${a.b}',
    '"${a}"',
    '"\\n\\"\\/"',
    '"\\x41"',
    '"\\\\"',
    '"',
    "'",
    '-c',
    '--',
  ],
  ...['[a, "b", 1]', '[]', '{}', '{ a: 1, "b":2 }', '{a: [x, {y: z}]}', '[a: b]', '{a}', '[a,]', '[a b]'],
  ...['|', '|-', '|+', '|2', '>', '>-', '&x', '*x', '!!str', '!x', '@', '`', '%', '?', ',', ']', '}', ''],
  ...['ä', '日本', '\u00a0', '\u2028', '\t', '\r', '\ufeff', '(x)', '/x', '$ref', '=', '*', 'a  b ', 'a:'],
];
const LINE = fc
  .tuple(
    fc.nat(4),
    fc.constantFrom('', '- ', '-  ', 'k: ', 'l:  ', 'm:', '"n": ', '- o: ', '-', '- - ', '---', '...'),
    fc.constantFrom(...WORDS),
    fc.constantFrom('', '', '', ' ', ' # c', ':'),
  )
  .map(([indent, front, word, back]) => ' '.repeat(indent) + front + word + back);
const LINES = fc.array(LINE, { maxLength: 7 }).map((lines) => lines.join('\n'));

/** What people write, as `yaml` would write it, in its several styles. */
const VALUE = fc.letrec((tie) => ({
  text: fc.oneof(
    fc.constantFrom(...WORDS, 'two\nlines\n', 'two\n\n  lines', 'end\n\n'),
    fc.string({ maxLength: 10 }),
  ),
  scalar: fc.oneof(tie('text'), fc.integer(), fc.double(), fc.boolean(), fc.constant(null)),
  any: fc.oneof({ maxDepth: 4 }, tie('scalar'), tie('list'), tie('object')),
  list: fc.array(tie('any'), { maxLength: 3 }),
  object: fc.dictionary(
    fc.oneof(fc.constantFrom('a', 'b', 'c-d', 'e/f', 'g h'), fc.string({ maxLength: 4 })),
    tie('any'),
    {
      maxKeys: 4,
    },
  ),
})).object;
const WRITTEN = fc
  .tuple(
    VALUE,
    fc.record({
      indentSeq: fc.boolean(),
      indent: fc.constantFrom(2, 4),
      lineWidth: fc.constantFrom(0, 20),
      defaultStringType: fc.constantFrom('PLAIN' as const, 'QUOTE_DOUBLE' as const, 'BLOCK_LITERAL' as const),
    }),
  )
  .map(([value, options]) => stringify(value, options));

const cut = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(texts, fc.nat(), fc.nat(3), fc.constantFrom('', ' ', '\n', ...WORDS))
    .map(([text, where, length, put]) => {
      const at = where % (text.length + 1);
      return text.slice(0, at) + put + text.slice(at + length);
    });

describe('the quick reader of YAML gives what the library gives, positions and all, or nothing', () => {
  test.each<[string, fc.Arbitrary<string>]>([
    ['lines at random', LINES],
    ['what a program writes', WRITTEN],
    ['what a program writes, and somebody changed', cut(WRITTEN)],
  ])('%s', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        agrees(readPlainYaml, readAnyYaml, text);
      }),
      { numRuns: 3_000 },
    );
  });

  test('and of a long text only when the library finds no more tokens than may be', () => {
    const long = fc
      .tuple(fc.oneof(LINES, WRITTEN), fc.integer({ min: 50, max: 3_000 }))
      .map(([text, times]) =>
        Array.from({ length: times }, (_, i) => `k${i}:\n ${text.replaceAll('\n', '\n ')}`).join('\n'),
      );
    fc.assert(
      fc.property(long, (text) => {
        fc.pre(text.length < 200_000);
        if (readPlainYaml(text, mostNodes(text)) === undefined) return;
        const tokens = [...new Lexer().lex(text)].filter((token) => token !== '').length;
        expect(tokens).toBeLessThanOrEqual(MAX_TOKENS);
      }),
    );
  });

  test.each([1, 2, 8])('and nothing of more nodes than it may', (nodes) => {
    const text = ['a: { b: [1, 2] }', 'c:', '  - d', '  - e: f'].join('\n');
    expect(readPlainYaml(text, nodes)).toBeUndefined();
    expect(readPlainYaml(text, 9)?.extent.count).toBe(9);
  });

  it.each([
    'team: api\nversion: "1"\nwhitelist: ["*"]\nprovisiondata:\n  url: https://example.com/v1 # now\nfree: true',
    'a:\n- b: 1\n  c: |\n    x\n\n      y\n  # c\n- d\n-   e: [f, { g: h }]\n',
    'a: |-\n  x\nb: -c\nc: 10.0.0.1\nd: \'it\'\'s\'\n"e f": "\\n"\n',
    'metadata:\n  name: c-${instance.shortId}\n  labels: { mesitis/kind: catalog-entry, "mesitis/enabled": "true" }',
  ])('it has an answer for %j', (text) => {
    expect(agrees(readPlainYaml, readAnyYaml, text)).toBe(true);
  });

  it.each([
    ...['', 'a', '- a', 'a: yes', 'on: a', 'a: 1_000', 'a: 010', 'a: 1:30', 'a:', 'a: ~', 'a: &b c', 'a: *b'],
    ...[
      '<<: a',
      '__proto__: a',
      'a: 1\na: 2',
      'a: 12345678901234567890',
      'a: b\n c',
      'a: >\n b',
      'a: |+\n b',
    ],
    ...['---\na: b', 'a: b\n...', '%a', 'a:\tb', 'a: b\r\n', '\ufeffa: b', 'a: "\\x41"', '? a', '[a: b]'],
  ])('it has none for %j', (text) => {
    const node = readPlainYaml(text);
    // A list is no payload, but YAML that is right.
    expect(text === '- a' ? undefined : node).toBeUndefined();
  });
});

describe('the quick reader of JSON gives what the library gives, positions and all, or nothing', () => {
  const written = fc
    .tuple(fc.json({ maxDepth: 4, stringUnit: 'binary' }), fc.constantFrom(0, 1, 2, '\t'))
    .map(([text, indent]) => JSON.stringify(JSON.parse(text), null, indent));
  const signs = fc
    .array(
      fc.constantFrom(
        ...['{', '}', '[', ']', ',', ':', '"a"', '"b"', '"a":', '1', '-', '01', '1.', '1e5', '1e400', 'true'],
        ...[
          'tru',
          'null',
          ' ',
          '\n',
          '\r\n',
          '\t',
          '\u00a0',
          '//',
          '"\\u12"',
          '"\\ud800"',
          '"\\q"',
          '"',
          '\\',
        ],
        ...['"\u0001"', '"__proto__":', '12345678901234567890', '-0', '0.1'],
      ),
      { maxLength: 10 },
    )
    .map((all) => all.join(''));

  test.each<[string, fc.Arbitrary<string>]>([
    ['what a program writes', written],
    ['what a program writes, and somebody changed', cut(written)],
    ['signs at random', signs],
  ])('%s', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        agrees(quickJson, readAnyJson, text);
      }),
      { numRuns: 3_000 },
    );
  });

  it('has an answer for all that is right', () => {
    fc.assert(
      fc.property(written, (text) => {
        fc.pre(slowly(readAnyJson, text) !== undefined);
        expect(quickJson(text)).toBeDefined();
      }),
    );
  });

  it.each<[string, string, boolean]>([
    ['64 levels', '['.repeat(64) + ']'.repeat(64), true],
    ['65 levels', '['.repeat(65) + ']'.repeat(65), false],
    ['20,000 words and signs', `[${'1,'.repeat(9_998)}1,{}]`, false],
    ['as many as may be', `[${'1,'.repeat(9_998)}1]`, true],
  ])('of %s', (_, text, isRead) => {
    expect(agrees(quickJson, readAnyJson, text)).toBe(isRead);
  });
});
