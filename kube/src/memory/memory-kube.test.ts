import { describe, expect, it } from '@jest/globals';
import { describeKubeContract } from '../contract/index.js';
import { KubeError } from '../errors.js';
import type { KubeObject, WatchEvent } from '../port.js';
import { MemoryKube } from './memory-kube.js';

const configMap = (name: string, rest: Partial<KubeObject> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'ns' },
  ...rest,
});
const ref = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns', name });
const instance = (name: string, rest: Partial<KubeObject> = {}): KubeObject => ({
  apiVersion: 'servicecatalog.k8s.io/v1beta1',
  kind: 'ServiceInstance',
  metadata: { name, namespace: 'ns' },
  ...rest,
});

async function take(events: AsyncIterable<WatchEvent>, count: number): Promise<string[]> {
  const seen: string[] = [];
  for await (const { type, object } of events) {
    seen.push(`${type} ${object.metadata.name ?? ''}`);
    if (seen.length === count) break;
  }
  return seen;
}

describeKubeContract('MemoryKube', () => {
  const kube = new MemoryKube({ strict: true });
  kube.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'contract' } });
  return Promise.resolve({ kube, namespace: 'contract', close: () => Promise.resolve() });
});

describe('the fake', () => {
  it('hands out copies: what callers change is not what is stored', async () => {
    const kube = new MemoryKube();
    const created = await kube.create(configMap('a', { data: { key: 'value' } }));
    created['data'] = {};
    expect(await kube.get(ref('a'))).toMatchObject({ data: { key: 'value' } });
  });

  it('takes kinds that nobody defined, and keeps groups apart', async () => {
    const kube = new MemoryKube();
    await kube.create({
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Service',
      metadata: { name: 'a', namespace: 'ns' },
    });
    expect(await kube.get({ apiVersion: 'v1', kind: 'Service', namespace: 'ns', name: 'a' })).toBeUndefined();
    expect((await kube.list({ apiVersion: 'serving.knative.dev/v1', kind: 'Service' })).items).toHaveLength(
      1,
    );
  });

  it('refuses unknown kinds and missing namespaces when it is strict', async () => {
    const kube = new MemoryKube({ strict: true });
    await expect(kube.create(instance('a'))).rejects.toMatchObject({ kind: 'not-found' });
    await expect(kube.create(configMap('a'))).rejects.toMatchObject({ message: 'namespaces "ns" not found' });
  });

  it('keeps the generation for what is outside of metadata and status', async () => {
    const kube = new MemoryKube();
    const created = await kube.create(instance('a', { spec: { x: 1 }, status: { ignored: true } }));
    expect(created).toMatchObject({ metadata: { generation: 1 } });
    expect(created['status']).toBeUndefined();
    const withStatus = await kube.update(
      { ...created, spec: { x: 2 }, status: { ready: true } },
      { subresource: 'status' },
    );
    expect(withStatus).toMatchObject({
      metadata: { generation: 1 },
      spec: { x: 1 },
      status: { ready: true },
    });
    const withSpec = await kube.update({ ...withStatus, spec: { x: 2 }, status: {} });
    expect(withSpec).toMatchObject({ metadata: { generation: 2 }, spec: { x: 2 }, status: { ready: true } });
  });

  it('answers the write that ends the last finalizer with the version before, as the oldest supported server does', async () => {
    const kube = new MemoryKube();
    const metadata = { namespace: 'default', name: 'held', finalizers: ['mesitis.io/a'] };
    const held = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'held' };
    await kube.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata });
    await kube.remove(held);
    const marked = await kube.get(held);
    const released = await kube.patch(held, { type: 'merge', body: { metadata: { finalizers: null } } });
    expect(released.metadata.resourceVersion).toBe(marked?.metadata.resourceVersion);
  });

  it('fails the calls that a test picks', async () => {
    const kube = new MemoryKube();
    kube.failNext(
      ({ verb, name }) => verb === 'create' && name === 'c',
      new KubeError('unavailable', 'down'),
    );
    await kube.create(configMap('a'));
    await expect(kube.create(configMap('c'))).rejects.toMatchObject({ kind: 'unavailable' });
    await kube.create(configMap('c'));
    expect(kube.objects().map(({ metadata }) => metadata.name)).toEqual(['a', 'c']);
  });

  it('tells a watch about objects that leave its selection', async () => {
    const kube = new MemoryKube();
    const [seeded] = kube.seed(
      configMap('a', { metadata: { name: 'a', namespace: 'ns', labels: { x: 'y' } } }),
    );
    const events = kube.watch(
      { apiVersion: 'v1', kind: 'ConfigMap', labelSelector: 'x=y' },
      seeded?.metadata.resourceVersion ?? '',
    );
    await kube.patch(ref('a'), { type: 'merge', body: { data: { k: 'v' } } });
    await kube.patch(ref('a'), { type: 'merge', body: { metadata: { labels: null } } });
    await kube.patch(ref('a'), { type: 'merge', body: { metadata: { labels: { x: 'y' } } } });
    expect(await take(events, 3)).toEqual(['MODIFIED a', 'DELETED a', 'ADDED a']);
  });
});
