import type { KubeObject } from '@mesitis/kube';

/** The plans of an offering: `small` and `large`; the second is what an update leads to. */
export type Plan = 'small' | 'large';

/** An offering for the tests, which makes four objects in three orders. */
export interface Offering {
  /** Whether its instances are waited for, so that platforms poll. */
  waits: boolean;
  /** What the provider publishes, for the broker's namespace. */
  configMaps: KubeObject[];
  serviceId: string;
  planId: (plan: Plan) => string;
  /** The objects of an instance as `Kind name`, the instance's short id taken out of the names. */
  objects: Record<Plan, string[]>;
}

interface Wrapped {
  order: number;
  plans: Plan[];
  object: KubeObject;
}

/**
 * Publishes an offering whose plans differ in one object each way and in the data of one that both have; the Secret
 * holds a password that is generated for the instance and that its credentials repeat.
 *
 * @param namespace where the objects are made
 */
export function offering(waits: boolean, namespace: string): Offering {
  const name = waits ? 'awaited' : 'plain';
  const planId = (plan: Plan): string => `${name}-${plan}-id`;
  const serviceId = `${name}-id`;
  const entry = (plan: Plan): KubeObject =>
    configMap(
      `${name}-${plan}`,
      { 'mesitis/kind': 'catalog-entry' },
      {
        team: 'faults',
        offering: name,
        version: plan,
        description: `${name} instances, ${plan}`,
        uuid: planId(plan),
        serviceuuid: serviceId,
        whitelist: ['*'],
        provisionkind: 'ProvisionConfigMapObjects',
        provisiondata: { namespace, name: 'db-${instance.shortId}', labelSelector: `faults/${name}-${plan}` },
        credentialkind: 'CredentialFromCatalog',
        credentialdata: {
          password: '${generate.instancePassword(24)}',
          own: '${generate.password(24)}',
        },
        ...(waits ? { readiness: { wait: true, timeoutseconds: 60 } } : {}),
      },
    );
  const wrapped = wrappedObjects().map(({ order, plans, object }, index) => {
    const chosen = Object.fromEntries(plans.map((plan) => [`faults/${name}-${plan}`, '']));
    const labels = {
      'mesitis/kind': `wrapped-${object.kind.toLowerCase()}`,
      'mesitis/offering': name,
      'mesitis/order': String(order),
    };
    return configMap(`${name}-${index}`, { ...labels, ...chosen }, object);
  });
  const namesOf = (plan: Plan): string[] =>
    wrappedObjects()
      .filter(({ plans }) => plans.includes(plan))
      .map(({ object }) => `${object.kind} ${(object.metadata.name ?? '').split('-')[0] ?? ''}`)
      .toSorted();
  return {
    waits,
    configMaps: [entry('small'), entry('large'), ...wrapped],
    serviceId,
    planId,
    objects: { small: namesOf('small'), large: namesOf('large') },
  };
}

const BOTH: Plan[] = ['small', 'large'];

function wrappedObjects(): Wrapped[] {
  const named = (name: string): { name: string } => ({ name: `${name}-\${instance.shortId}` });
  const config = (name: string, data: Record<string, string> = {}): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: named(name),
    data,
  });
  const labels = { app: 'db-${instance.shortId}' };
  return [
    { order: 1, plans: ['small'], object: config('settings', { size: 'small' }) },
    { order: 1, plans: ['large'], object: config('settings', { size: 'large' }) },
    {
      order: 2,
      plans: BOTH,
      object: {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: named('key'),
        stringData: { password: '${generate.password(24)}' },
      },
    },
    {
      order: 2,
      plans: BOTH,
      object: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: named('db'),
        spec: {
          // No node runs here, and none is needed: what has no replicas is available once its controller has seen it.
          replicas: 0,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'db:1' }] } },
        },
      },
    },
    {
      order: 3,
      plans: BOTH,
      object: { apiVersion: 'v1', kind: 'Service', metadata: named('db'), spec: { ports: [{ port: 5432 }] } },
    },
    { order: 3, plans: ['small'], object: config('first') },
    { order: 1.5, plans: ['large'], object: config('second') },
  ];
}

function configMap(name: string, labels: Record<string, string>, payload: object): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { 'mesitis/enabled': 'true', ...labels } },
    data: { 'wrapped-resource': JSON.stringify(payload) },
  };
}
