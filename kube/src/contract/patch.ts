import { describe, expect, it } from '@jest/globals';
import { NOTE } from './custom-kind.js';
import type { Connected } from './fixture.js';
import { configMap, failureOf } from './fixture.js';

/** patch. */
export function describePatch(connected: Connected): void {
  describe('patching', () => {
    const ref = (namespace: string, name: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace,
      name,
    });

    it('merges: sets what is there, deletes what is null, leaves the rest', async () => {
      const { kube, namespace } = connected();
      await kube.create(configMap(namespace, 'merged', { a: '1', b: '2', c: '3' }));
      const patched = await kube.patch(ref(namespace, 'merged'), {
        type: 'merge',
        body: { data: { a: 'one', b: null }, metadata: { annotations: { 'mesitis/note': 'added' } } },
      });
      expect(patched['data']).toEqual({ a: 'one', c: '3' });
      expect(patched.metadata.annotations).toEqual({ 'mesitis/note': 'added' });
      expect(await kube.get(ref(namespace, 'merged'))).toEqual(patched);
    });

    it('refuses a merge that names a stale version', async () => {
      const { kube, namespace } = connected();
      const { metadata } = await kube.create(configMap(namespace, 'merge-stale', { a: '1' }));
      const { resourceVersion = '' } = metadata;
      const patch = (a: string) =>
        kube.patch(ref(namespace, 'merge-stale'), {
          type: 'merge',
          body: { metadata: { resourceVersion }, data: { a } },
        });
      await patch('2');
      expect(await failureOf(patch('3'))).toBe('conflict');
    });

    it('carries out the operations of a JSON patch in order', async () => {
      const { kube, namespace } = connected();
      await kube.create({
        ...NOTE,
        metadata: { namespace, name: 'operations' },
        spec: { list: ['a', 'c'], 'x/y': 1 },
      });
      const patched = await kube.patch(
        { ...NOTE, namespace, name: 'operations' },
        {
          type: 'json',
          body: [
            { op: 'test', path: '/spec/list/0', value: 'a' },
            { op: 'add', path: '/spec/list/1', value: 'b' },
            { op: 'add', path: '/spec/list/-', value: 'd' },
            { op: 'replace', path: '/spec/x~1y', value: 2 },
            { op: 'copy', from: '/spec/list', path: '/spec/copy' },
            { op: 'remove', path: '/spec/copy/0' },
            { op: 'move', from: '/spec/x~1y', path: '/spec/moved' },
          ],
        },
      );
      expect(patched['spec']).toEqual({ list: ['a', 'b', 'c', 'd'], copy: ['b', 'c', 'd'], moved: 2 });
    });

    it('refuses a JSON patch whose test fails, as a whole', async () => {
      const { kube, namespace } = connected();
      await kube.create(configMap(namespace, 'tested', { a: '1' }));
      const patch = kube.patch(ref(namespace, 'tested'), {
        type: 'json',
        body: [
          { op: 'add', path: '/data/b', value: '2' },
          { op: 'test', path: '/data/a', value: 'other' },
        ],
      });
      expect(await failureOf(patch)).toBe('invalid');
      expect((await kube.get(ref(namespace, 'tested')))?.['data']).toEqual({ a: '1' });
    });

    it('refuses an object that does not exist', async () => {
      const { kube, namespace } = connected();
      const patch = kube.patch(ref(namespace, 'absent'), { type: 'merge', body: { data: {} } });
      expect(await failureOf(patch)).toBe('not-found');
    });

    it('changes nothing in a dry run', async () => {
      const { kube, namespace } = connected();
      const created = await kube.create(configMap(namespace, 'dry-patch', { a: '1' }));
      const patch = { type: 'merge', body: { data: { a: '2' } } } as const;
      const answer = await kube.patch(ref(namespace, 'dry-patch'), patch, { dryRun: true });
      expect(answer['data']).toEqual({ a: '2' });
      expect(await kube.get(ref(namespace, 'dry-patch'))).toEqual(created);
    });

    it('patches of the status subresource the status alone', async () => {
      const { kube, namespace } = connected();
      await kube.create({ ...NOTE, metadata: { namespace, name: 'patched-status' }, spec: { text: 'a' } });
      const patched = await kube.patch(
        { ...NOTE, namespace, name: 'patched-status' },
        { type: 'merge', body: { spec: { text: 'not written' }, status: { phase: 'Ready' } } },
        { subresource: 'status' },
      );
      expect(patched).toMatchObject({
        metadata: { generation: 1 },
        spec: { text: 'a' },
        status: { phase: 'Ready' },
      });
    });
  });
}
