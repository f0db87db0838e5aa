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
/** An entry whose instances consist of what has the label `tier: <value>`. */
const selecting = (name: string, value: string, metadata: object = {}): string =>
  entry(
    name,
    {
      provisionkind: 'ProvisionConfigMapObjects',
      provisiondata: { namespace: 'objects', name: 'weather', labelSelector: `tier=${value}` },
    },
    metadata,
  );
const object = (name: string, tier: string, metadata: object = {}, payload?: object): string =>
  JSON.stringify({
    kind: 'ConfigMap',
    metadata: {
      name,
      labels: {
        'mesitis/kind': 'wrapped-resource',
        'mesitis/enabled': 'true',
        'mesitis/offering': 'weather',
        'mesitis/order': '1',
        tier,
      },
      ...metadata,
    },
    data: {
      'embedded-resource': JSON.stringify(
        payload ?? { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'a-${instance.shortId}' } },
      ),
    },
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

describe('what can not be used at all', () => {
  test.each<[string, string, string]>([
    ['an alias without an anchor', 'mesitis/kind: *x', 'f:1:1: is neither YAML nor JSON: Unresolved alias'],
    [
      'aliases that multiply',
      `mesitis/kind: &a [x]\n${Array.from({ length: 9 }, (_, i) => `${String.fromCharCode(98 + i)}: &${String.fromCharCode(98 + i)} [${`*${String.fromCharCode(97 + i)},`.repeat(9)}]`).join('\n')}`,
      'f:1:1: is neither YAML nor JSON: Excessive alias count',
    ],
    [
      'a key twice',
      'mesitis/kind: a\nmesitis/kind: b',
      'f:2:1: is neither YAML nor JSON: Map keys must be unique',
    ],
    [
      'a quote that is not closed',
      `a: "x\n---\n${entry('a')}`,
      'f:2:1: is neither YAML nor JSON: Missing closing',
    ],
  ])('%s', (_, text, sentence) => {
    const { unusable } = lintFiles([{ file: 'f', text }]);
    expect(unusable).toEqual([expect.stringContaining(sentence)]);
  });

  test('a file that is no UTF-8, when it speaks of Mesitis', () => {
    const wide = Buffer.from(entry('a'), 'utf16le').toString('utf8');
    const sources = [wide, entry('a'), 'caf\ufffd'].map((text, index) => ({
      file: `f${index}`,
      text,
      isUtf8: false,
    }));
    expect(lintFiles(sources).unusable).toEqual([
      'f0: is not UTF-8: save it as UTF-8',
      'f1: is not UTF-8: save it as UTF-8',
    ]);
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

describe('what belongs together', () => {
  const silenced = { annotations: { 'mesitis/ignore': 'MES083 the objects are published elsewhere' } };

  test.each<[string, string[], string[]]>([
    ['an entry and its object', [selecting('a', 'one'), object('b', 'one')], []],
    ['another entry and object', [selecting('a', 'one'), object('b', 'two')], ['a MES083', 'b MES084']],
    [
      'a silenced entry and another object',
      [selecting('a', 'one', silenced), object('b', 'two')],
      ['b MES084'],
    ],
    ['an entry alone', [selecting('a', 'one')], []],
    ['an object alone', [object('b', 'two')], []],
    [
      'each in a namespace of its own',
      [selecting('a', 'one', { namespace: 'n' }), object('b', 'two', { namespace: 'm' })],
      [],
    ],
    [
      'an entry and objects of which one can not be read',
      [selecting('a', 'one'), object('b', 'two'), object('c', 'one', {}, [])],
      ['b MES084', 'c MES017'],
    ],
    [
      'an object and entries of which one can not be read',
      [selecting('a', 'one'), object('b', 'two'), entry('c', { ...OTHER, free: 7 })],
      ['a MES083', 'c MES025'],
    ],
  ])('%s', (_, texts, rules) => {
    expect(found(...texts).rules).toEqual(rules);
  });

  test('objects in the wrong order, where the order is written', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p-${instance.shortId}' },
      spec: { serviceAccountName: 'a-${instance.shortId}', containers: [{ name: 'c', image: 'i' }] },
    };
    const early = object('pod', 'one', {}, pod).replace('"mesitis/order":"1"', '"mesitis/order":"0"');
    const texts = [selecting('a', 'one'), early, object('b', 'one')];
    const { reports } = lintFiles(texts.map((text, index) => ({ file: `f${index}`, text })));
    expect(reports.flatMap(({ findings }) => findings).map(({ path, rule }) => `${rule} ${path}`)).toEqual([
      'MES085 data.wrapped-resource: provisiondata.labelSelector',
      'MES085 metadata.labels["mesitis/order"]',
      'MES085 metadata.labels["mesitis/order"]',
    ]);
  });
});
