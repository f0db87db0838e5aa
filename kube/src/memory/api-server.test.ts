import { describe, expect, it } from '@jest/globals';
import type { KubeObject, OwnerReference } from '../port.js';
import { MemoryKube } from './memory-kube.js';

const configMap = (name: string, metadata: Partial<KubeObject['metadata']> = {}, data = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'ns', ...metadata },
  data,
});
const ref = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns', name });
const ownedBy = (...owners: KubeObject[]): { ownerReferences: OwnerReference[] } => ({
  ownerReferences: owners.map(({ apiVersion, kind, metadata }) => ({
    apiVersion,
    kind,
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    blockOwnerDeletion: true,
  })),
});
const names = (kube: MemoryKube): (string | undefined)[] =>
  kube.objects().map(({ metadata }) => metadata.name);

describe('the collector', () => {
  it('collects a chain of dependents, and keeps what has another owner', async () => {
    const kube = new MemoryKube();
    const owner = await kube.create(configMap('owner'));
    const other = await kube.create(configMap('other'));
    const middle = await kube.create(configMap('middle', ownedBy(owner)));
    await kube.create(configMap('leaf', ownedBy(middle)));
    await kube.create(configMap('shared', ownedBy(owner, other)));
    await kube.remove(ref('owner'));
    expect(names(kube)).toEqual(['other', 'shared']);
  });

  it('leaves dependents alone when told to orphan them', async () => {
    const kube = new MemoryKube();
    const owner = await kube.create(configMap('owner'));
    await kube.create(configMap('orphan', ownedBy(owner)));
    await kube.remove(ref('owner'), { propagationPolicy: 'Orphan' });
    expect(kube.objects()).toEqual([
      expect.objectContaining({ metadata: expect.not.objectContaining(ownedBy(owner)) as unknown }),
    ]);
  });

  it('keeps an owner in the foreground until its dependents are gone', async () => {
    const kube = new MemoryKube();
    const owner = await kube.create(configMap('owner'));
    await kube.create(configMap('held', { ...ownedBy(owner), finalizers: ['x/y'] }));
    await kube.remove(ref('owner'), { propagationPolicy: 'Foreground' });
    expect((await kube.get(ref('owner')))?.metadata.finalizers).toEqual(['foregroundDeletion']);
    await kube.patch(ref('held'), { type: 'merge', body: { metadata: { finalizers: null } } });
    expect(names(kube)).toEqual([]);
  });

  it('keeps a namespace terminating while something in it is held, and lets nothing new in', async () => {
    const kube = new MemoryKube();
    const namespace = { apiVersion: 'v1', kind: 'Namespace', name: 'ns' };
    kube.seed({ ...namespace, metadata: { name: 'ns' } });
    await kube.create(configMap('held', { finalizers: ['x/y'] }));
    await kube.create(configMap('free'));
    await kube.remove(namespace);
    expect(names(kube)).toEqual(['ns', 'held']);
    expect(await kube.get(namespace)).toMatchObject({ status: { phase: 'Terminating' } });
    await expect(kube.create(configMap('late'))).rejects.toMatchObject({ kind: 'forbidden' });
    await kube.patch(ref('held'), { type: 'merge', body: { metadata: { finalizers: null } } });
    expect(names(kube)).toEqual([]);
  });
});

describe('the API server', () => {
  it('folds stringData of Secrets into data, on updates too', async () => {
    const kube = new MemoryKube();
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a', namespace: 'ns' } };
    const created = await kube.create({ ...secret, data: { a: 'YQ==' }, stringData: { b: 'b' } });
    expect(created).toMatchObject({ data: { a: 'YQ==', b: 'Yg==' }, type: 'Opaque' });
    expect(created['stringData']).toBeUndefined();
    const patch = { type: 'merge', body: { stringData: { a: 'z' } } } as const;
    expect(await kube.patch({ ...secret, namespace: 'ns', name: 'a' }, patch)).toMatchObject({
      data: { a: 'eg==', b: 'Yg==' },
    });
  });

  it.each([
    ['ConfigMap', { data: { a: 1 } }],
    ['ConfigMap', { data: { 'a b': 'x' } }],
    ['Secret', { data: { a: 'not base64!' } }],
  ])('refuses a %s with %j', async (kind, rest) => {
    const object = { apiVersion: 'v1', kind, metadata: { name: 'a', namespace: 'ns' }, ...rest };
    await expect(new MemoryKube().create(object)).rejects.toMatchObject({ kind: 'invalid' });
  });

  it('counts the generation up when the deletion of a held object begins', async () => {
    const kube = new MemoryKube();
    const instance = {
      apiVersion: 'servicecatalog.k8s.io/v1beta1',
      kind: 'ServiceInstance',
      namespace: 'ns',
      name: 'a',
    };
    await kube.create({ ...instance, metadata: { namespace: 'ns', name: 'a', finalizers: ['x/y'] } });
    await kube.remove(instance);
    expect((await kube.get(instance))?.metadata).toMatchObject({
      generation: 2,
      deletionGracePeriodSeconds: 0,
    });
  });

  it('wants a version for updates of custom resources', async () => {
    const kube = new MemoryKube();
    const instance = {
      apiVersion: 'servicecatalog.k8s.io/v1beta1',
      kind: 'ServiceInstance',
      metadata: { namespace: 'ns', name: 'a' },
    };
    await kube.create(instance);
    await expect(kube.update(instance)).rejects.toMatchObject({
      message: expect.stringContaining('must be specified') as unknown,
    });
  });

  it('remembers a window of changes for watches', async () => {
    const kube = new MemoryKube({ historyLimit: 2 });
    for (const name of ['a', 'b', 'c']) await kube.create(configMap(name));
    const query = { apiVersion: 'v1', kind: 'ConfigMap' };
    const first = async (since: string): Promise<string | undefined> => {
      for await (const { object } of kube.watch(query, since)) return object.metadata.name;
      return undefined;
    };
    expect(await first('2')).toBe('b');
    await expect(first('1')).rejects.toMatchObject({ kind: 'gone' });
    await expect(first('x')).rejects.toMatchObject({ kind: 'invalid' });
    expect(await first('0')).toBe('a');
  });

  it('ends watches that are open', async () => {
    const kube = new MemoryKube();
    await kube.create(configMap('a'));
    const events = kube.watch({ apiVersion: 'v1', kind: 'ConfigMap' }, '0');
    expect(await events.next()).toMatchObject({ value: { type: 'ADDED' } });
    const next = events.next();
    kube.server.store.endWatches();
    expect(await next).toMatchObject({ done: true });
  });

  it('serves one object in every version of its definition', async () => {
    const kube = new MemoryKube({ strict: true });
    kube.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns' } });
    const version = (name: string, storage: boolean) => ({ name, storage, served: true });
    await kube.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.org' },
      spec: {
        group: 'example.org',
        scope: 'Namespaced',
        names: { kind: 'Widget', plural: 'widgets' },
        versions: [version('v1', true), version('v2', false)],
      },
    });
    const widget = { kind: 'Widget', namespace: 'ns', name: 'a' };
    await kube.create({
      apiVersion: 'example.org/v1',
      kind: 'Widget',
      metadata: { name: 'a', namespace: 'ns' },
    });
    expect(await kube.get({ ...widget, apiVersion: 'example.org/v2' })).toMatchObject({
      apiVersion: 'example.org/v2',
    });
    expect(await kube.get({ ...widget, apiVersion: 'example.org/v3' })).toBeUndefined();
  });
});
