import { describe, expect, it } from '@jest/globals';
import { linesOf, resourceOf, wrappedConfigMap, type Overrides } from './testing/config-maps.js';

const NAME = 'a-${instance.shortId}';

function lines(label: string, apiVersion: string, kind: string, fields: Overrides = {}): string[] {
  const object = { apiVersion, kind, metadata: { name: NAME }, spec: undefined, ...fields };
  return linesOf(wrappedConfigMap(object, { 'mesitis/kind': label }));
}

describe('an object of any namespaced kind', () => {
  it.each([
    ['wrapped-statefulset', 'apps/v1', 'StatefulSet'],
    ['StatefulSet', 'apps/v1', 'StatefulSet'],
    ['job', 'batch/v1', 'Job'],
    ['cronjob', 'batch/v1beta1', 'CronJob'],
    ['wrapped-persistentvolumeclaim', 'v1', 'PersistentVolumeClaim'],
    ['ingress', 'networking.k8s.io/v1', 'Ingress'],
    ['networkpolicy', 'networking.k8s.io/v1', 'NetworkPolicy'],
    ['serviceaccount', 'v1', 'ServiceAccount'],
    ['postgresql', 'acid.zalan.do/v1', 'postgresql'],
    ['wrapped-resource', 'kafka.strimzi.io/v1beta2', 'KafkaTopic'],
    ['resource', 'v1', 'ServiceAccount'],
    ['wrapped-resource', 'serving.knative.dev/v1', 'Service'],
    ['wrapped-pricelist', 'shop.example.com/v1', 'PriceList'],
    ['wrapped-catalogentry', 'example.com/v1', 'CatalogEntry'],
  ])('labelled %s is read: %s %s', (label, apiVersion, kind) => {
    expect(lines(label, apiVersion, kind)).toEqual([]);
    const object = { apiVersion, kind, metadata: { name: NAME } };
    const resource = resourceOf(wrappedConfigMap(object, { 'mesitis/kind': label }));
    expect(resource).toMatchObject({ kind, object: { apiVersion, kind } });
  });

  it('may be one of the six by the label that leaves it open, and is then looked into', () => {
    expect(lines('wrapped-resource', 'v1', 'Service')).toEqual(['spec: is missing; add it']);
    expect(lines('resource', 'v1', 'Secret', { data: { a: '!' } })).toEqual([
      expect.stringContaining('data.a: is not base64'),
    ]);
  });

  it('may be a role, whose name may hold a colon', () => {
    const metadata = { name: 'system:reader-${instance.shortId}' };
    expect(lines('role', 'rbac.authorization.k8s.io/v1', 'Role', { metadata })).toEqual([]);
    const fixed = { name: 'team:reader' };
    expect(lines('role', 'rbac.authorization.k8s.io/v1', 'Role', { metadata: fixed })).toEqual([
      expect.stringContaining('is the same for every instance'),
    ]);
    expect(
      lines('role', 'rbac.authorization.k8s.io/v1', 'Role', { metadata: { name: 'a/b' } }),
    ).toContainEqual(
      expect.stringContaining('metadata.name: is "a/b", which cannot be the name of an object'),
    );
  });

  it.each([
    [
      'statefulset',
      'apps/v1',
      'Deployment',
      'kind: is "Deployment", but the label mesitis/kind says statefulset;',
    ],
    [
      'deployment',
      'apps/v1',
      'StatefulSet',
      'kind: is "StatefulSet", but the label mesitis/kind says Deployment;',
    ],
    [
      'service',
      'serving.knative.dev/v1',
      'Service',
      'write v1 for a Service, or label the object of another API',
    ],
    ['resource', 'batch', 'a b', 'kind: is "a b", which cannot be a kind; write it as in StatefulSet'],
    ['resource', 'batch/v1/x', 'Job', 'apiVersion: is "batch/v1/x"; write a version such as v1, or a group'],
    ['resource', 'v1', 'List', 'kind: is a list; write a ConfigMap for each object'],
    ['list', 'v1', 'List', 'kind: is a list; write a ConfigMap for each object'],
  ])('labelled %s is refused: %s %s: %s', (label, apiVersion, kind, line) => {
    expect(lines(label, apiVersion, kind)[0]).toContain(line);
  });

  it('is not a list of objects under another name', () => {
    expect(lines('configmaplist', 'v1', 'ConfigMapList', { items: [] })).toEqual([
      expect.stringContaining('kind: is a list'),
    ]);
  });

  it.each([
    ['v1', 'Namespace'],
    ['v1', 'Node'],
    ['v1', 'PersistentVolume'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
    ['rbac.authorization.k8s.io/v1beta1', 'ClusterRoleBinding'],
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
    ['storage.k8s.io/v1', 'StorageClass'],
    ['storage.k8s.io/v1', 'CSIDriver'],
    ['scheduling.k8s.io/v1', 'PriorityClass'],
    ['networking.k8s.io/v1', 'IngressClass'],
    ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'],
    ['apiregistration.k8s.io/v1', 'APIService'],
    ['node.k8s.io/v1', 'RuntimeClass'],
    ['servicecatalog.k8s.io/v1beta1', 'ClusterServiceBroker'],
  ])('is not cluster-scoped: %s %s', (apiVersion, kind) => {
    for (const label of ['wrapped-resource', kind.toLowerCase()]) {
      expect(lines(label, apiVersion, kind)).toEqual([
        expect.stringContaining(
          `kind: is ${kind}, which stands beside the namespaces; an instance can own only`,
        ),
      ]);
    }
  });

  it('may have the name of a cluster-scoped kind in another group', () => {
    expect(lines('resource', 'example.com/v1', 'Namespace')).toEqual([]);
  });
});
