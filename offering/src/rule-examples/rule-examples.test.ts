import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import type { ProviderConfigMap } from '../model.js';
import { CLUSTER_RULES, RULES } from '../rules.js';
import {
  ENTRY,
  entryConfigMap,
  SERVICE,
  violationsOf,
  wrappedConfigMap,
  type Overrides,
} from '../testing/config-maps.js';
import { documentedRules, rulesPage, type RuleExample } from './index.js';

const rules = documentedRules();
const shown = rules.filter(({ example }) => example.of !== 'situation');

/** The ConfigMap that an example is a part of. */
function configMapOf(of: RuleExample['of'], text: string): ProviderConfigMap {
  if (of === 'payload') return entryConfigMap(text);
  const given = parse(text) as Overrides;
  switch (of) {
    case 'entry':
      // As YAML: what has to be quoted there would get its quotes from JSON.
      return entryConfigMap(`${withoutKeys(ENTRY, given)}\n${text}`);
    case 'object': {
      const isSample = !('kind' in given) || !('apiVersion' in given);
      const labels = isSample ? {} : { 'mesitis/kind': 'wrapped-resource' };
      return isSample
        ? wrappedConfigMap({ ...SERVICE, ...given }, labels)
        : wrappedConfigMap(JSON.stringify(given), labels);
    }
    case 'labels':
      return entryConfigMap({}, given);
    case 'object labels':
      return wrappedConfigMap({}, given);
    case 'annotations': {
      const { metadata, ...rest } = entryConfigMap();
      return { ...rest, metadata: { ...metadata, annotations: given as Record<string, string> } };
    }
    case 'configmap':
      return { ...entryConfigMap(), ...given };
    case 'situation':
      throw new Error('a situation is no ConfigMap');
  }
}

function withoutKeys(sample: Overrides, keys: Overrides): string {
  return Object.entries(sample)
    .filter(([key]) => !(key in keys))
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join('\n');
}

const rulesOf = (of: RuleExample['of'], text: string): string[] =>
  violationsOf(configMapOf(of, text)).map(({ rule }) => rule);

it('has an example for each rule, in the order of the ids', () => {
  const ids = [...Object.values(RULES), ...Object.values(CLUSTER_RULES)].map(({ id }) => id);
  expect(rules.map(({ id }) => id)).toEqual(ids.toSorted());
});

it.each(shown)('shows for $id ($name) what breaks it, and what does not', ({ id, example }) => {
  expect(rulesOf(example.of, example.bad)).toContain(id);
  expect(rulesOf(example.of, example.good)).not.toContain(id);
  if (example.of === 'payload') return;
  expect(
    violationsOf(configMapOf(example.of, example.good)).filter(({ severity }) => severity === 'error'),
  ).toEqual([]);
});

it.each(shown)(
  'finds the same for $id ($name), at the same places, by either reader of YAML',
  ({ example }) => {
    for (const text of [example.bad, example.good]) {
      const configMap = configMapOf(example.of, text);
      for (const payload of payloadsOf(configMap)) {
        // The end of a document is something that only the library reads.
        const [quick, slow] = ['', '\n...\n'].map((end) =>
          violationsOf({ ...configMap, data: { 'wrapped-resource': payload + end } }),
        );
        expect(quick).toEqual(slow);
      }
    }
  },
);

/** A payload as it is written, and by indentation, where it is right enough for that; without what is read as JSON. */
function payloadsOf({ data }: ProviderConfigMap): string[] {
  const written: unknown = data?.['wrapped-resource'];
  if (typeof written !== 'string') return [];
  const texts = [written];
  try {
    texts.push(stringify(parse(written)));
  } catch {
    // Then it is compared as it is written.
  }
  return texts.filter((text) => !/^[{[]/.test(text));
}

it('is what docs/rules.md says', () => {
  expect(readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8')).toBe(rulesPage());
});
