import { expect, test } from '@jest/globals';
import { withoutManagedFields } from './managed-fields.js';
import { MemoryKube } from './memory/index.js';
import type { KubeObject } from './port.js';

const SECRET: KubeObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's', namespace: 'n', labels: { kept: 'yes' } },
};

test('what is listed and watched comes without managed fields, and can be written back', async () => {
  const kube = new MemoryKube();
  kube.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } });
  const created = await kube.create(SECRET);
  expect(created.metadata['managedFields']).toHaveLength(1);
  const light = withoutManagedFields(kube);
  const { items, resourceVersion } = await light.list(SECRET);
  const { managedFields, ...metadata } = created.metadata;
  expect(items).toEqual([{ ...created, metadata }]);

  const [listed = SECRET] = items;
  const updated = await kube.update({ ...listed, type: 'Opaque', data: { a: 'Yg==' } });
  expect(updated.metadata['managedFields']).toHaveLength((managedFields as unknown[]).length);
  for await (const { object } of light.watch(SECRET, resourceVersion)) {
    expect(object.metadata).toMatchObject({ name: 's', labels: { kept: 'yes' } });
    expect(object.metadata).not.toHaveProperty('managedFields');
    break;
  }
});
