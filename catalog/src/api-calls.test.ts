import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Kube, KubeObject, ObjectRef, WriteOptions } from '@mesitis/kube';
import { Harness, isReady } from './testing/harness.js';
import { catalogOf } from './testing/scripted-broker.js';

let harness: Harness;
const calls: string[] = [];

beforeEach(async () => {
  harness = await Harness.start(catalogOf('db', 'small'));
  const controller = await harness.standby(counted(harness.kube));
  await controller.start();
  await harness.register();
});
afterEach(() => harness.stop());

/** The same API server; what is asked of it is noted, but for Events, which are written behind. */
function counted(kube: Kube): Kube {
  const note = (
    verb: string,
    { kind }: Pick<KubeObject, 'kind'>,
    { subresource }: WriteOptions = {},
  ): void => {
    if (kind !== 'Event') calls.push(`${verb} ${kind}${subresource === undefined ? '' : `/${subresource}`}`);
  };
  return {
    get: (ref, options) => (note('get', ref), kube.get(ref, options)),
    list: (query, options) => (note('list', query), kube.list(query, options)),
    pages: (query, options) => kube.pages(query, options),
    watch: (query, version, options) => kube.watch(query, version, options),
    resourceOf: (type, options) => kube.resourceOf(type, options),
    create: (object, options) => (note('create', object, options), kube.create(object, options)),
    update: (object, options) => (note('update', object, options), kube.update(object, options)),
    patch: (ref, patch, options) => (note('patch', ref, options), kube.patch(ref, patch, options)),
    apply: (object, options) => (note('apply', object, options), kube.apply(object, options)),
    remove: (ref: ObjectRef, options) => (note('remove', ref), kube.remove(ref, options)),
  };
}

/** What was asked of the API server meanwhile. */
async function during(act: () => Promise<unknown>): Promise<string[]> {
  calls.length = 0;
  await act();
  return [...calls];
}

test('an operation asks no more of the API server than is safe', async () => {
  const provision = await during(async () => {
    const names = { clusterServiceClassExternalName: 'db', clusterServicePlanExternalName: 'small' };
    await harness.create('ServiceInstance', 'mine', names);
    await harness.until('ServiceInstance', 'mine', isReady);
  });
  expect(provision).toEqual([
    'update ServiceInstance',
    'get Namespace',
    'update ServiceInstance/status',
    'update ServiceInstance/status',
  ]);
  const bind = await during(async () => {
    await harness.create('ServiceBinding', 'creds', { instanceRef: { name: 'mine' } });
    await harness.until('ServiceBinding', 'creds', isReady);
  });
  expect(bind).toEqual([
    'update ServiceBinding',
    'get Namespace',
    'update ServiceBinding/status',
    'create Secret',
    'update ServiceBinding/status',
  ]);
  const unbind = await during(async () => {
    await harness.remove('ServiceBinding', 'creds');
    await harness.untilGone('ServiceBinding', 'creds');
  });
  expect(unbind).toEqual([
    'update ServiceBinding/status',
    'get Secret',
    'remove Secret',
    'update ServiceBinding',
  ]);
  const deprovision = await during(async () => {
    await harness.remove('ServiceInstance', 'mine');
    await harness.untilGone('ServiceInstance', 'mine');
  });
  expect(deprovision).toEqual(['update ServiceInstance/status', 'update ServiceInstance']);
});
