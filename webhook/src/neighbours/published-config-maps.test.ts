import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { CallOptions, JsonObject, KubeList, KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import type { ProviderConfiguration, PublishedIndex } from '@mesitis/offering';
import { until } from '../testing/cluster.js';
import { ENTRY, entryConfigMap, serviceConfigMap } from '../testing/provider-config-maps.js';
import { PublishedConfigMaps } from './published-config-maps.js';

const asObject = (configMap: JsonObject): KubeObject => configMap as unknown as KubeObject;
const names = (published: PublishedIndex | undefined): string[] | undefined =>
  published
    ?.all()
    .map(({ configMap }) => configMap)
    .sort();

/** A list of which nothing is heard until nobody waits any more. */
const neverAnswers = (_: unknown, { signal }: CallOptions = {}): Promise<KubeList> =>
  new Promise((__, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));

let kube: MemoryKube;
let known: PublishedConfigMaps;
let told: string[];
let recalled: ProviderConfiguration | undefined;

beforeEach(() => {
  kube = new MemoryKube();
  told = [];
  recalled = undefined;
  kube.seed(asObject(entryConfigMap()), asObject(serviceConfigMap('not an object')), {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'foreign', namespace: 'provider-ns' },
  });
  known = new PublishedConfigMaps({
    kube,
    recall: () => recalled,
    onStored: (namespace, { configMap }) => void told.push(`${namespace}/${configMap}`),
    onError: (error) => {
      throw error;
    },
  });
});

afterEach(() => known.stop());

test('knows what each namespace publishes', async () => {
  await known.synced;
  expect(known.in('provider-ns')?.all()).toMatchObject([
    { configMap: 'wrapped-entry-api-api-service', value: { type: 'catalog-entry', entry: { uuid: '3' } } },
  ]);
  expect(known.in('elsewhere')?.all()).toEqual([]);
  expect(told).toEqual(['provider-ns/wrapped-entry-api-api-service']);
});

test('follows what is published, changed, made unusable and taken back', async () => {
  await known.synced;
  const service = asObject(serviceConfigMap());
  await kube.update(service);
  await until(() => known.in('provider-ns')?.size === 2);
  expect(told.at(-1)).toBe('provider-ns/wrapped-api-service');

  await kube.update(asObject(entryConfigMap({ ...ENTRY, uuid: '4' })));
  await until(() =>
    (known.in('provider-ns')?.all() ?? []).some(
      ({ value }) => value.type === 'catalog-entry' && value.entry.uuid === '4',
    ),
  );
  await kube.update(asObject(entryConfigMap('{')));
  await until(() => known.in('provider-ns')?.size === 1);
  expect(names(known.in('provider-ns'))).toEqual(['wrapped-api-service']);

  await kube.remove({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: 'provider-ns',
    name: 'wrapped-api-service',
  });
  await until(() => known.in('provider-ns')?.size === 0);
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

test('takes what was judged a moment ago for what was stored, instead of reading it again', async () => {
  await known.synced;
  recalled = valueOf(known, 'wrapped-entry-api-api-service');
  await kube.update(asObject(serviceConfigMap('still not an object')));
  await until(() => known.in('provider-ns')?.size === 2);
  expect(valueOf(known, 'wrapped-api-service')).toBe(recalled);
});

test('reads what the API server gives only when it is not known in that version', async () => {
  await known.synced;
  const ref = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    namespace: 'provider-ns',
    name: 'wrapped-entry-api-api-service',
  };
  const stored = (await kube.get(ref)) as KubeObject;
  const { metadata } = stored;
  const value = valueOf(known, ref.name);
  expect(known.meaningOf(stored)?.value).toBe(value);
  for (const changes of [
    { resourceVersion: '999' },
    { uid: 'another' },
    { uid: undefined, resourceVersion: undefined },
  ]) {
    const other = { ...stored, metadata: { ...metadata, ...changes } } as KubeObject;
    expect(known.meaningOf(other)?.value).not.toBe(value);
    expect(known.meaningOf(other)?.value).toEqual(value);
  }
});

function valueOf(all: PublishedConfigMaps, name: string): ProviderConfiguration | undefined {
  return all
    .in('provider-ns')
    ?.all()
    .find(({ configMap }) => configMap === name)?.value;
}
