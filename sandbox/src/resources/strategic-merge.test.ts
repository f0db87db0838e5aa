import { describe, expect, it } from '@jest/globals';
import { strategicMergePatch } from './strategic-merge.js';

describe('a strategic merge patch', () => {
  const pod = {
    metadata: { finalizers: ['a', 'b'] },
    spec: {
      containers: [
        { name: 'x', image: '1', args: ['a', 'b'] },
        { name: 'y', image: '1' },
      ],
      ports: [{ port: 80, name: 'http' }],
    },
  };

  it.each([
    [
      'merges containers by name and replaces other lists',
      {
        spec: {
          '$setElementOrder/containers': [{ name: 'x' }, { name: 'y' }, { name: 'z' }],
          containers: [{ name: 'x', image: '2', args: ['c'] }, { name: 'z' }],
        },
      },
      [{ name: 'x', image: '2', args: ['c'] }, { name: 'y', image: '1' }, { name: 'z' }],
    ],
    [
      'deletes items by directive',
      {
        spec: {
          containers: [
            { name: 'x', $patch: 'delete' },
            { name: 'absent', $patch: 'delete' },
          ],
        },
      },
      [{ name: 'y', image: '1' }],
    ],
    [
      'replaces a whole list by directive',
      { spec: { containers: [{ $patch: 'replace' }, { name: 'z', image: '3' }] } },
      [{ name: 'z', image: '3' }],
    ],
  ])('%s', (_, patch, containers) => {
    expect(strategicMergePatch(pod, patch)).toMatchObject({ spec: { containers, ports: pod.spec.ports } });
  });

  it('merges sets, and takes values out of them', () => {
    expect(strategicMergePatch(pod, { metadata: { finalizers: ['c', 'a'] } })).toMatchObject({
      metadata: { finalizers: ['a', 'b', 'c'] },
    });
    const taken = { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } };
    expect(strategicMergePatch(pod, taken)).toMatchObject({ metadata: { finalizers: ['b'] } });
  });

  it('deletes what is null, replaces and trims maps by directive', () => {
    const target = { a: { x: 1, y: 2 }, b: { x: 1, y: 2 }, c: { x: 1 }, d: 1 };
    const patch = {
      a: { $patch: 'replace', z: 3 },
      b: { $retainKeys: ['x'] },
      c: { $patch: 'delete' },
      d: null,
    };
    expect(strategicMergePatch(target, patch)).toEqual({ a: { z: 3 }, b: { x: 1 }, c: {} });
  });

  it('finds ports by their number', () => {
    const patch = { spec: { ports: [{ port: 80, targetPort: 8080 }, { port: 443 }] } };
    expect(strategicMergePatch(pod, patch)).toMatchObject({
      spec: { ports: [{ port: 80, name: 'http', targetPort: 8080 }, { port: 443 }] },
    });
  });
});
