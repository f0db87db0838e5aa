import { expect, test } from '@jest/globals';
import type { JsonObject } from '@mesitis/kube';
import { leftoversOf } from './leftovers.js';

const object = (kind: string, name: string, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'ns', ...metadata },
});
const hook = (name: string, fields: JsonObject): JsonObject => ({
  name,
  manifest: `apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: ${name}\n`,
  last_run: { phase: 'Succeeded' },
  ...fields,
});

test('what exists of a release is left over, except what the chart keeps', () => {
  const resources = {
    'v1/Service': [object('Service', 'a')],
    'v1/Secret': [object('Secret', 'b', { annotations: { 'helm.sh/resource-policy': 'keep' } })],
    'rbac/v1/ClusterRole': [{ apiVersion: 'rbac/v1', kind: 'ClusterRole', metadata: { name: 'c' } }],
  };
  expect(leftoversOf({ info: { resources } }, 'ns')).toEqual({
    objects: [
      { apiVersion: 'v1', kind: 'Service', namespace: 'ns', name: 'a' },
      { apiVersion: 'rbac/v1', kind: 'ClusterRole', name: 'c' },
    ],
    hooks: [],
  });
});

test('hooks that ran are left over when helm removes them only before they run again', () => {
  const hooks = [
    hook('by-default', {}),
    hook('replaced', { delete_policies: ['before-hook-creation', 'hook-succeeded'] }),
    hook('elsewhere', { manifest: 'apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: other}' }),
    hook('removed-by-helm', { delete_policies: ['hook-succeeded'] }),
    hook('never-ran', { last_run: { phase: '' } }),
    hook('unreadable', { manifest: '{' }),
    hook('without-a-name', { manifest: 'kind: Pod' }),
  ];
  expect(leftoversOf({ hooks }, 'ns').hooks).toEqual([
    { apiVersion: 'batch/v1', kind: 'Job', namespace: 'ns', name: 'by-default' },
    { apiVersion: 'batch/v1', kind: 'Job', namespace: 'ns', name: 'replaced' },
    { apiVersion: 'v1', kind: 'Pod', namespace: 'other', name: 'p' },
  ]);
});

test.each([null, [], 'x', {}, { info: [], hooks: {} }])('%j leaves nothing', (status) => {
  expect(leftoversOf(status, 'ns')).toEqual({ objects: [], hooks: [] });
});
