import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { mutate, type Mutated } from './mutate.js';

const jane = { username: 'jane', uid: 'u1', groups: ['team'], extra: { scopes: ['s'] } };
const JANE = { username: 'jane', uid: 'u1', groups: ['team'], extra: { scopes: ['s'] } };
const JOHN = { username: 'john', uid: 'u2', groups: [] };

const object = (kind: string, spec: object): KubeObject => ({
  apiVersion: 'servicecatalog.k8s.io/v1beta1',
  kind,
  metadata: { name: 'my-db', namespace: 'client-ns' },
  spec,
});
const created = (kind: string, spec: object): Mutated =>
  mutate({ operation: 'CREATE', object: object(kind, spec), user: jane }, () => 'new-id');
const updated = (kind: string, spec: object, old: object): Mutated =>
  mutate(
    { operation: 'UPDATE', object: object(kind, spec), oldObject: object(kind, old), user: jane },
    () => 'new-id',
  );

describe('a new instance', () => {
  test.each<[string, object, object]>([
    ['has an id', { clusterServiceClassExternalName: 'db' }, { externalID: 'new-id' }],
    ['keeps the id that it has', { externalID: 'mine' }, { externalID: 'mine' }],
    ['names who asks, and nobody else', { userInfo: { username: 'root' } }, { userInfo: JANE }],
  ])('%s', (_, spec, expected) => {
    expect(created('ServiceInstance', spec).spec).toMatchObject(expected);
  });

  test('does not say to which objects its names lead', () => {
    const { spec } = created('ServiceInstance', {
      clusterServicePlanRef: { name: 'another' },
      serviceClassRef: { name: 'another' },
    });
    expect(Object.keys(spec).sort()).toEqual(['externalID', 'userInfo']);
  });
});

describe('a change of an instance', () => {
  const old = {
    clusterServiceClassExternalName: 'db',
    clusterServicePlanExternalName: 'small',
    clusterServiceClassRef: { name: 'c' },
    clusterServicePlanRef: { name: 'p' },
    externalID: 'id',
    updateRequests: 2,
    userInfo: JOHN,
  };

  test.each<[string, object, object]>([
    ['that asks for nothing leaves who asked last', old, old],
    ['in whose words it was not asked leaves who asked last', { ...old, userInfo: JANE }, old],
    ['names who asks', { ...old, parameters: { a: 1 } }, { ...old, parameters: { a: 1 }, userInfo: JANE }],
    ['keeps the id', { ...old, externalID: '' }, old],
    ['keeps the plan that it does not name', { ...old, clusterServicePlanExternalName: undefined }, old],
    ['keeps count of updates', { ...old, updateRequests: 0 }, old],
  ])('%s', (_, spec, expected) => {
    const given = JSON.parse(JSON.stringify(spec)) as object;
    expect(updated('ServiceInstance', given, old).spec).toEqual(expected);
  });

  test.each([
    ['cluster', 'clusterServicePlanExternalName', 'clusterServicePlanRef'],
    ['namespace', 'servicePlanExternalName', 'servicePlanRef'],
  ])('to another plan of the %s lets go of the old one', (_, field, reference) => {
    const before = { [field]: 'small', [reference]: { name: 'p' }, externalID: 'id', updateRequests: 0 };
    const { spec } = updated('ServiceInstance', { ...before, [field]: 'big' }, before);
    expect(spec).toEqual({ [field]: 'big', externalID: 'id', updateRequests: 0, userInfo: JANE });
  });
});

describe('a binding', () => {
  test('gets an id, the name of its Secret, and who asks', () => {
    expect(created('ServiceBinding', { instanceRef: { name: 'my-db' } }).spec).toEqual({
      instanceRef: { name: 'my-db' },
      externalID: 'new-id',
      secretName: 'my-db',
      userInfo: JANE,
    });
  });

  test('stays as it was made, and who changes it is told', () => {
    const old = { instanceRef: { name: 'my-db' }, userInfo: JOHN };
    expect(updated('ServiceBinding', { instanceRef: { name: 'another' } }, old)).toEqual({
      spec: old,
      warnings: [expect.stringContaining('can not be changed')],
    });
    expect(updated('ServiceBinding', { ...old, userInfo: JANE }, old)).toEqual({ spec: old, warnings: [] });
  });
});

test('other kinds stay as they are', () => {
  expect(created('ClusterServiceBroker', { url: 'http://a' })).toEqual({
    spec: { url: 'http://a' },
    warnings: [],
  });
});
