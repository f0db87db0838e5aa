import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { KubeError } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { TERMS } from './indexes.js';
import { keyFor } from './keys.js';
import { Observed } from './observed.js';

const REF = {
  apiVersion: 'servicecatalog.k8s.io/v1beta1',
  kind: 'ServiceInstance',
  namespace: 'n',
  name: 'x',
};

let kube: MemoryKube;
let observed: Observed;
let changes: string[];

/** A watch that delivers nothing, as one does that lags behind. */
async function* silence(): AsyncGenerator<never> {
  await new Promise(() => undefined);
  yield* [];
}

function instance(fields: Partial<KubeObject> = {}): KubeObject {
  const { apiVersion, kind, namespace, name } = REF;
  return { apiVersion, kind, metadata: { namespace, name }, spec: {}, ...fields };
}

function known(): KubeObject {
  const object = observed.get(REF.kind, REF.namespace, REF.name);
  if (object === undefined) throw new Error('the instance is not known');
  return object;
}

describe('while the watch lags behind', () => {
  beforeEach(async () => {
    kube = new MemoryKube();
    const finalizers = ['a/b'];
    kube.seed(instance({ metadata: { namespace: 'n', name: 'x', finalizers } }));
    observed = new Observed(
      {
        get: (ref) => kube.get(ref),
        pages: (query, options) => kube.pages(query, options),
        update: (object, options) => kube.update(object, options),
        watch: silence,
      },
      { onChange: () => undefined, onSecretChange: () => undefined, onError: () => undefined },
    );
    await observed.synced();
  });

  test('knows what it wrote itself', async () => {
    await observed.update({ ...known(), status: { lastConditionState: 'Ready' } }, { subresource: 'status' });
    expect(known()).toHaveProperty('status.lastConditionState', 'Ready');
  });

  test('knows the newest after a conflict', async () => {
    const stale = known();
    await kube.patch(REF, { type: 'merge', body: { spec: { externalID: 'theirs' } } });
    const update = observed.update({ ...stale, spec: { externalID: 'ours' } });
    await expect(update).rejects.toBeInstanceOf(KubeError);
    expect(known()).toHaveProperty('spec.externalID', 'theirs');
  });

  test('knows that an object went with its last finalizer', async () => {
    await kube.remove(REF);
    const deleting = await kube.get(REF);
    if (deleting === undefined) throw new Error('the finalizer did not hold the instance');
    await observed.update({ ...deleting, metadata: { ...deleting.metadata, finalizers: [] } });
    expect(observed.get(REF.kind, REF.namespace, REF.name)).toBeUndefined();
  });
});

describe('what is observed', () => {
  beforeEach(async () => {
    kube = new MemoryKube();
    changes = [];
    observed = new Observed(kube, {
      onChange: ({ type, object }) => changes.push(`${type} ${object.kind}`),
      onSecretChange: ({ type, object }) => changes.push(`${type} Secret ${object.metadata.name ?? ''}`),
      onError: () => undefined,
    });
    await observed.synced();
  });

  afterEach(async () => {
    await observed.stop();
  });

  async function untilChanged(times: number): Promise<void> {
    while (changes.length < times) await new Promise((resolve) => setImmediate(resolve));
  }

  test('is found by what it refers to, until it no longer does', async () => {
    const term = TERMS.using(keyFor('ClusterServiceClass', undefined, 'c'));
    await kube.create(instance({ spec: { clusterServiceClassRef: { name: 'c' } } }));
    await untilChanged(1);
    expect(observed.keys(term)).toEqual(['ServiceInstance/n/x']);
    await kube.patch(REF, { type: 'merge', body: { spec: { clusterServiceClassRef: null } } });
    await untilChanged(2);
    expect(observed.keys(term)).toEqual([]);
    await kube.remove(REF);
    await untilChanged(3);
    expect(changes).toEqual(['added ServiceInstance', 'modified ServiceInstance', 'deleted ServiceInstance']);
  });

  const secret = (name: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace: 'n', name, annotations: { copy: 'of the data' } },
    data: { key: 'c2VjcmV0' },
  });

  test('includes the Secrets that objects name, without what is in them, and no others', async () => {
    const parametersFrom = [{ secretKeyRef: { name: 'named', key: 'key' } }];
    await kube.create(instance({ spec: { parametersFrom } }));
    await untilChanged(1);
    await kube.create(secret('foreign'));
    const created = await kube.create(secret('named'));
    await untilChanged(2);
    await kube.remove({ ...REF, apiVersion: 'v1', kind: 'Secret', name: 'foreign' });
    const { uid, resourceVersion } = created.metadata;
    expect(observed.secret('n', 'named')).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: 'n', name: 'named', uid, resourceVersion },
    });
    expect(observed.secret('n', 'foreign')).toBeUndefined();
    await kube.remove({ ...REF, apiVersion: 'v1', kind: 'Secret', name: 'named' });
    await untilChanged(3);
    expect(observed.secret('n', 'named')).toBeUndefined();
    expect(changes).toEqual(['added ServiceInstance', 'added Secret named', 'deleted Secret named']);
  });

  test('tells of the deletion of a Secret that was there before anything named it', async () => {
    await kube.create(secret('older'));
    const parametersFrom = [{ secretKeyRef: { name: 'older', key: 'key' } }];
    await kube.create(instance({ spec: { parametersFrom } }));
    await untilChanged(1);
    await kube.remove({ ...REF, apiVersion: 'v1', kind: 'Secret', name: 'older' });
    await untilChanged(2);
    expect(changes).toEqual(['added ServiceInstance', 'deleted Secret older']);
  });
});

test('works without the right to list Secrets, and reports it', async () => {
  kube = new MemoryKube();
  kube.failNext(({ kind }) => kind === 'Secret', new KubeError('forbidden', 'secrets is forbidden'), 1);
  const errors: string[] = [];
  observed = new Observed(kube, {
    onChange: () => undefined,
    onSecretChange: () => undefined,
    onError: (error) => errors.push((error as Error).message),
  });
  await observed.synced();
  await observed.stop();
  expect(errors).toEqual(['secrets is forbidden']);
});
