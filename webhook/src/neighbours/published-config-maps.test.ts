import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { CallOptions, JsonObject, KubeList, KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import type { Published } from '@mesitis/offering';
import { until } from '../testing/cluster.js';
import { ENTRY, entryConfigMap, serviceConfigMap } from '../testing/provider-config-maps.js';
import { PublishedConfigMaps } from './published-config-maps.js';

const asObject = (configMap: JsonObject): KubeObject => configMap as unknown as KubeObject;
const names = (published: Published[] | undefined): string[] | undefined =>
  published?.map(({ configMap }) => configMap).sort();

/** A list of which nothing is heard until nobody waits any more. */
const neverAnswers = (_: unknown, { signal }: CallOptions = {}): Promise<KubeList> =>
  new Promise((__, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));

let kube: MemoryKube;
let known: PublishedConfigMaps;
let told: string[];

beforeEach(() => {
  kube = new MemoryKube();
  told = [];
  kube.seed(asObject(entryConfigMap()), asObject(serviceConfigMap('not an object')), {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'foreign', namespace: 'provider-ns' },
  });
  known = new PublishedConfigMaps({
    kube,
    onStored: (namespace, { configMap }) => void told.push(`${namespace}/${configMap}`),
    onError: (error) => {
      throw error;
    },
  });
});

afterEach(() => known.stop());

test('knows what each namespace publishes', async () => {
  await known.synced;
  expect(known.in('provider-ns')).toMatchObject([
    { configMap: 'wrapped-entry-api-api-service', value: { type: 'catalog-entry', entry: { uuid: '3' } } },
  ]);
  expect(known.in('elsewhere')).toEqual([]);
  expect(told).toEqual(['provider-ns/wrapped-entry-api-api-service']);
});

test('follows what is published, changed, made unusable and taken back', async () => {
  await known.synced;
  const service = asObject(serviceConfigMap());
  await kube.update(service);
  await until(() => known.in('provider-ns')?.length === 2);
  expect(told.at(-1)).toBe('provider-ns/wrapped-api-service');

  await kube.update(asObject(entryConfigMap({ ...ENTRY, uuid: '4' })));
  await until(() =>
    (known.in('provider-ns') ?? []).some(
      ({ value }) => value.type === 'catalog-entry' && value.entry.uuid === '4',
    ),
  );
  await kube.update(asObject(entryConfigMap('{')));
  await until(() => known.in('provider-ns')?.length === 1);
  expect(names(known.in('provider-ns'))).toEqual(['wrapped-api-service']);

  await kube.remove({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: 'provider-ns',
    name: 'wrapped-api-service',
  });
  await until(() => known.in('provider-ns')?.length === 0);
});

test('knows nothing before the first list', async () => {
  const silent = new PublishedConfigMaps({
    kube: { list: neverAnswers, watch: (...watch) => kube.watch(...watch) },
    onStored: () => undefined,
    onError: () => undefined,
  });
  expect(silent.in('provider-ns')).toBeUndefined();
  await silent.stop();
});
