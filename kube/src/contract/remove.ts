import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../port.js';
import { NOTE, notes } from './custom-kind.js';
import type { Connected } from './fixture.js';
import { PATIENCE_MS, configMap, configMaps, eventsAfter, failureOf, story } from './fixture.js';

/** remove, finalizers and the collection of dependents. */
export function describeRemove(connected: Connected): void {
  describe('removing', () => {
    const ref = (namespace: string, name: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace,
      name,
    });

    it('deletes the object and says whether it was there', async () => {
      const { kube, namespace } = connected();
      await kube.create(configMap(namespace, 'removed'));
      expect(await kube.remove(ref(namespace, 'removed'))).toBe(true);
      expect(await kube.get(ref(namespace, 'removed'))).toBeUndefined();
      expect(await kube.remove(ref(namespace, 'removed'))).toBe(false);
    });

    it('finds nothing to delete of a kind that does not exist', async () => {
      const { kube, namespace } = connected();
      const absent = { apiVersion: 'absent.mesitis.io/v1', kind: 'Absent', namespace, name: 'a' };
      expect(await kube.remove(absent)).toBe(false);
    });

    it('leaves an object alone that is not the one meant', async () => {
      const { kube, namespace } = connected();
      const first = await kube.create(configMap(namespace, 'meant', { a: '1' }));
      const { uid = '', resourceVersion = '' } = await kube
        .update({ ...first, data: { a: '2' } })
        .then(({ metadata }) => metadata);
      const meant = ref(namespace, 'meant');
      const stale = { resourceVersion: first.metadata.resourceVersion ?? '' };
      expect(await failureOf(kube.remove(meant, { uid: '00000000-0000-0000-0000-000000000000' }))).toBe(
        'conflict',
      );
      expect(await failureOf(kube.remove(meant, stale))).toBe('conflict');
      expect(await kube.get(meant)).toBeDefined();
      expect(await kube.remove(meant, { uid, resourceVersion })).toBe(true);
      expect(await kube.get(meant)).toBeUndefined();
    });

    it('holds an object with finalizers until the last one is taken away', async () => {
      const { kube, namespace } = connected();
      const metadata = { namespace, name: 'held', finalizers: ['mesitis.io/a', 'mesitis.io/b'] };
      await kube.create({ ...NOTE, metadata, spec: {} });
      const held = { ...NOTE, namespace, name: 'held' };
      expect(await kube.remove(held)).toBe(true);
      const waiting = await kube.get(held);
      expect(waiting?.metadata.deletionTimestamp).toMatch(/^\d{4}-/);
      expect(waiting?.metadata.finalizers).toEqual(['mesitis.io/a', 'mesitis.io/b']);
      expect(await kube.remove(held)).toBe(true);
      const without = (finalizers: string[]) =>
        kube.patch(held, { type: 'merge', body: { metadata: { finalizers } } });
      await without(['mesitis.io/b']);
      expect(await kube.get(held)).toBeDefined();
      await without([]);
      expect(await kube.get(held)).toBeUndefined();
    });

    // Kubernetes 1.20 answers with the version before, newer ones with that of the deletion.
    it('tells the version of a deletion by the watch; the write that ends the last finalizer may not', async () => {
      const { kube, namespace } = connected();
      const metadata = { namespace, name: 'released', finalizers: ['mesitis.io/a'] };
      await kube.create({ ...NOTE, metadata, spec: {} });
      const released = { ...NOTE, namespace, name: 'released' };
      await kube.remove(released);
      const marked = await kube.get(released);
      if (marked === undefined) throw new Error('the object is gone although it has a finalizer');
      const answer = await kube.update({ ...marked, metadata: { ...marked.metadata, finalizers: [] } });
      const since = marked.metadata.resourceVersion ?? '';
      const [deleted] = await eventsAfter(kube, notes(namespace), since, 1);
      const version = ({ metadata: { resourceVersion } }: KubeObject): number => Number(resourceVersion);
      if (deleted === undefined) throw new Error('the watch told nothing');
      expect(story([deleted])).toEqual(['DELETED released']);
      expect(deleted.object.metadata.finalizers).toEqual(['mesitis.io/a']);
      expect(version(deleted.object)).toBeGreaterThan(version(marked));
      expect(answer.metadata.finalizers ?? []).toEqual([]);
      expect([version(marked), version(deleted.object)]).toContain(version(answer));
    });

    it('lets an object that is being deleted be changed, but not given new finalizers', async () => {
      const { kube, namespace } = connected();
      const metadata = { namespace, name: 'leaving', finalizers: ['mesitis.io/a'] };
      await kube.create({ ...NOTE, metadata, spec: {} });
      const leaving = { ...NOTE, namespace, name: 'leaving' };
      await kube.remove(leaving);
      const status = { type: 'merge', body: { status: { phase: 'Deleting' } } } as const;
      expect(await kube.patch(leaving, status, { subresource: 'status' })).toMatchObject(status.body);
      const more = { metadata: { finalizers: ['mesitis.io/a', 'mesitis.io/b'] } };
      expect(await failureOf(kube.patch(leaving, { type: 'merge', body: more }))).toBe('invalid');
      await kube.patch(leaving, { type: 'merge', body: { metadata: { finalizers: null } } });
      expect(await kube.get(leaving)).toBeUndefined();
    });

    it(
      'collects what the object owned',
      async () => {
        const { kube, namespace } = connected();
        const { metadata } = await kube.create(configMap(namespace, 'owner'));
        const owned = configMap(namespace, 'owned', {}, { group: 'collected' });
        owned.metadata.ownerReferences = [
          { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: metadata.uid ?? '' },
        ];
        await kube.create(owned);
        const { resourceVersion } = await kube.list(configMaps(namespace, 'collected'));
        await kube.remove(ref(namespace, 'owner'));
        const events = await eventsAfter(kube, configMaps(namespace, 'collected'), resourceVersion, 1);
        expect(story(events)).toEqual(['DELETED owned']);
      },
      PATIENCE_MS,
    );
  });
}
