import { describe, expect, test } from '@jest/globals';
import type { KubeObject, ObjectRef } from '@mesitis/kube';
import { marked } from '../provision/ownership.js';
import { fingerprintOf, TrackedObjects } from './tracked-objects.js';

const ref = (name: string, kind = 'ConfigMap', namespace = 'n'): ObjectRef => ({
  apiVersion: 'v1',
  kind,
  namespace,
  name,
});

function live(name: string, instanceId: string, rest: Partial<KubeObject> = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: marked({ name, namespace: 'n' }, instanceId),
    ...rest,
  };
}

describe('tracked objects', () => {
  test('are followed by kind and namespace, as long as any is there', () => {
    const tracked = new TrackedObjects();
    tracked.set('i', [ref('a'), ref('b'), ref('c', 'Secret')]);
    tracked.set('j', [ref('d')]);
    const queries = (): unknown[] =>
      tracked.takePlaces().used.map(({ query }) => [query.kind, query.namespace]);
    expect(queries()).toEqual([
      ['ConfigMap', 'n'],
      ['Secret', 'n'],
    ]);
    tracked.delete('i');
    expect(tracked.takePlaces().unused.map(({ query }) => query.kind)).toEqual(['Secret']);
    tracked.delete('j');
    expect(tracked.takePlaces().unused.map(({ query }) => query.kind)).toEqual(['ConfigMap']);
    expect(queries()).toEqual([]);
    tracked.delete('j');
    expect(tracked.instanceIds()).toEqual([]);
  });

  test('tell whether anything is new', () => {
    const tracked = new TrackedObjects();
    expect(tracked.set('i', [ref('a')])).toBe(true);
    expect(tracked.set('i', [ref('a')])).toBe(false);
    expect(tracked.set('i', [ref('b')])).toBe(true);
    expect(tracked.set('i', [])).toBe(true);
    expect(tracked.set('i', [])).toBe(false);
    expect(tracked.takePlaces().used).toEqual([]);
  });

  test('are found by their mark and name', () => {
    const tracked = new TrackedObjects();
    tracked.set('i', [ref('a')]);
    const [place] = tracked.takePlaces().used;
    if (place === undefined) throw new Error('nothing is followed');
    expect(tracked.ownerOf(place, live('a', 'i'))).toEqual({ instanceId: 'i', key: tracked.keyOf(ref('a')) });
    expect(tracked.ownerOf(place, live('a', 'other'))).toBeUndefined();
    expect(tracked.ownerOf(place, live('copy', 'i'))).toBeUndefined();
    expect(tracked.ownerOf(place, { ...live('a', 'i'), metadata: { name: 'a' } })).toBeUndefined();
    expect([...tracked.objectsIn(place)]).toEqual([{ instanceId: 'i', key: tracked.keyOf(ref('a')) }]);
  });

  test('are in order in a state until something else is wanted', () => {
    const tracked = new TrackedObjects();
    tracked.set('i', [ref('a')]);
    const key = tracked.keyOf(ref('a'));
    tracked.settle('i', key, 7);
    tracked.settle('unknown', key, 7);
    expect(tracked.settledAt('i', key)).toBe(7);
    tracked.unsettle('i');
    expect(tracked.settledAt('i', key)).toBeUndefined();
    tracked.settle('i', key, 7);
    tracked.delete('i');
    tracked.set('i', [ref('a')]);
    expect(tracked.settledAt('i', key)).toBeUndefined();
  });
});

test('the fingerprint is of what somebody may have changed', () => {
  const one = fingerprintOf(live('a', 'i', { data: { a: '1' }, status: { x: 1 } }));
  expect(fingerprintOf(live('a', 'i', { data: { a: '1' }, status: { x: 2 } }))).toBe(one);
  expect(fingerprintOf(live('a', 'i', { data: { a: '2' } }))).not.toBe(one);
});
