import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject, KubeObject } from '@mesitis/kube';
import { mergePatch as applied } from '@mesitis/kube/memory';
import fc from 'fast-check';
import { contains } from './differences.js';
import { isChanged, mergePatch, patchTowards } from './merge-patch.js';

const object = (content: JsonObject, kind = 'Pod', apiVersion = 'v1'): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'a' },
  ...content,
});
const spec = (content: JsonObject, kind?: string): KubeObject => object({ spec: content }, kind, 'apps/v1');
const patched = (live: KubeObject, patch: JsonObject): KubeObject => applied(live, patch) as KubeObject;

describe('the patch from what was written to what is to be', () => {
  test.each<[string, KubeObject, KubeObject, JsonObject]>([
    ['nothing when nothing differs', spec({ a: [1, { b: 2 }] }), spec({ a: [1, { b: 2 }] }), {}],
    [
      'what is new and what differs',
      spec({ a: 1, b: 1 }),
      spec({ a: 2, b: 1, c: { d: 3 } }),
      { spec: { a: 2, c: { d: 3 } } },
    ],
    [
      'null for what is no longer written',
      spec({ a: { b: 1, c: 2 }, d: 1 }),
      spec({ a: { b: 1 } }),
      { spec: { a: { c: null }, d: null } },
    ],
    ['whole lists', spec({ a: [1, 2] }), spec({ a: [1] }), { spec: { a: [1] } }],
    [
      'only our own labels, even when none is left',
      object({ metadata: { labels: { a: '1', b: '2' } } }),
      object({ metadata: {} }),
      { metadata: { labels: { a: null, b: null } } },
    ],
    [
      'of the metadata neither name nor version, and no status',
      object({ metadata: { name: 'a', resourceVersion: '1', annotations: { a: '1' } }, status: { x: 1 } }),
      object({ metadata: { name: 'b', resourceVersion: '2', annotations: { a: '2' } }, status: { x: 2 } }),
      { metadata: { annotations: { a: '2' } } },
    ],
    [
      'a Secret in the form in which it is kept',
      object({ stringData: { a: 'x', b: 'y' } }, 'Secret'),
      object({ data: { a: 'eA==' }, stringData: { c: 'z' } }, 'Secret'),
      { data: { b: null, c: 'eg==' } },
    ],
    [
      'the default of a strategy that the new one can not stand beside',
      spec({ replicas: 1 }, 'Deployment'),
      spec({ replicas: 1, strategy: { type: 'Recreate' } }, 'Deployment'),
      { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } },
    ],
  ])('holds %s', (_what, from, to, patch) => {
    expect(mergePatch(from, to)).toEqual(patch);
  });
});

describe('the patch that puts back what was written', () => {
  test.each<[string, KubeObject, KubeObject, JsonObject]>([
    ['nothing when it is all there', spec({ a: 1, theirs: 2 }), spec({ a: 1 }), {}],
    [
      'what was changed or taken away',
      spec({ a: 2, theirs: 2 }),
      spec({ a: 1, b: { c: 1 } }),
      { spec: { a: 1, b: { c: 1 } } },
    ],
    [
      'null for what a selector has too much',
      spec({ selector: { a: 'x', b: 'y' } }),
      spec({ selector: { a: 'x' } }),
      { spec: { selector: { b: null } } },
    ],
    [
      'lists with the elements of others in them',
      spec({ containers: [{ name: 'sidecar' }, { name: 'c', image: 'bad', env: [{ name: 'THEIRS' }] }] }),
      spec({ containers: [{ name: 'c', image: 'good', env: [{ name: 'OURS', value: '1' }] }] }),
      {
        spec: {
          containers: [
            { name: 'c', image: 'good', env: [{ name: 'OURS', value: '1' }, { name: 'THEIRS' }] },
            { name: 'sidecar' },
          ],
        },
      },
    ],
    [
      'other lists as they were written',
      spec({ rules: [{ a: 1, b: 2 }, { c: 3 }] }),
      spec({ rules: [{ a: 1 }] }),
      { spec: { rules: [{ a: 1 }] } },
    ],
  ])('holds %s', (_what, live, wanted, patch) => {
    expect(patchTowards(live, wanted)).toEqual(patch);
  });
});

describe('an object that is to be changed', () => {
  const env = (...names: string[]): JsonObject => ({ env: names.map((name) => ({ name })) });
  const limits = (cpu: string): JsonObject => ({ limits: { cpu } });
  test.each<[string, boolean, [live: JsonObject, from: JsonObject, to: JsonObject]]>([
    ['is done when it has the new value', true, [{ a: 2 }, { a: 1 }, { a: 2 }]],
    ['is not while it has the old value', false, [{ a: 1 }, { a: 1 }, { a: 2 }]],
    ['is not while it has a value that goes away', false, [{ a: 1, b: 1 }, { a: 1, b: 1 }, { a: 1 }]],
    ['is done when that is gone', true, [{ a: 1 }, { a: 1, b: 1 }, { a: 1 }]],
    ['is done whatever became of what stays the same', true, [{ a: 3 }, { a: 1 }, { a: 1 }]],
    ['is not while a list has more of the old one', false, [env('A', 'B'), env('A', 'B'), env('A')]],
    ['is done when a list has the new one, and more', true, [env('A', 'B', 'X'), env('A'), env('A', 'B')]],
    ['is not while the order of a list is the old one', false, [env('A', 'B'), env('A', 'B'), env('B', 'A')]],
    [
      'is not while an element of a list has what goes away',
      false,
      [{ l: [{ a: 1, b: 1 }] }, { l: [{ a: 1, b: 1 }] }, { l: [{ a: 1 }] }],
    ],
    ['is not while a text is to become empty', false, [{ name: 'x' }, { name: 'x' }, { name: '' }]],
    ['is done when the server spells the amount its way', true, [limits('500m'), limits('1'), limits('0.5')]],
    ['is done when labels of others are left', true, [{ labels: { b: '1' } }, { labels: { a: '1' } }, {}]],
  ])('%s', (_what, done, [live, from, to]) => {
    expect(isChanged(spec(live), spec(from), spec(to))).toBe(done);
  });
});

describe('for any two contents', () => {
  const key = fc.constantFrom(
    'a',
    'b',
    'containers',
    'labels',
    'limits',
    'name',
    'selector',
    '__proto__',
    'x/y',
  );
  const scalar = fc.oneof(fc.constantFrom('', 'x', '1', '1000m'), fc.constantFrom(0, 1), fc.boolean());
  const { value } = fc.letrec<{ value: Json; content: JsonObject }>((tie) => ({
    content: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    value: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'json' },
      scalar,
      tie('content'),
      fc.array(tie('value'), { maxLength: 3, depthIdentifier: 'json' }),
    ),
  }));
  const content = fc.dictionary(key, value, { maxKeys: 4 });
  const apiVersion = fc.constantFrom('apps/v1', 'db.example.com/v1');
  const pair = fc
    .tuple(content, content, apiVersion)
    .map(
      ([a, b, version]) =>
        [object({ spec: a }, 'Thing', version), object({ spec: b }, 'Thing', version)] as const,
    );

  test('the patch turns the one into the other and is then done', () => {
    fc.assert(
      fc.property(pair, ([from, to]) => {
        const result = patched(from, mergePatch(from, to));
        expect(contains(result, to)).toBe(true);
        const saysMore = !contains(from, to) || !contains(to, from);
        expect(isChanged(result, from, to) || !saysMore || contains(result, from)).toBe(true);
      }),
    );
  });

  test('the patch leaves alone what neither of them names', () => {
    fc.assert(
      fc.property(pair, ([from, to]) => {
        const live = { ...from, theirs: 1, spec: { ...(from['spec'] as JsonObject), theirs: { a: [1] } } };
        expect(patched(live, mergePatch(from, to))).toMatchObject({
          theirs: 1,
          spec: { theirs: { a: [1] } },
        });
      }),
    );
  });

  test('what was put back is as it was written, and putting it back again changes nothing', () => {
    fc.assert(
      fc.property(pair, ([live, wanted]) => {
        const result = patched(live, patchTowards(live, wanted));
        expect(contains(result, wanted)).toBe(true);
        expect(patchTowards(result, wanted)).toEqual({});
      }),
    );
  });

  test('nothing differs from itself', () => {
    fc.assert(
      fc.property(pair, ([one]) => {
        expect(mergePatch(one, one)).toEqual({});
        expect(patchTowards(one, one)).toEqual({});
        expect(isChanged(one, one, one)).toBe(true);
      }),
    );
  });
});
