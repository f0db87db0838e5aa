import { expect, test } from '@jest/globals';
import type { ProviderConfigMap } from './model.js';
import { violationsOf, wrappedConfigMap } from './testing/config-maps.js';

const PATH = 'metadata.annotations["mesitis/ignore"]';

/** A wrapped object that two warnings are about (MES006, MES060), with the annotation. */
function annotated(ignore: unknown): ProviderConfigMap {
  const { metadata, ...rest } = wrappedConfigMap(
    { metadata: { name: 'fixed' } },
    { 'mesitis/colour': 'red' },
  );
  return { ...rest, metadata: { ...metadata, annotations: { 'mesitis/ignore': ignore } as never } };
}

const told = (configMap: ProviderConfigMap): string[] =>
  violationsOf(configMap).map(({ rule, path, message }) =>
    rule === 'MES087' ? `${path}: ${message}` : rule,
  );

test.each<[string, unknown, string[]]>([
  ['nothing', undefined, ['MES006', 'MES060']],
  ['an empty text', ' \n', ['MES006', 'MES060']],
  ['what is no text', { MES060: 'reason' }, ['MES006', 'MES060']],
  ['one rule', 'MES060 one instance is enough', ['MES006']],
  ['two rules on lines', 'MES060 one is enough\nMES006 read by our own tools', []],
  ['two rules with a semicolon between them', 'MES060 one is enough; MES006 ours', []],
  ['a rule written as a comment', '# mesitis:ignore MES060 one is enough', ['MES006']],
  [
    'no reason',
    'MES060',
    ['MES006', 'MES060', `${PATH}: gives no reason for MES060; write one after the id`],
  ],
  [
    'an error',
    'MES003 for once',
    ['MES006', 'MES060', `${PATH}: names MES003, which is an error, and only warnings can be silenced`],
  ],
  [
    'no rule that there is',
    'name-fixed please',
    [
      'MES006',
      'MES060',
      `${PATH}: names "name-fixed", which is no rule; write its id, such as MES060, and a reason`,
    ],
  ],
])('an annotation that holds %s silences no more than it names', (_, ignore, expected) => {
  expect(told(annotated(ignore))).toEqual(expected);
});

test('an error stays when a warning of the same ConfigMap is silenced', () => {
  const { metadata, ...rest } = wrappedConfigMap(
    { metadata: { name: 'fixed' } },
    { 'mesitis/order': 'first' },
  );
  const given = { ...rest, metadata: { ...metadata, annotations: { 'mesitis/ignore': 'MES060 fine' } } };
  expect(told(given)).toEqual(['MES004']);
});
