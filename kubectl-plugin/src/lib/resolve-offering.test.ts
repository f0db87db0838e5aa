import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '@mesitis/kube';
import { clusterOffering, foreignOffering } from '../testing/objects.js';
import { offeringsOf, type Offering } from './catalog.js';
import { resolveOffering } from './resolve-offering.js';

describe('resolveOffering', () => {
  const offerings = (cluster: KubeObject[], namespaced: KubeObject[] = []): Offering[] =>
    offeringsOf({
      clusterClasses: cluster.filter(({ kind }) => kind === 'ClusterServiceClass'),
      clusterPlans: cluster.filter(({ kind }) => kind === 'ClusterServicePlan'),
      classes: namespaced.filter(({ kind }) => kind === 'ServiceClass'),
      plans: namespaced.filter(({ kind }) => kind === 'ServicePlan'),
    });

  test.each(['api-api-service', 'api-service', 'api-api-service:1', 'api-service:api-api-service-1'])(
    'understands %s',
    (wanted) => {
      expect(resolveOffering(wanted, offerings(clusterOffering()), 'client-ns').planName).toBe(
        'api-api-service-1',
      );
    },
  );

  test('prefers a full name to a short one', () => {
    const all = offerings([
      ...clusterOffering({ team: 'a', offering: 'b' }),
      ...clusterOffering({ team: 'x', offering: 'a-b' }),
    ]);
    expect(resolveOffering('a-b', all, 'client-ns').team).toBe('a');
  });

  test('does not choose between brokers that use one name', () => {
    const twin = clusterOffering().map((object) => ({
      ...object,
      metadata: { name: `twin-${object.kind}` },
      spec: {
        ...(object['spec'] as object),
        ...(object.kind === 'ClusterServicePlan'
          ? { clusterServiceClassRef: { name: 'twin-ClusterServiceClass' } }
          : {}),
      },
    }));
    const all = offerings([...clusterOffering(), ...twin]);
    expect(() => resolveOffering('api-service', all, 'client-ns')).toThrow(
      "several brokers offer 'api-api-service'",
    );
  });

  test("takes the namespace's own class before a cluster-wide one of the same name", () => {
    const all = offerings(clusterOffering(), foreignOffering('client-ns', 'api-api-service'));
    expect(resolveOffering('api-api-service', all, 'client-ns').scope).toBe('namespace');
  });

  test('takes a name with a colon as it is', () => {
    const all = offerings([], foreignOffering('client-ns', 'redis:7'));
    expect(resolveOffering('redis:7', all, 'client-ns').planName).toBe('small');
    expect(resolveOffering('redis:7:small', all, 'client-ns').planName).toBe('small');
  });

  test('leaves out plans whose class is not there, and what was removed', () => {
    const [, orphan] = clusterOffering();
    expect(offerings(orphan === undefined ? [] : [orphan])).toEqual([]);
    expect(offerings(clusterOffering({ removed: true }))).toEqual([]);
  });
});
