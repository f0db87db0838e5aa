import { describe, expect, it } from '@jest/globals';
import { linesOf, resourceOf, wrappedConfigMap, type Overrides } from './testing/config-maps.js';

const NAME = 'back-end-${instance.shortId}';
const POD_SPEC = { containers: [{ name: 'a', image: 'b' }] };
const WORKLOAD = { spec: { selector: { matchLabels: {} }, template: { spec: POD_SPEC } } };

describe('a wrapped object', () => {
  it.each<[string, Overrides]>([
    ['wrapped-deployment', { apiVersion: 'apps/v1', kind: 'Deployment', ...WORKLOAD }],
    ['Wrapped-ReplicaSet', { apiVersion: 'apps/v1', kind: 'ReplicaSet', ...WORKLOAD }],
    ['pod', { apiVersion: 'v1', kind: 'Pod', spec: POD_SPEC }],
    ['SERVICE', { apiVersion: 'v1', kind: 'Service' }],
    [
      'wrapped-configmap',
      { apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'echo $${HOME} ${consumer.namespace}' } },
    ],
    ['secret', { apiVersion: 'v1', kind: 'Secret', stringData: { a: 'b' }, data: { c: 'ZA==' } }],
  ])('labelled %s is read as it is written', (label, payload) => {
    const given = wrappedConfigMap(payload, { 'mesitis/kind': label });
    const resource = resourceOf(given);
    const written: unknown = JSON.parse(given.data?.['wrapped-resource'] ?? '');
    expect(resource.object).toEqual(written);
    expect(resource.kind).toBe(payload['kind']);
    expect(linesOf(given)).toEqual([]);
  });

  it('may have what a dry run of kubectl leaves empty', () => {
    const metadata = { name: NAME, creationTimestamp: null };
    expect(linesOf(wrappedConfigMap({ metadata, status: { loadBalancer: {} } }))).toEqual([]);
  });

  it.each<[Overrides, string]>([
    [{ apiVersion: undefined }, 'apiVersion: is missing; write v1'],
    [{ apiVersion: 'apps/v1' }, 'apiVersion: is "apps/v1"; write v1 for a Service'],
    [{ kind: undefined }, 'kind: is missing; write Service'],
    [{ kind: 'service' }, 'kind: is "service", but a kind is written exactly; write Service'],
    [{ kind: 'Pod' }, 'kind: is "Pod", but the label mesitis/kind says Service'],
    [{ metadata: undefined }, 'metadata: is missing; add it'],
    [{ metadata: 'a' }, 'metadata: must be an object but is a string'],
    [{ metadata: {} }, 'metadata.name: is missing; name the object'],
    [{ metadata: { name: '' } }, 'metadata.name: is empty'],
    [
      { metadata: { name: 'Back_End' } },
      'metadata.name: is "Back_End", which cannot be the name of a Service',
    ],
    [{ metadata: { name: 'a.b' } }, 'metadata.name: is "a.b", which cannot be the name of a Service'],
    [
      { metadata: { generateName: 'a-' } },
      'metadata.generateName: cannot be used, since an object must be found again',
    ],
    [
      { metadata: { name: 'a' } },
      'metadata.name: is the same for every instance, so a second instance in the same namespace is refused',
    ],
    [
      { metadata: { name: NAME, namespace: 'a' } },
      'metadata.namespace: is chosen by provisiondata.namespace',
    ],
    [{ metadata: { name: NAME, uid: 'a' } }, 'metadata.uid: is filled in by the cluster; remove it'],
    [
      { metadata: { name: NAME, ownerReferences: [{}, { uid: 'a' }] } },
      'metadata.ownerReferences: is filled in',
    ],
    [{ metadata: { name: NAME, finalizers: ['a/b'] } }, 'metadata.finalizers: is filled in'],
    [{ status: { loadBalancer: { ingress: [{}] } } }, 'status: is filled in by the cluster'],
    [{ metadata: { name: NAME, labels: ['a'] } }, 'metadata.labels: must be an object but is a list'],
    [
      { metadata: { name: NAME, labels: { a: 1 } } },
      'metadata.labels.a: must be a string but is a number; put it in',
    ],
    [{ metadata: { name: NAME, labels: { a: 'b c' } } }, 'metadata.labels.a: must consist of letters'],
    [{ metadata: { name: NAME, labels: { 'a/b/c': 'd' } } }, 'metadata.labels["a/b/c"]: has a key that must'],
    [
      { metadata: { name: NAME, labels: { 'mesitis/offering': 'a' } } },
      'metadata.labels["mesitis/offering"]: is set by Mesitis',
    ],
    [
      { metadata: { name: NAME, labels: { 'app.kubernetes.io/managed-by': 'me' } } },
      'managed-by"]: is set by Mesitis',
    ],
    [
      { metadata: { name: NAME, annotations: { 'mesitis/instance': 'a' } } },
      'annotations["mesitis/instance"]: is set by',
    ],
    [
      { metadata: { name: NAME, annotations: { a: true } } },
      'metadata.annotations.a: must be a string but is a boolean',
    ],
    [{ spec: undefined }, 'spec: is missing; add it'],
    [{ spec: {} }, 'spec.ports: is missing; add a list with at least one item'],
    [{ spec: { ports: [] } }, 'spec.ports: is empty; add at least one item'],
    [{ spec: { ports: [80] } }, 'spec.ports[0]: must be an object but is a number'],
    [
      { spec: { ports: [{ port: 80 }, {}] } },
      'spec.ports[1].port: is missing; write a number from 1 to 65535',
    ],
    [
      { spec: { ports: [{ port: '80' }] } },
      'spec.ports[0].port: must be a number, without quotes but is a string',
    ],
    [{ spec: { ports: [{ port: 0 }] } }, 'spec.ports[0].port: must be a whole number from 1 to 65535'],
    [{ spec: { ports: [{ port: 80, name: '${' }] } }, 'spec.ports[0].name: holds ${ without its }'],
  ])('with %j is told: %s', (override, line) => {
    expect(linesOf(wrappedConfigMap(override))).toEqual([expect.stringContaining(line)]);
  });

  it.each<[Overrides]>([
    [{ spec: { type: 'ExternalName', externalName: 'a.example.com' } }],
    [{ spec: { clusterIP: 'None' } }],
    [{ spec: { ports: [{ port: '${parameters.port}' }] } }],
    [{ metadata: { name: NAME, labels: { a: 'is ${consumer.namespace}!' }, annotations: { a: 'b c' } } }],
  ])('is right with %j', (override) => {
    expect(linesOf(wrappedConfigMap(override))).toEqual([]);
  });

  it('may hold base64 with line breaks, nothing, and expressions where Kubernetes asks for base64', () => {
    const data = { a: 'aHVu\ndGVy\r\nMg==\n', b: '', c: '${parameters.key}' };
    const given = wrappedConfigMap({ kind: 'Secret', data, spec: undefined }, { 'mesitis/kind': 'secret' });
    expect(linesOf(given)).toEqual([]);
  });

  it.each<[string, Overrides, string]>([
    ['deployment', { spec: { template: { spec: POD_SPEC } } }, 'spec.selector: is missing'],
    ['deployment', { spec: { selector: {} } }, 'spec.template: is missing'],
    ['replicaset', { spec: { selector: {}, template: {} } }, 'spec.template.spec: is missing'],
    [
      'replicaset',
      { spec: { selector: {}, template: { spec: {} } } },
      'spec.template.spec.containers: is missing',
    ],
    ['pod', { spec: { containers: {} } }, 'spec.containers: must be a list but is an object'],
    ['pod', { spec: { containers: ['a'] } }, 'spec.containers[0]: must be an object but is a string'],
    ['configmap', { data: { a: 1 } }, 'data.a: must be a string but is a number; put it in quotes'],
    ['configmap', { data: 'a' }, 'data: must be an object'],
    [
      'secret',
      { stringData: { a: true } },
      'stringData.a: must be a string but is a boolean; put it in quotes',
    ],
    ['secret', { data: { a: 'aHVudGVyMg==', b: 'hunter2!' } }, 'data.b: is not base64; encode it, or write'],
    [
      'secret',
      { data: { a: 'aHVudGVyMg' } },
      'data.a: is not base64; encode it, or write it as it is under st',
    ],
    ['configmap', { binaryData: { a: 'é' } }, 'binaryData.a: is not base64; encode it, or write it as it is'],
  ])('of kind %s has the least that the kind needs: %j', (label, override, line) => {
    const kinds = {
      deployment: 'Deployment',
      replicaset: 'ReplicaSet',
      pod: 'Pod',
      configmap: 'ConfigMap',
      secret: 'Secret',
    };
    const kind = kinds[label as keyof typeof kinds];
    const apiVersion = /deployment|replicaset/.test(label) ? 'apps/v1' : 'v1';
    const given = wrappedConfigMap({ apiVersion, kind, ...override }, { 'mesitis/kind': label });
    expect(linesOf(given)).toEqual([expect.stringContaining(line)]);
  });
});
