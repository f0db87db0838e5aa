import { describe, expect, it } from '@jest/globals';
import { NOTE } from './custom-kind.js';
import type { Connected } from './fixture.js';
import { configMap, failureOf } from './fixture.js';

/** apply: server-side apply, with every implementation's own field manager. */
export function describeApply(connected: Connected): void {
  describe('applying', () => {
    const ref = (namespace: string, name: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace,
      name,
    });

    it('creates what does not exist', async () => {
      const { kube, namespace } = connected();
      const applied = await kube.apply(configMap(namespace, 'applied-new', { a: '1' }));
      expect(applied).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' } });
      expect(await kube.get(ref(namespace, 'applied-new'))).toEqual(applied);
    });

    it('changes and takes away its own fields and leaves those of others', async () => {
      const { kube, namespace } = connected();
      await kube.apply(configMap(namespace, 'applied', { a: '1', b: '2' }));
      await kube.patch(ref(namespace, 'applied'), {
        type: 'merge',
        body: { data: { c: '3' }, metadata: { labels: { of: 'another' } } },
      });
      const applied = await kube.apply(configMap(namespace, 'applied', { a: 'one' }));
      expect(applied['data']).toEqual({ a: 'one', c: '3' });
      expect(applied.metadata.labels).toEqual({ of: 'another' });
    });

    it('keeps the version when nothing changes', async () => {
      const { kube, namespace } = connected();
      const first = await kube.apply(configMap(namespace, 'applied-twice', { a: '1' }));
      const second = await kube.apply(configMap(namespace, 'applied-twice', { a: '1' }));
      expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    });

    it('refuses to change a field that was written otherwise, unless forced', async () => {
      const { kube, namespace } = connected();
      await kube.apply(configMap(namespace, 'contested', { a: '1' }));
      await kube.patch(ref(namespace, 'contested'), { type: 'merge', body: { data: { a: '2' } } });
      const mine = configMap(namespace, 'contested', { a: '3' });
      expect(await failureOf(kube.apply(mine))).toBe('conflict');
      expect((await kube.get(ref(namespace, 'contested')))?.['data']).toEqual({ a: '2' });
      expect((await kube.apply(mine, { force: true }))['data']).toEqual({ a: '3' });
      expect((await kube.apply({ ...mine, data: { a: '4' } }))['data']).toEqual({ a: '4' });
    });

    it('refuses to change a field that the creation set, unless forced', async () => {
      const { kube, namespace } = connected();
      await kube.create(configMap(namespace, 'created', { a: '1' }));
      expect(await failureOf(kube.apply(configMap(namespace, 'created', { a: '2' })))).toBe('conflict');
      expect(await failureOf(kube.apply(configMap(namespace, 'created', { a: '1', b: '2' })))).toBe('none');
    });

    it('stores nothing in a dry run', async () => {
      const { kube, namespace } = connected();
      await kube.apply(configMap(namespace, 'applied-dry', { a: '1' }), { dryRun: true });
      expect(await kube.get(ref(namespace, 'applied-dry'))).toBeUndefined();
    });

    it('applies custom resources', async () => {
      const { kube, namespace } = connected();
      const note = (spec: object) => ({ ...NOTE, metadata: { namespace, name: 'applied-note' }, spec });
      const first = await kube.apply(note({ text: 'a', keep: { deep: 1 } }));
      expect(first.metadata.generation).toBe(1);
      const second = await kube.apply(note({ text: 'b', keep: { deep: 1 } }));
      expect(second).toMatchObject({ metadata: { generation: 2 }, spec: { text: 'b', keep: { deep: 1 } } });
    });
  });
}
