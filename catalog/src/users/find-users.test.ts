import { beforeEach, expect, test } from '@jest/globals';
import { KubeError, type KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { instanceLabels, planLabels } from '../model/labels.js';
import { CLUSTER_SCOPE, NAMESPACED_SCOPE, type Scope } from '../model/kinds.js';
import type { ServicePlan } from '../model/objects.js';
import { findUsers } from './index.js';

const apiVersion = 'servicecatalog.k8s.io/v1beta1';
const broker = (scope: Scope, url: string, namespace?: string): KubeObject => ({
  apiVersion,
  kind: scope.brokerKind,
  metadata: { name: 'team-broker', ...(namespace === undefined ? {} : { namespace }) },
  spec: { url },
});
const plan = (scope: Scope, id: string, namespace?: string): KubeObject => {
  const spec = {
    [scope.brokerName]: 'team-broker',
    externalID: id,
    externalName: `name-of-${id}`,
    [scope.classRef]: { name: 'a-class' },
  } as unknown as ServicePlan['spec'];
  const metadata = { name: `plan-${id}`, labels: planLabels(scope, spec) };
  return {
    apiVersion,
    kind: scope.planKind,
    metadata: { ...metadata, ...(namespace === undefined ? {} : { namespace }) },
    spec,
  };
};
const instance = (
  scope: Scope,
  [namespace, name, id]: [string, string, string],
  more: object = {},
): KubeObject => {
  const spec = { [scope.planRef]: { name: `plan-${id}` }, ...more };
  const metadata = { name, namespace, labels: instanceLabels(scope, spec) };
  return { apiVersion, kind: 'ServiceInstance', metadata, spec };
};

let kube: MemoryKube;
const usersOf = (...planIds: string[]): ReturnType<typeof findUsers> =>
  findUsers(kube, { planIds, brokerNamespace: 'team-ns' });

beforeEach(() => {
  kube = new MemoryKube();
  kube.seed(
    broker(CLUSTER_SCOPE, 'http://broker.team-ns.svc.cluster.local:8080'),
    plan(CLUSTER_SCOPE, '1'),
    plan(CLUSTER_SCOPE, '2'),
    instance(CLUSTER_SCOPE, ['a', 'plain', '1']),
    instance(CLUSTER_SCOPE, ['b', 'big', '1'], { parameters: { size: 3 } }),
    instance(CLUSTER_SCOPE, ['b', 'other-plan', '2']),
  );
});

test('finds the instances of a plan in every namespace, with their parameters', async () => {
  expect(await usersOf('1')).toEqual([
    { namespace: 'a', name: 'plain', planId: '1', parameters: {} },
    { namespace: 'b', name: 'big', planId: '1', parameters: { size: 3 } },
  ]);
  expect((await usersOf('1', '2', '3')).map(({ name }) => name)).toEqual(['plain', 'big', 'other-plan']);
});

test('takes parameters that come from a Secret for unknown', async () => {
  const parametersFrom = [{ secretKeyRef: { name: 's', key: 'k' } }];
  kube.seed(instance(CLUSTER_SCOPE, ['c', 'secret', '3'], { parameters: { size: 3 }, parametersFrom }));
  kube.seed(plan(CLUSTER_SCOPE, '3'));
  expect(await usersOf('3')).toEqual([{ namespace: 'c', name: 'secret', planId: '3' }]);
});

test('does not count what is being deleted', async () => {
  const object = instance(CLUSTER_SCOPE, ['c', 'going', '3']);
  kube.seed({ ...object, metadata: { ...object.metadata, finalizers: ['x/y'] } }, plan(CLUSTER_SCOPE, '3'));
  expect(await usersOf('3')).toHaveLength(1);
  await kube.remove({ apiVersion, kind: 'ServiceInstance', namespace: 'c', name: 'going' });
  expect(await usersOf('3')).toEqual([]);
});

test('finds the users of a broker of one namespace, and not those of plans with the same name elsewhere', async () => {
  kube.seed(
    broker(NAMESPACED_SCOPE, 'http://broker.team-ns.svc', 'd'),
    plan(NAMESPACED_SCOPE, '4', 'd'),
    instance(NAMESPACED_SCOPE, ['d', 'mine', '4']),
    instance(NAMESPACED_SCOPE, ['e', 'of-another', '4']),
    instance(CLUSTER_SCOPE, ['d', 'of-the-other-scope', '4']),
  );
  expect(await usersOf('4')).toEqual([{ namespace: 'd', name: 'mine', planId: '4', parameters: {} }]);
});

test.each([
  ['http://broker.other-ns.svc:8080', 0],
  ['http://broker.team-ns.svc:8080', 2],
  ['https://broker.example.com', 2],
  ['not a URL', 2],
])('a broker at %s has %d users that count', async (url, count) => {
  await kube.patch(
    { apiVersion, kind: 'ClusterServiceBroker', name: 'team-broker' },
    { type: 'merge', body: { spec: { url } } },
  );
  expect(await usersOf('1')).toHaveLength(count);
});

test('finds nobody where the kinds do not exist, and tells any other failure', async () => {
  kube.failNext('list', new KubeError('not-found', 'no such resource'), 2);
  expect(await usersOf('1')).toEqual([]);
  kube.failNext('list', new KubeError('unavailable', 'no route to host'));
  await expect(usersOf('1')).rejects.toThrow('no route to host');
});
