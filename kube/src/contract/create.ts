import { describe, expect, it } from '@jest/globals';
import { NOTE } from './custom-kind.js';
import type { Connected } from './fixture.js';
import { configMap, failureOf } from './fixture.js';

/** create. */
export function describeCreate(connected: Connected): void {
  describe('creating', () => {
    it('refuses a name that is taken', async () => {
      const { kube, namespace } = connected();
      await kube.create(configMap(namespace, 'taken'));
      expect(await failureOf(kube.create(configMap(namespace, 'taken')))).toBe('already-exists');
    });

    it('makes up names after generateName', async () => {
      const { kube, namespace } = connected();
      const template = {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { namespace, generateName: 'generated-' },
      };
      const first = await kube.create(template);
      const second = await kube.create(template);
      expect(first.metadata.name).toMatch(/^generated-./);
      expect(second.metadata.name).toMatch(/^generated-./);
      expect(second.metadata.name).not.toBe(first.metadata.name);
      expect(second.metadata.uid).not.toBe(first.metadata.uid);
    });

    it('stores nothing in a dry run, and answers as if it had', async () => {
      const { kube, namespace } = connected();
      const answer = await kube.create(configMap(namespace, 'dry', { a: 'b' }), { dryRun: true });
      expect(answer).toMatchObject({ metadata: { name: 'dry' }, data: { a: 'b' } });
      expect(await kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'dry' })).toBeUndefined();
    });

    it.each([
      ['an object without a name', {}],
      ['a name that is no DNS subdomain', { name: 'Not_A_Name' }],
      ['a label value with a character that is not allowed', { name: 'labelled', labels: { a: 'b/c' } }],
      ['a label key with a character that is not allowed', { name: 'labelled', labels: { 'a b': 'c' } }],
    ])('refuses %s', async (_, metadata) => {
      const { kube, namespace } = connected();
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, ...metadata } };
      expect(await failureOf(kube.create(object))).toBe('invalid');
    });

    it('refuses a namespace that does not exist', async () => {
      const { kube, namespace } = connected();
      expect(await failureOf(kube.create(configMap(`${namespace}-absent`, 'lost')))).toBe('not-found');
    });

    it('refuses a namespace for a kind that has none, instead of making it for the whole cluster', async () => {
      const { kube, namespace } = connected();
      const object = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { namespace, name: `escaped-${namespace}` },
        rules: [],
      };
      expect(await failureOf(kube.create(object))).toBe('invalid');
      const { name } = object.metadata;
      expect(await kube.get({ apiVersion: object.apiVersion, kind: 'ClusterRole', name })).toBeUndefined();
    });

    it('refuses a kind that does not exist', async () => {
      const { kube, namespace } = connected();
      const object = {
        apiVersion: 'absent.mesitis.io/v1',
        kind: 'Absent',
        metadata: { namespace, name: 'a' },
      };
      expect(await failureOf(kube.create(object))).toBe('not-found');
    });

    it('keeps labels, annotations and text of any script', async () => {
      const { kube, namespace } = connected();
      const object = {
        ...configMap(
          namespace,
          'scripts',
          { greeting: 'Καλημέρα, 你好, 👋', lines: 'a\nb\n' },
          { 'mesitis/kind': 'note' },
        ),
      };
      object.metadata.annotations = { 'mesitis/instance': 'any text: ü "quoted" / #1' };
      await kube.create(object);
      const found = await kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'scripts' });
      expect(found).toMatchObject(object);
    });

    it('keeps an object of a megabyte', async () => {
      const { kube, namespace } = connected();
      const payload = '0123456789'.repeat(100_000);
      await kube.create(configMap(namespace, 'large', { payload }));
      const found = await kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'large' });
      expect((found?.['data'] as { payload?: string }).payload === payload).toBe(true);
    });

    it('keeps every field of a custom resource, known to its schema or not', async () => {
      const { kube, namespace } = connected();
      const spec = {
        text: '',
        number: 1.5,
        zero: 0,
        flag: false,
        list: [{ a: [] }, 'b'],
        map: { 'x/y': {} },
      };
      const object = { ...NOTE, metadata: { namespace, name: 'fields' }, spec, other: { deep: ['kept'] } };
      await kube.create(object);
      const found = await kube.get({ ...NOTE, namespace, name: 'fields' });
      expect(found?.['spec']).toEqual(spec);
      expect(found?.['other']).toEqual({ deep: ['kept'] });
    });

    it('begins a custom resource with generation 1 and without the status it came with', async () => {
      const { kube, namespace } = connected();
      const object = {
        ...NOTE,
        metadata: { namespace, name: 'begin' },
        spec: {},
        status: { phase: 'Ready' },
      };
      const created = await kube.create(object);
      expect(created.metadata.generation).toBe(1);
      expect(created['status']).toBeUndefined();
    });
  });
}
