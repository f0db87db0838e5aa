import { describe, expect, test } from '@jest/globals';
import { lintFiles } from './lint-files.js';

const LABELS = { 'mesitis/kind': 'catalog-entry', 'mesitis/enabled': 'true' };
const ENTRY = {
  team: 'api',
  offering: 'weather',
  description: 'Weather forecasts',
  uuid: 'u1',
  version: '1',
  whitelist: ['*'],
  provisionkind: 'ProvisionNonClusterURL',
  provisiondata: { url: 'https://weather.example.com' },
  credentialkind: 'CredentialNoCredential',
};

const OTHER = { uuid: 'u2', offering: 'wind' };

/** A ConfigMap as JSON; what is undefined is left out. */
const entry = (name: string, changes: object = {}, metadata: object = {}): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: LABELS, ...metadata },
    data: { 'wrapped-resource': JSON.stringify({ ...ENTRY, ...changes }) },
  });
const yaml = (style: string, ...payload: string[]): string =>
  [
    'kind: ConfigMap',
    'metadata:',
    '  name: a',
    '  labels: { mesitis/kind: catalog-entry, "mesitis/enabled": "yes" }',
    'data:',
    `  wrapped-resource: ${style}`,
    ...payload.map((line) => `    ${line}`),
  ].join('\n');
const spots = (text: string): string[] =>
  lintFiles([{ file: 'f', text }]).reports.flatMap(({ findings }) =>
    findings.map(({ line, column, rule }) => `${line}:${column} ${rule}`),
  );
const found = (...texts: string[]): { names: string[]; rules: string[] } => {
  const { reports } = lintFiles(texts.map((text, index) => ({ file: `f${index}`, text })));
  return {
    names: reports.flatMap(({ configMaps }) => configMaps),
    rules: reports.flatMap(({ findings }) => findings.map(({ rule, configMap }) => `${configMap} ${rule}`)),
  };
};

describe('what is looked at', () => {
  test.each<[string, string, string[]]>([
    ['a ConfigMap with the label', entry('a'), ['a']],
    ['with its namespace', entry('a', {}, { namespace: 'ns' }), ['ns/a']],
    ['each document', `${entry('a')}\n---\n# nothing\n---\n${entry('b', OTHER)}`, ['a', 'b']],
    [
      'the items of a List, also of one in it',
      `{"kind":"List","items":[${entry('a')},{"kind":"ConfigMapList","items":[${entry('b', OTHER)}]}]}`,
      ['a', 'b'],
    ],
    ['no ConfigMap without the label', entry('a', {}, { labels: { other: 'mesitis/kind' } }), []],
    ['no other kind', entry('a').replace('ConfigMap', 'Secret'), []],
    ['nothing that is no object', '- mesitis/kind\n---\nmesitis/kind', []],
    ['no file that does not speak of Mesitis, broken or not', 'a: [', []],
  ])('%s', (_, text, names) => {
    expect(found(text)).toEqual({ names, rules: [] });
  });

  test('what can not be read is told with its place, and the rest looked at', () => {
    const text = `${entry('a')}\n---\nmesitis/kind: [\n---\n${entry('b', OTHER)}`;
    const { reports, unusable } = lintFiles([{ file: 'f.yaml', text }]);
    expect(unusable).toEqual([
      expect.stringMatching(/^f\.yaml:\d+:\d+: is neither YAML nor JSON: Flow sequence/),
    ]);
    expect(reports).toMatchObject([{ configMaps: ['a', 'b'] }]);
  });
});

describe('where a violation is', () => {
  test.each<[string, string, string[]]>([
    ['in a literal block', yaml('|', 'team: api', 'free: 7'), ['7:5 MES023', '8:11 MES025']],
    ['with an indentation of its own', yaml('|2', '  team: api', '  free: 7'), ['7:7 MES023', '8:13 MES025']],
    [
      'with Windows line breaks',
      yaml('|', 'team: api', 'free: 7').replaceAll('\n', '\r\n'),
      ['7:5 MES023', '8:11 MES025'],
    ],
    ['at the payload in other styles', yaml('"free: 7"'), ['6:21 MES023', '6:21 MES025']],
    [
      'at the payload when it is folded',
      yaml('>', 'team: api', '', 'free: 7'),
      ['6:21 MES023', '6:21 MES025'],
    ],
  ])('%s', (_, text, expected) => {
    const all = spots(text);
    expect(all).toContain('4:61 MES002');
    expect([...new Set(all)]).toEqual(expect.arrayContaining(expected));
  });
});

describe('entries that can not stand together', () => {
  test.each<[string, string[], string[]]>([
    ['of two files', [entry('a'), entry('b', { version: '2' })], ['a MES080', 'b MES080']],
    ['but not of two namespaces', [entry('a', {}, { namespace: 'n' }), entry('b', { version: '2' })], []],
    [
      'but not when one is disabled',
      [entry('a'), entry('b', { version: '2' }, { labels: { ...LABELS, 'mesitis/enabled': 'false' } })],
      [],
    ],
  ])('%s', (_, texts, rules) => {
    expect(found(...texts).rules).toEqual(rules);
  });
});
