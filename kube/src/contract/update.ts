import { describe, expect, it } from '@jest/globals';
import { NOTE } from './custom-kind.js';
import type { Connected } from './fixture.js';
import { configMap, failureOf } from './fixture.js';

/** update, generation and the status subresource. */
export function describeUpdate(connected: Connected): void {
  describe('updating', () => {
    it('replaces the whole object under a new version', async () => {
      const { kube, namespace } = connected();
      const created = await kube.create(
        configMap(namespace, 'replaced', { a: '1', b: '2' }, { old: 'label' }),
      );
      const updated = await kube.update({
        ...created,
        metadata: { ...created.metadata, labels: { new: 'label' } },
        data: { b: '3' },
      });
      expect(updated['data']).toEqual({ b: '3' });
      expect(updated.metadata.labels).toEqual({ new: 'label' });
      expect(updated.metadata.uid).toBe(created.metadata.uid);
      expect(updated.metadata.resourceVersion).not.toBe(created.metadata.resourceVersion);
    });

    it('refuses a version that is no longer the current one', async () => {
      const { kube, namespace } = connected();
      const created = await kube.create(configMap(namespace, 'stale', { a: '1' }));
      await kube.update({ ...created, data: { a: '2' } });
      expect(await failureOf(kube.update({ ...created, data: { a: '3' } }))).toBe('conflict');
      const found = await kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'stale' });
      expect(found?.['data']).toEqual({ a: '2' });
    });

    it('replaces any version when none is named', async () => {
      const { kube, namespace } = connected();
      await kube.create(configMap(namespace, 'unconditional', { a: '1' }));
      const updated = await kube.update(configMap(namespace, 'unconditional', { a: '2' }));
      expect(updated['data']).toEqual({ a: '2' });
    });

    it('keeps the version when nothing changes', async () => {
      const { kube, namespace } = connected();
      const created = await kube.create(configMap(namespace, 'same', { a: '1' }));
      const updated = await kube.update(created);
      expect(updated.metadata.resourceVersion).toBe(created.metadata.resourceVersion);
    });

    it('keeps who owns which fields for an object that comes without managed fields', async () => {
      const { kube, namespace } = connected();
      const created = await kube.create(configMap(namespace, 'light', { a: '1' }));
      const { managedFields, ...metadata } = created.metadata;
      expect(managedFields).toHaveLength(1);
      const same = await kube.update({ ...created, metadata });
      expect(same).toEqual(created);
      const updated = await kube.update({ ...created, metadata, data: { a: '2' } });
      const [owner, ...others] = updated.metadata['managedFields'] as { fieldsV1: unknown }[];
      expect(owner?.fieldsV1).toMatchObject({ 'f:data': { 'f:a': {} } });
      expect(others).toEqual([]);
    });

    it('refuses an object that does not exist', async () => {
      const { kube, namespace } = connected();
      expect(await failureOf(kube.update(configMap(namespace, 'never-made')))).toBe('not-found');
    });

    it('changes nothing in a dry run', async () => {
      const { kube, namespace } = connected();
      const created = await kube.create(configMap(namespace, 'dry-update', { a: '1' }));
      const answer = await kube.update({ ...created, data: { a: '2' } }, { dryRun: true });
      expect(answer['data']).toEqual({ a: '2' });
      expect(await kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'dry-update' })).toEqual(
        created,
      );
    });

    it('counts the generation up for the spec, not for metadata and status', async () => {
      const { kube, namespace } = connected();
      const created = await kube.create({
        ...NOTE,
        metadata: { namespace, name: 'counted' },
        spec: { text: 'a' },
      });
      const labelled = await kube.update({
        ...created,
        metadata: { ...created.metadata, labels: { a: 'b' } },
      });
      expect(labelled.metadata.generation).toBe(1);
      const changed = await kube.update({ ...labelled, spec: { text: 'b' } });
      expect(changed.metadata.generation).toBe(2);
      const reported = await kube.update(
        { ...changed, status: { phase: 'Ready' } },
        { subresource: 'status' },
      );
      expect(reported.metadata.generation).toBe(2);
    });

    it('writes of the status subresource the status alone', async () => {
      const { kube, namespace } = connected();
      const created = await kube.create({
        ...NOTE,
        metadata: { namespace, name: 'status' },
        spec: { text: 'a' },
      });
      const answer = await kube.update(
        {
          ...created,
          metadata: { ...created.metadata, labels: { not: 'written' } },
          spec: { text: 'not written' },
          status: { phase: 'Ready' },
        },
        { subresource: 'status' },
      );
      expect(answer).toMatchObject({ spec: { text: 'a' }, status: { phase: 'Ready' } });
      const found = await kube.get({ ...NOTE, namespace, name: 'status' });
      expect(found).toEqual(answer);
      expect(found?.metadata.labels).toBeUndefined();
    });

    it('leaves the status alone when the object is written', async () => {
      const { kube, namespace } = connected();
      const created = await kube.create({ ...NOTE, metadata: { namespace, name: 'kept-status' }, spec: {} });
      const reported = await kube.update(
        { ...created, status: { phase: 'Ready' } },
        { subresource: 'status' },
      );
      const updated = await kube.update({
        ...reported,
        spec: { text: 'b' },
        status: { phase: 'not written' },
      });
      expect(updated).toMatchObject({ spec: { text: 'b' }, status: { phase: 'Ready' } });
    });
  });
}
