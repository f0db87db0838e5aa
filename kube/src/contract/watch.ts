import { describe, expect, it } from '@jest/globals';
import type { Kube } from '../port.js';
import type { Connected } from './fixture.js';
import { PATIENCE_MS, configMap, configMaps, eventsAfter, failureOf, story } from './fixture.js';

/** watch. */
export function describeWatch(connected: Connected): void {
  describe('watching', () => {
    const ref = (namespace: string, name: string) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace,
      name,
    });

    it('tells what happened after a version, in order, with whole objects', async () => {
      const { kube, namespace } = connected();
      const query = configMaps(namespace, 'told');
      await kube.create(configMap(namespace, 'before', {}, { group: 'told' }));
      const { resourceVersion } = await kube.list(query);
      const created = await kube.create(configMap(namespace, 'told', { a: '1' }, { group: 'told' }));
      const updated = await kube.update({ ...created, data: { a: '2' } });
      await kube.remove(ref(namespace, 'told'));
      const events = await eventsAfter(kube, query, resourceVersion, 3);
      expect(story(events)).toEqual(['ADDED told', 'MODIFIED told', 'DELETED told']);
      expect(events[0]?.object).toEqual(created);
      expect(events[1]?.object).toEqual(updated);
      expect(events[2]?.object).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '2' } });
    });

    it('tells of changes of which only the metadata is wanted', async () => {
      const { kube, namespace } = connected();
      const query = configMaps(namespace, 'outlined');
      const { resourceVersion } = await kube.list(query);
      const { metadata } = await kube.create(
        configMap(namespace, 'outlined', { a: '1' }, { group: 'outlined' }),
      );
      await kube.remove(ref(namespace, 'outlined'));
      const outlines: Pick<Kube, 'watch'> = {
        watch: (asked, version, options) => kube.watch(asked, version, { ...options, metadataOnly: true }),
      };
      const events = await eventsAfter(outlines, query, resourceVersion, 2);
      expect(story(events)).toEqual(['ADDED outlined', 'DELETED outlined']);
      // Whether managedFields come along differs between servers.
      const { name, uid, labels } = metadata;
      for (const { object } of events) {
        expect(object).toEqual({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: expect.objectContaining({ name, uid, labels }) as unknown,
        });
      }
      expect(events[0]?.object.metadata.resourceVersion).toBe(metadata.resourceVersion);
    });

    it('tells what happens while it is open', async () => {
      const { kube, namespace } = connected();
      const query = configMaps(namespace, 'live');
      const { resourceVersion } = await kube.list(query);
      const events = eventsAfter(kube, query, resourceVersion, 2);
      const created = await kube.create(configMap(namespace, 'live', {}, { group: 'live' }));
      await kube.update({ ...created, data: { a: '2' } });
      expect(story(await events)).toEqual(['ADDED live', 'MODIFIED live']);
    });

    it('goes on after the version of any event, deletions included', async () => {
      const { kube, namespace } = connected();
      const query = configMaps(namespace, 'resumed');
      const { resourceVersion } = await kube.list(query);
      await kube.create(configMap(namespace, 'first', {}, { group: 'resumed' }));
      await kube.remove(ref(namespace, 'first'));
      const [added, deleted] = await eventsAfter(kube, query, resourceVersion, 2);
      await kube.create(configMap(namespace, 'second', {}, { group: 'resumed' }));
      const afterAdded = await eventsAfter(kube, query, added?.object.metadata.resourceVersion ?? '', 2);
      expect(story(afterAdded)).toEqual(['DELETED first', 'ADDED second']);
      const afterDeleted = await eventsAfter(kube, query, deleted?.object.metadata.resourceVersion ?? '', 1);
      expect(story(afterDeleted)).toEqual(['ADDED second']);
    });

    it('takes an object for added when its labels begin to match, and for deleted when they cease to', async () => {
      const { kube, namespace } = connected();
      const query = configMaps(namespace, 'matching');
      const { resourceVersion } = await kube.list(query);
      await kube.create(configMap(namespace, 'matching'));
      const label = (group: string | null) =>
        kube.patch(ref(namespace, 'matching'), { type: 'merge', body: { metadata: { labels: { group } } } });
      await label('matching');
      await label('other');
      await label('matching');
      await label(null);
      const events = await eventsAfter(kube, query, resourceVersion, 4);
      expect(story(events)).toEqual([
        'ADDED matching',
        'DELETED matching',
        'ADDED matching',
        'DELETED matching',
      ]);
    });

    it('tells of a held object when its deletion begins and when it ends', async () => {
      const { kube, namespace } = connected();
      const query = configMaps(namespace, 'finalized');
      const held = configMap(namespace, 'finalized', {}, { group: 'finalized' });
      held.metadata.finalizers = ['mesitis.io/a'];
      await kube.create(held);
      const { resourceVersion } = await kube.list(query);
      await kube.remove(ref(namespace, 'finalized'));
      await kube.patch(ref(namespace, 'finalized'), {
        type: 'merge',
        body: { metadata: { finalizers: null } },
      });
      const events = await eventsAfter(kube, query, resourceVersion, 2);
      expect(story(events)).toEqual(['MODIFIED finalized', 'DELETED finalized']);
      expect(events[0]?.object.metadata.deletionTimestamp).toMatch(/./);
    });

    it('watches a single object by its name', async () => {
      const { kube, namespace } = connected();
      const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace, fieldSelector: 'metadata.name=single' };
      const { resourceVersion } = await kube.list(query);
      await kube.create(configMap(namespace, 'neighbour'));
      await kube.create(configMap(namespace, 'single'));
      expect(story(await eventsAfter(kube, query, resourceVersion, 1))).toEqual(['ADDED single']);
    });

    it(
      'ends without an error when its signal fires',
      async () => {
        const { kube, namespace } = connected();
        const query = configMaps(namespace, 'ended');
        const { resourceVersion } = await kube.list(query);
        const stop = new AbortController();
        await kube.create(configMap(namespace, 'ended', {}, { group: 'ended' }));
        const seen: string[] = [];
        for await (const event of kube.watch(query, resourceVersion, { signal: stop.signal })) {
          if (event.type === 'BOOKMARK') continue;
          seen.push(...story([event]));
          stop.abort();
        }
        expect(seen).toEqual(['ADDED ended']);
      },
      PATIENCE_MS,
    );

    it('does not begin when its signal has fired', async () => {
      const { kube, namespace } = connected();
      const query = configMaps(namespace, 'unbegun');
      const { resourceVersion } = await kube.list(query);
      const events = kube.watch(query, resourceVersion, { signal: AbortSignal.abort() });
      for await (const event of events) throw new Error(`unexpected ${event.type}`);
    });

    it('refuses a kind that does not exist', async () => {
      const { kube, namespace } = connected();
      const query = { apiVersion: 'absent.mesitis.io/v1', kind: 'Absent', namespace };
      expect(await failureOf(eventsAfter(kube, query, '1', 1))).toBe('not-found');
    });
  });
}
