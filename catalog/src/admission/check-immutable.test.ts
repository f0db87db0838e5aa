import { expect, test } from '@jest/globals';
import { checkImmutable } from './check-immutable.js';

const FOUND = { clusterServiceClassRef: { name: 'k8s-db' } };
const OWN = { serviceClassRef: { name: 'k8s-own' } };
const NAMED = { clusterServiceClassExternalName: 'db' };

test.each<[string, object, object, string[]]>([
  ['nothing changes', NAMED, { ...NAMED, ...FOUND }, []],
  [
    'a class that was found changes',
    { clusterServiceClassExternalName: 'queue' },
    { ...NAMED, ...FOUND },
    ['spec.clusterServiceClassExternalName'],
  ],
  [
    'a class of the namespace changes',
    { serviceClassName: 'b' },
    { serviceClassName: 'a', ...OWN },
    ['spec.serviceClassName'],
  ],
  [
    'a class is named in another way',
    { clusterServiceClassName: 'k8s-db' },
    { ...NAMED, ...FOUND },
    ['spec.clusterServiceClassExternalName', 'spec.clusterServiceClassName'],
  ],
  ['a class goes', {}, { ...NAMED, ...FOUND }, ['spec.clusterServiceClassExternalName']],
  ['a class that was not found is corrected', { clusterServiceClassExternalName: 'db2' }, NAMED, []],
  [
    'empty fields come, as Go clients write them',
    { ...NAMED, serviceClassName: '' },
    { ...NAMED, ...FOUND },
    [],
  ],
  ['an id is given', { externalID: 'a' }, { externalID: '' }, []],
  ['an id changes', { externalID: 'b' }, { externalID: 'a' }, ['spec.externalID']],
])('when %s', (_, spec, old, paths) => {
  const refusals = checkImmutable(spec as Record<string, unknown>, old as Record<string, unknown>);
  expect(refusals.map(({ path }) => path)).toEqual(paths);
  for (const { message, code } of refusals)
    expect([message, code]).toEqual([expect.stringMatching(/^field is immutable; /), 422]);
});
