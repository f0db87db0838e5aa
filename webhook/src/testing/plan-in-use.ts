import { createHash } from 'node:crypto';
import type { KubeObject } from '@mesitis/kube';

const apiVersion = 'servicecatalog.k8s.io/v1beta1';

/** A plan with an id, of a broker in `provider-ns`, and instances of it (`namespace/name`), as the catalog stores them. */
export function planInUse(id: string, ...instances: string[]): KubeObject[] {
  const name = `plan-${id}`;
  return [
    {
      apiVersion,
      kind: 'ClusterServiceBroker',
      metadata: { name: 'broker' },
      spec: { url: 'http://broker.provider-ns.svc' },
    },
    {
      apiVersion,
      kind: 'ClusterServicePlan',
      metadata: { name, labels: { 'servicecatalog.k8s.io/spec.externalID': sha224(id) } },
      spec: { clusterServiceBrokerName: 'broker', externalID: id, externalName: name },
    },
    ...instances.map((path): KubeObject => {
      const [namespace = '', instance = ''] = path.split('/');
      const labels = { 'servicecatalog.k8s.io/spec.clusterServicePlanRef.name': sha224(name) };
      return {
        apiVersion,
        kind: 'ServiceInstance',
        metadata: { name: instance, namespace, labels },
        spec: { clusterServicePlanRef: { name } },
      };
    }),
  ];
}

function sha224(value: string): string {
  return createHash('sha224').update(value).digest('hex');
}
