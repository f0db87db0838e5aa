import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { sortedBy } from './sort-by.js';

const object = (name: string, spec: Record<string, unknown>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name, labels: { 'a.b/c': name } },
  spec,
});
const THINGS = [
  object('b', { size: 10, list: [{ x: '1' }] }),
  object('c', { size: 9, list: [{ x: '0' }] }),
  object('a', {}),
];
const sorted = (path: string): string =>
  sortedBy(THINGS, path, (each) => each)
    .map(({ metadata }) => metadata.name)
    .join('');

describe('sorting by a field', () => {
  test.each([
    ['.metadata.name', 'abc'],
    ['metadata.name', 'abc'],
    ['{.metadata.name}', 'abc'],
    [".metadata.labels['a.b/c']", 'abc'],
    ['.metadata.labels.a\\.b/c', 'abc'],
    ['.spec.size', 'acb'],
    ['.spec.list[0].x', 'acb'],
    ['.nothing', 'bca'],
    ['.spec.constructor', 'bca'],
  ])('%s', (path, order) => expect(sorted(path)).toBe(order));

  test.each([[''], ['.'], ['.a..b'], ['.a[x]'], ['{.a'], ['.a[*]']])('refuses %j', (path) => {
    expect(() => sorted(path)).toThrow(
      `--sort-by '${path}' is not the path of a field: write .metadata.creationTimestamp`,
    );
  });
});
