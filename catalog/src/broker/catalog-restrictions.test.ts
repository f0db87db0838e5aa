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
  [['tags=x'], [], ['Invalid property: tags']],
  [['spec.externalName = db'], [], ['Invalid property: spec.externalName ']],
])('classes %j and plans %j leave %j', (serviceClass, servicePlan, expected) => {
  expect(left(serviceClass, servicePlan)).toEqual(expected);
});
