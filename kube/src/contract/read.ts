import { describe, expect, it } from '@jest/globals';
import type { Connected } from './fixture.js';
import { NOTE } from './custom-kind.js';
import { configMap, configMaps, failureOf, names, pagesOf } from './fixture.js';

/** get, list and pages. */
export function describeRead(connected: Connected): void {
  describe('reading', () => {
    it('gives undefined for an object that does not exist', async () => {
      const { kube, namespace } = connected();
      expect(
        await kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'absent' }),
      ).toBeUndefined();
    });

    it('gives undefined for an object whose kind does not exist', async () => {
      const { kube, namespace } = connected();
      const ref = { apiVersion: 'absent.mesitis.io/v1', kind: 'Absent', namespace, name: 'absent' };
      expect(await kube.get(ref)).toBeUndefined();
      expect(await kube.get({ ...ref, apiVersion: 'v1' })).toBeUndefined();
    });

    it('names the resource of a kind, and none for a kind that does not exist', async () => {
      const { kube } = connected();
      expect(await kube.resourceOf({ apiVersion: 'v1', kind: 'ConfigMap' })).toBe('configmaps');
      expect(await kube.resourceOf(NOTE)).toBe('notes');
      expect(await kube.resourceOf({ apiVersion: 'v1', kind: 'Absent' })).toBeUndefined();
      expect(await kube.resourceOf({ apiVersion: 'absent.mesitis.io/v1', kind: 'Absent' })).toBeUndefined();
    });

    it('refuses to list a kind that does not exist', async () => {
      const { kube, namespace } = connected();
      const query = { apiVersion: 'absent.mesitis.io/v1', kind: 'Absent', namespace };
      expect(await failureOf(kube.list(query))).toBe('not-found');
      expect(await failureOf(kube.list({ ...query, apiVersion: 'v1' }))).toBe('not-found');
    });

    it('gives the object as the server stored it', async () => {
      const { kube, namespace } = connected();
      const created = await kube.create(configMap(namespace, 'read-back', { key: 'value' }));
      expect(created).toMatchObject({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { namespace, name: 'read-back' },
        data: { key: 'value' },
      });
      expect(created.metadata.uid).toMatch(/./);
      expect(created.metadata.resourceVersion).toMatch(/./);
      expect(created.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'read-back' };
      expect(await kube.get(ref)).toEqual(created);
    });

    it('gives a copy that the caller may change', async () => {
      const { kube, namespace } = connected();
      const sent = configMap(namespace, 'copied', { key: 'value' });
      const created = await kube.create(sent);
      sent['data'] = { key: 'changed' };
      created['data'] = { key: 'changed' };
      const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'copied' };
      expect(await kube.get(ref)).toMatchObject({ data: { key: 'value' } });
    });

    it('gives cluster-scoped objects without a namespace', async () => {
      const { kube, namespace } = connected();
      const found = await kube.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
      expect(found).toMatchObject({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
      expect(found?.metadata.namespace).toBeUndefined();
    });

    it('lists what a label selector selects', async () => {
      const { kube, namespace } = connected();
      await kube.create(configMap(namespace, 'front', {}, { group: 'list', tier: 'front' }));
      await kube.create(configMap(namespace, 'back', {}, { group: 'list', tier: 'back' }));
      await kube.create(configMap(namespace, 'bare', {}, { group: 'list' }));
      for (const [selector, expected] of [
        ['', ['back', 'bare', 'front']],
        [',tier=front', ['front']],
        [',tier!=front', ['back', 'bare']],
        [',tier in (front, back)', ['back', 'front']],
        [',tier notin (front)', ['back', 'bare']],
        [',tier', ['back', 'front']],
        [',!tier', ['bare']],
      ] as const) {
        const { labelSelector = '', ...query } = configMaps(namespace, 'list');
        const { items } = await kube.list({ ...query, labelSelector: labelSelector + selector });
        expect({ selector, names: names(items) }).toEqual({ selector, names: expected });
      }
    });

    it('lists what a field selector selects', async () => {
      const { kube, namespace } = connected();
      await kube.create(configMap(namespace, 'field-a', {}, { group: 'fields' }));
      await kube.create(configMap(namespace, 'field-b', {}, { group: 'fields' }));
      const { items } = await kube.list({
        ...configMaps(namespace, 'fields'),
        fieldSelector: 'metadata.name=field-a',
      });
      expect(names(items)).toEqual(['field-a']);
    });

    it('says apiVersion and kind in each item and a version for the list', async () => {
      const { kube, namespace } = connected();
      const created = await kube.create(configMap(namespace, 'item', { a: 'b' }, { group: 'items' }));
      const { items, resourceVersion } = await kube.list(configMaps(namespace, 'items'));
      expect(items).toEqual([created]);
      expect(resourceVersion).toMatch(/./);
    });

    it('gives a list page by page, each object once', async () => {
      const { kube, namespace } = connected();
      const created = [];
      for (const name of ['page-a', 'page-b', 'page-c', 'page-d', 'page-e']) {
        created.push(await kube.create(configMap(namespace, name, { a: 'b' }, { group: 'pages' })));
      }
      const pages = await pagesOf(kube, configMaps(namespace, 'pages'), { limit: 2 });
      expect(pages.map(({ items }) => items.length)).toEqual([2, 2, 1]);
      expect(pages.flatMap(({ items }) => items)).toEqual(created);
      for (const { resourceVersion } of pages) expect(resourceVersion).toMatch(/./);
    });

    it('gives one empty page of nothing', async () => {
      const { kube, namespace } = connected();
      expect(await pagesOf(kube, configMaps(namespace, 'no-pages'))).toMatchObject([{ items: [] }]);
    });

    it('gives pages of which only the metadata is wanted', async () => {
      const { kube, namespace } = connected();
      const { metadata } = await kube.create(
        configMap(namespace, 'metadata-only', { a: 'b' }, { group: 'metadata-only' }),
      );
      const pages = await pagesOf(kube, configMaps(namespace, 'metadata-only'), { metadataOnly: true });
      // Whether managedFields come along differs between servers.
      const { name, uid, labels, resourceVersion } = metadata;
      expect(pages).toEqual([
        {
          items: [
            {
              apiVersion: 'v1',
              kind: 'ConfigMap',
              metadata: expect.objectContaining({ name, uid, labels, resourceVersion }) as unknown,
            },
          ],
          resourceVersion: expect.stringMatching(/./) as unknown,
        },
      ]);
    });

    it('refuses pages of a kind that does not exist', async () => {
      const { kube, namespace } = connected();
      const query = { apiVersion: 'absent.mesitis.io/v1', kind: 'Absent', namespace };
      expect(await failureOf(pagesOf(kube, query))).toBe('not-found');
    });

    it('lists nothing as an empty list', async () => {
      const { kube, namespace } = connected();
      expect((await kube.list(configMaps(namespace, 'none'))).items).toEqual([]);
    });

    it('keeps namespaces apart, and lists all of them without one', async () => {
      const { kube, namespace } = connected();
      const other = await kube.create({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { generateName: `${namespace}-` },
      });
      const elsewhere = other.metadata.name ?? '';
      await kube.create(configMap(namespace, 'here', {}, { group: `apart-${namespace}` }));
      await kube.create(configMap(elsewhere, 'there', {}, { group: `apart-${namespace}` }));
      const everywhere = { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: `group=apart-${namespace}` };
      expect(names((await kube.list({ ...everywhere, namespace })).items)).toEqual(['here']);
      expect(names((await kube.list(everywhere)).items)).toEqual(['here', 'there']);
      await kube.remove({ apiVersion: 'v1', kind: 'Namespace', name: elsewhere });
    });

    it('refuses a selector that cannot be read', async () => {
      const { kube, namespace } = connected();
      const query = { apiVersion: 'v1', kind: 'ConfigMap', namespace };
      expect(await failureOf(kube.list({ ...query, labelSelector: 'a in b' }))).toBe('invalid');
      expect(await failureOf(kube.list({ ...query, fieldSelector: 'metadata.absent=a' }))).toBe('invalid');
    });

    it('does not answer a call whose signal has fired', async () => {
      const { kube, namespace } = connected();
      const call = kube.list(configMaps(namespace, 'aborted'), { signal: AbortSignal.abort() });
      await expect(call).rejects.toThrow(/abort/i);
    });
  });
}
