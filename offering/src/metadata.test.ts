import { describe, expect, test } from '@jest/globals';
import { parseProviderConfigMap } from './configuration.js';
import type { ProviderConfigMap } from './model.js';
import { entryConfigMap } from './testing/config-maps.js';

function told(metadata: object): string[] {
  const configMap = entryConfigMap();
  const { labels } = configMap.metadata;
  const given = { ...configMap, metadata: { labels, ...metadata } } as unknown as ProviderConfigMap;
  const parsed = parseProviderConfigMap(given);
  return parsed.ok ? [] : parsed.violations.map(({ rule, path, message }) => `${rule} ${path}: ${message}`);
}

const NO_NAME = 'MES097 metadata.name: is missing; give the ConfigMap a name';
const NO_TEXT = 'must be a string; put it in quotes';

describe('the metadata of a ConfigMap', () => {
  test.each<[string, object]>([
    ['a name', { name: 'a.b-1' }],
    ['a name that the API server makes', { generateName: 'entry-' }],
    ['a namespace and annotations', { name: 'a', namespace: 'b', annotations: { 'x/y': 'z' } }],
  ])('may be %s', (_, metadata) => {
    expect(told(metadata)).toEqual([]);
  });

  test.each<[string, object, string[]]>([
    ['no name', {}, [NO_NAME]],
    ['an empty name', { name: '' }, [NO_NAME]],
    ['a name that YAML reads as a number', { name: 5 }, [`MES097 metadata.name: ${NO_TEXT}`]],
    [
      'a namespace that YAML reads as true',
      { name: 'a', namespace: true },
      [`MES097 metadata.namespace: ${NO_TEXT}`],
    ],
    ['a name with other letters', { name: 'Bad_Name' }, ['MES097 metadata.name: is "Bad_Name"']],
    ['a namespace with a dot', { name: 'a', namespace: 'b.c' }, ['MES097 metadata.namespace: is "b.c"']],
    [
      'an annotation that is no text',
      { name: 'a', annotations: { when: 5, 'x/y': 'fine' } },
      [`MES097 metadata.annotations.when: ${NO_TEXT}`],
    ],
  ])('is told of when it has %s', (_, metadata, expected) => {
    expect(told(metadata)).toEqual(expected.map((line) => expect.stringContaining(line) as unknown));
  });
});
