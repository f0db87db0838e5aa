import { describe, expect, test } from '@jest/globals';
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
  ['what is no text', { MES060: 'reason' }, ['MES097', 'MES006', 'MES060']],
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

describe('a comment in the payload', () => {
  const OBJECT =
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: fixed\nspec:\n  clusterIP: None\n  selector: { app: a }\n';
  const commented = (text: string): string[] => {
    const { data: _, ...rest } = wrappedConfigMap({}, { 'mesitis/colour': 'red' });
    return violationsOf({ ...rest, data: { 'wrapped-resource': text } }).map(
      ({ rule, path, position, message }) =>
        rule === 'MES087' ? `${path} ${position?.line}:${position?.column}: ${message}` : rule,
    );
  };

  test.each<[string, string, string[]]>([
    ['none', OBJECT, ['MES006', 'MES060']],
    ['one', `# mesitis:ignore MES060 one is enough\n${OBJECT}`, ['MES006']],
    [
      'several, wherever they stand',
      OBJECT.replace(
        'spec:',
        '  #mesitis:ignore  MES060 one is enough \r\nspec:\n  # mesitis:ignore MES006 ours',
      ),
      [],
    ],
    [
      'one behind a value',
      OBJECT.replace('fixed', 'fixed # mesitis:ignore MES060 one'),
      ['MES006', 'MES060'],
    ],
    [
      'one without a reason',
      `${OBJECT}  # mesitis:ignore MES060\n`,
      ['MES006', 'MES060', 'data.wrapped-resource 8:3: gives no reason for MES060; write one after the id'],
    ],
    [
      'one that names an error',
      `# mesitis:ignore MES003 for once\n${OBJECT}`,
      [
        'MES006',
        'MES060',
        'data.wrapped-resource 1:1: names MES003, which is an error, and only warnings can be silenced',
      ],
    ],
    [
      'one of JSON, which has none',
      '{"apiVersion":"v1","kind":"Service","metadata":{"name":"fixed","annotations":{"a":"\\n# mesitis:ignore MES060 x"}},"spec":{"clusterIP":"None"}}',
      ['MES006', 'MES060'],
    ],
  ])('%s', (_, text, expected) => {
    expect(commented(text)).toEqual(expected);
  });
});

test('of thousands of mistakes twenty are told', () => {
  expect(told(annotated('x;'.repeat(50_000))).filter((each) => each.includes('no rule'))).toHaveLength(20);
});
