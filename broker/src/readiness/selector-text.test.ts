import { expect, test } from '@jest/globals';
import type { JsonObject } from '@mesitis/kube';
import { parseLabelSelector } from '@mesitis/kube/selectors';
import { selectorTextOf } from './selector-text.js';

const textOf = (spec: JsonObject): string | undefined =>
  selectorTextOf({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: {}, spec });

test('a selector as the API server takes it in a query', () => {
  const text = textOf({
    selector: {
      matchLabels: { 'example.com/app': 'a', tier: '' },
      matchExpressions: [
        { key: 'b', operator: 'In', values: ['1', '2'] },
        { key: 'c', operator: 'NotIn', values: ['3'] },
        { key: 'd', operator: 'Exists' },
        { key: 'e', operator: 'DoesNotExist' },
      ],
    },
  });
  expect(text).toBe('example.com/app=a,tier=,b in (1,2),c notin (3),d,!e');
  expect(parseLabelSelector(text ?? '')).toHaveLength(6);
});

test.each<JsonObject>([
  {},
  { selector: {} },
  { selector: { matchLabels: {} } },
  { selector: { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'Gt', values: ['1'] }] } },
])('nothing is selected by %j, rather than everything', (spec) => {
  expect(textOf(spec)).toBeUndefined();
});
