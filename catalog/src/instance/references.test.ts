import { describe, expect, test } from '@jest/globals';
import type { CatalogView } from '../model/catalog-view.js';
import { CLUSTER_SCOPE } from '../model/kinds.js';
import { asBroker, asClass, asInstance, asPlan } from '../model/objects.js';
import type { InstanceSpec, ServiceClass, ServiceInstance, ServicePlan } from '../model/objects.js';
import { resolveReferences, Unresolved, userSpecifiedNames, withReferences } from './references.js';

const API = { apiVersion: 'servicecatalog.k8s.io/v1beta1' };

function serviceClass(name: string, externalName: string, removed = false): ServiceClass {
  return asClass({
    ...API,
    kind: 'ClusterServiceClass',
    metadata: { name, uid: name },
    spec: { clusterServiceBrokerName: 'b', externalName, externalID: `${name}-id` },
    status: { removedFromBrokerCatalog: removed },
  });
}

function plan(name: string, externalName: string, className: string): ServicePlan {
  return asPlan({
    ...API,
    kind: 'ClusterServicePlan',
    metadata: { name, uid: name },
    spec: { externalName, externalID: `${name}-id`, clusterServiceClassRef: { name: className } },
  });
}

const CLASSES = [
  serviceClass('c1', 'db'),
  serviceClass('c2', 'queue'),
  serviceClass('c3', 'twin'),
  serviceClass('c4', 'twin'),
  serviceClass('c5', 'moved', true),
  serviceClass('c6', 'moved'),
];
const PLANS = [
  plan('p1', 'small', 'c1'),
  plan('p2', 'large', 'c1'),
  plan('p3', 'only', 'c2'),
  plan('p6', 'only', 'c6'),
];
const CATALOG: CatalogView = {
  broker: (_scope, _namespace, name) =>
    name === 'b'
      ? asBroker({
          ...API,
          kind: 'ClusterServiceBroker',
          metadata: { name: 'b', uid: 'b' },
          status: { lastCatalogRetrievalTime: '2026-01-01T00:00:00Z' },
        })
      : undefined,
  class: (_scope, _namespace, name) => CLASSES.find(({ metadata }) => metadata.name === name),
  plan: (_scope, _namespace, name) => PLANS.find(({ metadata }) => metadata.name === name),
  classesBy: (_scope, _namespace, by, value) => CLASSES.filter(({ spec }) => spec[by] === value),
  plansOfClass: (_scope, _namespace, name) =>
    PLANS.filter(({ spec }) => spec.clusterServiceClassRef?.name === name),
};

function instance(spec: InstanceSpec): ServiceInstance {
  return asInstance({
    ...API,
    kind: 'ServiceInstance',
    metadata: { name: 'i', namespace: 'n', uid: 'i' },
    spec,
  });
}

describe('resolveReferences', () => {
  test.each<[string, InstanceSpec, [string, string]]>([
    ['external names', named('ExternalName', 'db', 'small'), ['c1', 'p1']],
    ['external ids', named('ExternalID', 'c1-id', 'p2-id'), ['c1', 'p2']],
    ['Kubernetes names', named('Name', 'c1', 'p1'), ['c1', 'p1']],
    ['the only plan of a class', { clusterServiceClassExternalName: 'queue' }, ['c2', 'p3']],
    ['the offered one of two of a name', named('ExternalName', 'moved', 'only'), ['c6', 'p6']],
    [
      'the plan that is set, when none is named',
      {
        clusterServiceClassExternalName: 'db',
        clusterServiceClassRef: { name: 'c1' },
        clusterServicePlanRef: { name: 'p2' },
      },
      ['c1', 'p2'],
    ],
    [
      'zero values as absent',
      { ...named('Name', 'c1', 'p1'), serviceClassName: '', clusterServiceClassExternalName: '' },
      ['c1', 'p1'],
    ],
  ])('follows %s', (_case, spec, [className, planName]) => {
    const resolved = resolveReferences(instance(spec), CATALOG);
    expect(resolved).toMatchObject({
      class: { metadata: { name: className } },
      plan: { metadata: { name: planName } },
      broker: { metadata: { name: 'b' } },
    });
  });

  test.each<[InstanceSpec, string, string]>([
    [
      named('ExternalName', 'nope', 'small'),
      'ReferencesNonexistentServiceClass',
      'The instance references a ClusterServiceClass that does not exist. References a non-existent ' +
        'ClusterServiceClass {ClusterServiceClassExternalName:"nope"} or there is more than one (found: 0)',
    ],
    [named('ExternalName', 'twin', 'x'), 'ReferencesNonexistentServiceClass', '(found: 2)'],
    [
      named('ExternalName', 'db', 'nope'),
      'ReferencesNonexistentServicePlan',
      'ClusterServicePlan {ClusterServicePlanExternalName:"nope"} on ClusterServiceClass c1',
    ],
    [named('Name', 'c1', 'p3'), 'ReferencesNonexistentServicePlan', '(found: 0)'],
    [
      { clusterServiceClassExternalName: 'db' },
      'ReferencesNonexistentServicePlan',
      'ClusterServiceClass (K8S: c1 ExternalName: db) has more than one plan, PlanName must be specified',
    ],
    [{}, 'ReferencesNonexistentServiceClass', 'plan references must have a class reference set'],
    [
      { clusterServiceClassName: 'c1', serviceClassName: 'c' },
      'ReferencesNonexistentServiceClass',
      'but not both',
    ],
    [
      { clusterServiceClassName: 'c1', clusterServicePlanExternalName: 'small' },
      'ReferencesNonexistentServicePlan',
      'must specify clusterServicePlanName with clusterServiceClassName',
    ],
  ])('says why %j leads nowhere', (spec, reason, message) => {
    const outcome = resolveReferences(instance(spec), CATALOG);
    expect(outcome).toBeInstanceOf(Unresolved);
    expect(outcome).toMatchObject({ reason, message: expect.stringContaining(message) });
  });

  test('chooses no plan before the whole catalog is there', () => {
    const catalog = {
      ...CATALOG,
      broker: () => asBroker({ ...API, kind: 'ClusterServiceBroker', metadata: { name: 'b' } }),
    };
    const outcome = resolveReferences(instance({ clusterServiceClassExternalName: 'queue' }), catalog);
    expect(outcome).toMatchObject({ reason: 'ReferencesNonexistentServicePlan' });
  });
});

test('fills in the plan that was chosen, in the style of the class', () => {
  const spec = { clusterServiceClassExternalID: 'c2-id' };
  const resolved = resolveReferences(instance(spec), CATALOG);
  if (resolved instanceof Unresolved) throw new Error(resolved.message);
  expect(resolved.scope).toBe(CLUSTER_SCOPE);
  expect(withReferences(spec, resolved)).toEqual({
    clusterServiceClassExternalID: 'c2-id',
    clusterServicePlanExternalID: 'p3-id',
    clusterServiceClassRef: { name: 'c2' },
    clusterServicePlanRef: { name: 'p3' },
  });
});

test('shows names as they were written', () => {
  expect(userSpecifiedNames(named('ExternalName', 'db', 'small'))).toEqual({
    userSpecifiedClassName: 'ClusterServiceClass/db',
    userSpecifiedPlanName: 'small',
  });
});

function named(
  style: 'ExternalName' | 'ExternalID' | 'Name',
  className: string,
  planName: string,
): InstanceSpec {
  return { [`clusterServiceClass${style}`]: className, [`clusterServicePlan${style}`]: planName };
}
