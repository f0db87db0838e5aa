import { beforeEach, expect, test } from '@jest/globals';
import { KubeError, type KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import {
  parseProviderConfigMap,
  type NamedEntry,
  type ProviderConfigMap,
  type Violation,
} from '@mesitis/offering';
import { ENTRY, entryConfigMap } from '../testing/provider-config-maps.js';
import { planInUse } from '../testing/plan-in-use.js';
import { checkInUse, type InUseOptions } from './check-in-use.js';

let kube: MemoryKube;

beforeEach(() => {
  kube = new MemoryKube();
  kube.seed(...planInUse('3', 'client-ns/db'));
});

const payload = 'data.wrapped-resource';

function entry(): NamedEntry {
  const parsed = parseProviderConfigMap(entryConfigMap(ENTRY) as unknown as ProviderConfigMap);
  if (!parsed.ok || parsed.value.type !== 'catalog-entry')
    throw new Error('the entry of the test is not usable');
  return { configMap: 'entry', entry: parsed.value.entry };
}

/** What is said of taking the entry away, or of leaving it as it is. */
async function check(after: readonly NamedEntry[] = [], options?: InUseOptions): Promise<Violation[]> {
  const change = { before: entry(), after };
  return checkInUse(kube, { namespace: 'provider-ns', change, payload, annotations: {} }, options);
}

test('refuses to take away what an instance of the cluster uses', async () => {
  expect(await check()).toMatchObject([{ rule: 'MES089', severity: 'error', path: payload }]);
});

test('asks nobody about a change that breaks nothing', async () => {
  kube.failNext('list', new KubeError('unavailable', 'no route to host'));
  expect(await check([entry()])).toEqual([]);
});

test('lets everything go with its namespace', async () => {
  const namespace: KubeObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'provider-ns', finalizers: ['x/y'] },
  };
  kube.seed(namespace);
  expect(await check()).toHaveLength(1);
  await kube.remove({ apiVersion: 'v1', kind: 'Namespace', name: 'provider-ns' });
  expect(await check()).toEqual([]);
});

test('only warns when it can not find out', async () => {
  kube.failNext('list', new KubeError('unavailable', 'no route to host'));
  expect(await check()).toMatchObject([
    { rule: 'MES093', severity: 'warning', message: expect.stringContaining('(no route to host)') },
  ]);
});

test('only warns when finding out takes too long', async () => {
  const timeout = (): AbortSignal => AbortSignal.abort(new Error('late'));
  kube.failNext('list', new KubeError('timeout', 'aborted'));
  expect(await check([], { timeout })).toMatchObject([
    { rule: 'MES093', message: expect.stringContaining('(no answer within 1500 ms)') },
  ]);
});

test('ends when nobody waits any more', async () => {
  kube.failNext('list', new KubeError('timeout', 'aborted'));
  await expect(check([], { signal: AbortSignal.abort(new Error('too late')) })).rejects.toThrow('too late');
});
