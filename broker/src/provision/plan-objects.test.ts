import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '@mesitis/kube';
import type { WrappedKind, WrappedResource } from '@mesitis/offering';
import { instanceLabel } from './ownership.js';
import { planObjects } from './plan-objects.js';

const INSTANCE = {
  instanceId: 'i',
  clusterDomain: 'cluster.local',
  render: <Value>(value: Value): Value => value,
};

function provision(
  fields: Partial<{ name: string; labelSelector: string }> = {},
): Parameters<typeof planObjects>[0] {
  return {
    kind: 'ProvisionConfigMapObjects',
    namespace: 'api-ns',
    name: 'api',
    labelSelector: 'app=a',
    ...fields,
  };
}

function resource(kind: WrappedKind, name: string, order = 1, fields: JsonObject = {}): WrappedResource {
  return {
    configMap: `wrapped-${kind}-${name}`,
    labels: { app: 'a' },
    offering: 'o',
    kind,
    enabled: true,
    order,
    object: { apiVersion: 'v1', kind, metadata: { name }, ...fields },
  };
}

function service(name: string, ports: JsonObject[]): WrappedResource {
  return resource('Service', name, 1, { spec: { ports } });
}

const plan = (
  resources: WrappedResource[],
  fields: Parameters<typeof provision>[0] = {},
): ReturnType<typeof planObjects> =>
  planObjects(provision(fields), { resources, rejectedResources: [] }, INSTANCE);

describe('planning objects', () => {
  test('groups them by order as a number', () => {
    const { objects } = plan([
      resource('Pod', 'ten', 10),
      resource('ConfigMap', 'two-b', 2),
      resource('ConfigMap', 'two-a', 2),
      resource('Secret', 'minus', -1),
    ]);
    expect(objects.map((group) => group.map(({ metadata }) => metadata.name))).toEqual([
      ['minus'],
      ['two-a', 'two-b'],
      ['ten'],
    ]);
  });

  test('takes only what the selector finds', () => {
    const other = { ...resource('ConfigMap', 'other'), labels: { app: 'b' } };
    expect(plan([resource('ConfigMap', 'mine'), other]).objects).toMatchObject([
      [{ metadata: { name: 'mine' } }],
    ]);
  });

  test('places and marks them, drops what a server sets, keeps the rest', () => {
    const object = resource('ConfigMap', 'settings', 1, {
      metadata: {
        name: 'settings',
        namespace: 'elsewhere',
        uid: 'u',
        resourceVersion: '7',
        labels: { app: 'x', 'mesitis/instance-id': 'forged' },
        annotations: { note: 'n' },
      },
      data: { price: '5' },
    });
    expect(plan([object]).objects).toEqual([
      [
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: {
            name: 'settings',
            namespace: 'api-ns',
            labels: {
              app: 'x',
              'app.kubernetes.io/managed-by': 'mesitis',
              'mesitis/instance-id': instanceLabel('i'),
            },
            annotations: { note: 'n', 'mesitis/instance': 'i' },
          },
          data: { price: '5' },
        },
      ],
    ]);
  });

  test.each([
    ['the one with the name', [service('x', [{ port: 1 }]), service('api', [{ port: 2 }])], 'api', 2],
    ['the only one', [service('back-end-service', [{ port: 80 }])], 'back-end-service', 80],
    [
      'none of several: the name as it is',
      [service('x', [{ port: 1 }]), service('y', [{ port: 2 }])],
      'api',
      undefined,
    ],
    ['none: the name as it is', [resource('Pod', 'p')], 'api', undefined],
    ['one without ports', [service('x', [])], 'x', undefined],
  ])('reaches %s', (_which, resources, name, port) => {
    expect(plan(resources).coordinates).toMatchObject({
      host: `${name}.api-ns.svc.cluster.local`,
      ...(port === undefined ? {} : { port }),
    });
  });

  test('refuses two ConfigMaps with the same object', () => {
    const again = { ...resource('Pod', 'p'), configMap: 'again' };
    expect(() => plan([resource('Pod', 'p'), again])).toThrow(
      'the ConfigMaps again and wrapped-Pod-p both hold Pod p; ask the provider to remove or rename one',
    );
  });

  test('refuses half an offering', () => {
    const rejectedResources = [{ configMap: 'broken', reason: 'because', labels: { app: 'a' } }];
    expect(() =>
      planObjects(provision(), { resources: [resource('Pod', 'p')], rejectedResources }, INSTANCE),
    ).toThrow(
      'the ConfigMap broken belongs to the offering but can not be used (because); ask the provider to correct or disable it',
    );
  });

  test('refuses a selector that can not be read', () => {
    expect(() => plan([], { labelSelector: 'a in' })).toThrow(/^provisiondata.labelSelector: /);
  });
});
