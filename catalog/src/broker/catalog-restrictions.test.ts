import { expect, test } from '@jest/globals';
import { CLUSTER_SCOPE } from '../model/kinds.js';
import { readCatalog } from './catalog-payload.js';
import { restrict } from './catalog-restrictions.js';

const PAYLOAD = readCatalog({
  services: [
    {
      id: 'A1',
      name: 'db',
      plans: [
        { id: 'p1', name: 'small' },
        { id: 'p2', name: 'large', free: false },
      ],
    },
    { id: 'b2', name: 'queue', plans: [{ id: 'p3', name: 'small' }] },
  ],
});

function left(serviceClass: string[], servicePlan: string[]): string[] {
  const restricted = restrict(CLUSTER_SCOPE, { serviceClass, servicePlan }, PAYLOAD?.services ?? []);
  if (!restricted.ok) return [restricted.message];
  return restricted.services.map(({ name, plans }) => `${name}: ${plans.map((plan) => plan.name).join(' ')}`);
}

test.each([
  [[], [], ['db: small large', 'queue: small']],
  [['spec.externalName=db'], [], ['db: small large']],
  [['spec.externalName in (db, queue)', 'name!=b2'], [], ['db: small large']],
  [['spec.externalID==A1'], ['spec.free=true'], ['db: small']],
  [[], ['spec.free=false'], ['db: large']],
  [[], ['spec.clusterServiceClass.name notin (b2)'], ['db: small large']],
  [['name'], [], ['db: small large', 'queue: small']],
  [['spec.externalName!=db, spec.externalID in (A1, b2)'], [], ['queue: small']],
  [['name in (z41z1, b2)', 'spec.externalID=A1'], [], ['db: small large']],
  [['tags=x'], [], ['Invalid property: tags']],
  [['!name'], [], ['Invalid property: !name']],
  [[], ['spec.serviceClass.name=b2'], ['Invalid property: spec.serviceClass.name']],
  [['spec.externalName = db'], [], ['Invalid property: spec.externalName ']],
])('classes %j and plans %j leave %j', (serviceClass, servicePlan, expected) => {
  expect(left(serviceClass, servicePlan)).toEqual(expected);
});

test('a restriction that is no selector says what is wrong', () => {
  expect(left(['spec.externalName=has a space'], [])).toEqual([
    expect.stringContaining('The label selector "spec.externalName=has a space" has an unexpected "a"'),
  ]);
});
