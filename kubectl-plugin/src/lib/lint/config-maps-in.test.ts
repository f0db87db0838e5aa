import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAllDocuments, stringify } from 'yaml';
import { configMapsIn } from './config-maps-in.js';
import { lintFiles, type LintResult } from './lint-files.js';
import { piecesOf } from './pieces-of.js';

const ENTRY = {
  team: 'api',
  description: 'Weather',
  version: '1',
  whitelist: ['*'],
  provisionkind: 'ProvisionNonClusterURL',
  provisiondata: { url: 'https://weather.example.com' },
  credentialkind: 'CredentialNoCredential',
};

/** A ConfigMap of an entry, of which this and that is wrong. */
const CONFIG_MAP = fc
  .record({
    name: fc.constantFrom('a', 'b', 'true', '1'),
    labels: fc.constantFrom<object>(
      { 'mesitis/kind': 'catalog-entry', 'mesitis/enabled': 'true' },
      { 'mesitis/kind': 'catalog-entry', 'mesitis/enabled': true, 'mesitis/odd': 'x y' },
      { 'mesitis/kind': 'wrapped-service', 'mesitis/enabled': 'no' },
    ),
    payload: fc.record({
      offering: fc.constantFrom<unknown>('weather', 'wind', 7, null, 'A B'),
      uuid: fc.constantFrom<unknown>('u1', 2),
      free: fc.constantFrom<unknown>(true, 'yes'),
    }),
    write: fc.constantFrom(
      JSON.stringify,
      (value: unknown) => JSON.stringify(value, null, 2),
      (value: unknown) => stringify(value),
    ),
  })
  .map(({ name, labels, payload, write }) => ({
    kind: 'ConfigMap',
    metadata: { name, labels },
    data: { 'wrapped-resource': write({ ...ENTRY, ...payload }) },
  }));
const OBJECT = fc.oneof(
  CONFIG_MAP,
  fc.array(CONFIG_MAP, { maxLength: 3 }).map((items) => ({ kind: 'List', items })),
  fc.constantFrom<unknown>({ kind: 'Pod' }, 'mesitis/kind', [], null),
);
const FILE = fc
  .array(
    fc.tuple(
      fc.constantFrom('---\n', '--- # Source: chart/a.yaml\n', '---\n# Source: a\n', '---   \n---\n', '--- '),
      OBJECT,
      fc.constantFrom(
        (value: unknown) => stringify(value),
        (value: unknown) => stringify(value, { lineWidth: 0, indentSeq: false }),
        (value: unknown) => `${JSON.stringify(value, null, 1)}\n`,
      ),
    ),
    { maxLength: 4 },
  )
  .map((all) =>
    all
      .map(([marker, value, write]) => {
        const text = write(value);
        // Behind a marker in its own line, no object begins by indentation.
        return marker === '--- ' && !text.startsWith('{') ? `---\n${text}` : marker + text;
      })
      .join(''),
  );

const lint = (text: string): LintResult => lintFiles([{ file: 'f', text }]);

describe('a file that is read quickly, document by document', () => {
  test('says what it says when the library reads all of it', () => {
    fc.assert(
      fc.property(FILE, (text) => {
        // The end of a document is something that only the library reads.
        const [quick, slow] = [lint(text), lint(`${text}\n...\n`)];
        if (!isDeepStrictEqual(quick, slow)) expect(quick).toEqual(slow);
        expect(slow.unusable).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test.each<[string, string[]]>([
    ['', ['0 ']],
    ['a\n', ['0 a\n']],
    ['---\na\n---\nb', ['1 a\n', '3 b']],
    ['# c\n--- # d\na', ['0 # c\n', '2 a']],
    ['--- a\n---\tb\n----\n---c', ['0 --- a\n', '1 ---\tb\n----\n---c']],
    ['a: |\n  ---\n ---\n---', ['0 a: |\n  ---\n ---\n', '3 ---']],
    ['---\r\na\r\n---\r\n', ['1 a\r\n', '3 ']],
    ['---\na\n...\n---\nb', ['0 ---\na\n...\n---\nb']],
    ['%YAML 1.2\n---\na\n---\nb', ['0 %YAML 1.2\n---\na\n---\nb']],
  ])('%j begins where the library lets it begin', (text, pieces) => {
    const all = [...piecesOf(text)];
    expect(all.map((piece) => `${piece.linesBefore} ${piece.text}`)).toEqual(pieces);
    const valuesOf = (part: string): unknown[] =>
      parseAllDocuments(part)
        .map((document) => document.toJS() as unknown)
        .filter((value) => value !== null);
    expect(all.flatMap((piece) => valuesOf(piece.text))).toEqual(valuesOf(text));
  });
});

describe('what is written as kubectl would read it', () => {
  const labelsOf = (labels: string, front = ''): unknown => {
    const unusable: string[] = [];
    const text = `${front}kind: ConfigMap\nmetadata:\n  labels:\n    mesitis/kind: x\n${labels}`;
    const found = [...configMapsIn({ file: 'f', text }, unusable)];
    expect(unusable).toEqual([]);
    return found[0]?.configMap.metadata.labels;
  };

  test.each<[string, unknown]>([
    ['yes', true],
    ['On', true],
    ['n', false],
    ['010', 8],
    ['1_000', 1000],
    ['1:30', '1:30'],
    ['2026-01-31', '2026-01-31'],
    ['"yes"', 'yes'],
    ['true', true],
    ['7', 7],
    ['v1', 'v1'],
  ])('the label %s', (written, value) => {
    expect(labelsOf(`    a: ${written}\n`)).toEqual({ 'mesitis/kind': 'x', a: value });
  });

  test('labels that are merged, and labels that are an alias', () => {
    expect(labelsOf('    <<: *common\n', 'common: &common { a: b }\n')).toEqual({
      'mesitis/kind': 'x',
      a: 'b',
    });
  });
});
