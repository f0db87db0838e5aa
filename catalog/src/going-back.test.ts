import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { JsonObject, KubeObject } from '@mesitis/kube';
import { API_VERSION } from './model/kinds.js';
import { Harness, isReady, NAMESPACE } from './testing/harness.js';
import { catalogOf } from './testing/scripted-broker.js';

/** A type of the archived controller (service-catalog.md section 1): a predicate, or the fields that it decodes. */
type Shape = ((value: unknown) => boolean) | readonly [Shape] | { readonly [field: string]: Shape };

const text: Shape = (value) => typeof value === 'string';
const flag: Shape = (value) => typeof value === 'boolean';
const count: Shape = (value) => Number.isInteger(value);
const anyObject: Shape = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const moment: Shape = (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value);
const oneOf =
  (...values: string[]): Shape =>
  (value) =>
    values.includes(String(value));
const reference: Shape = { name: text };

const conditions: Shape = [
  {
    type: text,
    status: oneOf('True', 'False', 'Unknown'),
    lastTransitionTime: moment,
    reason: text,
    message: text,
  },
];
const userInfo: Shape = { username: text, uid: text, groups: [text], extra: anyObject };
const parametersFrom: Shape = [{ secretKeyRef: { name: text, key: text } }];
const properties: Shape = {
  clusterServicePlanExternalName: text,
  clusterServicePlanExternalID: text,
  servicePlanExternalName: text,
  servicePlanExternalID: text,
  parameters: anyObject,
  parameterChecksum: text,
  userInfo,
};
const operation = {
  conditions,
  lastConditionState: text,
  asyncOpInProgress: flag,
  lastOperation: text,
  operationStartTime: moment,
  inProgressProperties: properties,
  externalProperties: properties,
  orphanMitigationInProgress: flag,
  reconciledGeneration: count,
} as const;
const ended = ['', 'NotRequired', 'Required', 'Succeeded', 'Failed'] as const;

const broker: Shape = {
  spec: {
    url: text,
    insecureSkipTLSVerify: flag,
    caBundle: text,
    relistBehavior: oneOf('', 'Duration', 'Manual'),
    relistDuration: text,
    relistRequests: count,
    catalogRestrictions: { serviceClass: [text], servicePlan: [text] },
  },
  status: {
    conditions,
    reconciledGeneration: count,
    operationStartTime: moment,
    lastCatalogRetrievalTime: moment,
    lastConditionState: text,
  },
};
const entry = {
  clusterServiceBrokerName: text,
  serviceBrokerName: text,
  externalName: text,
  externalID: text,
  description: text,
  bindable: flag,
  externalMetadata: anyObject,
  defaultProvisionParameters: anyObject,
} as const;
const aClass: Shape = {
  spec: { ...entry, bindingRetrievable: flag, planUpdatable: flag, tags: [text], requires: [text] },
  status: { removedFromBrokerCatalog: flag },
};
const plan: Shape = {
  spec: {
    ...entry,
    clusterServiceClassRef: reference,
    serviceClassRef: reference,
    free: flag,
    instanceCreateParameterSchema: anyObject,
    instanceUpdateParameterSchema: anyObject,
    serviceBindingCreateParameterSchema: anyObject,
  },
  status: { removedFromBrokerCatalog: flag },
};

const UPSTREAM: Record<string, Shape> = {
  ClusterServiceBroker: broker,
  ServiceBroker: broker,
  ClusterServiceClass: aClass,
  ServiceClass: aClass,
  ClusterServicePlan: plan,
  ServicePlan: plan,
  ServiceInstance: {
    spec: {
      clusterServiceClassRef: reference,
      clusterServicePlanRef: reference,
      serviceClassRef: reference,
      servicePlanRef: reference,
      parameters: anyObject,
      parametersFrom,
      externalID: text,
      userInfo,
      updateRequests: count,
    },
    status: {
      ...operation,
      userSpecifiedClassName: text,
      userSpecifiedPlanName: text,
      dashboardURL: text,
      currentOperation: oneOf('Provision', 'Update', 'Deprovision'),
      provisionStatus: oneOf('', 'Provisioned', 'NotProvisioned'),
      deprovisionStatus: oneOf(...ended),
      observedGeneration: count,
      defaultProvisionParameters: anyObject,
    },
  },
  ServiceBinding: {
    spec: {
      instanceRef: reference,
      parameters: anyObject,
      parametersFrom,
      secretName: text,
      externalID: text,
      userInfo,
    },
    status: { ...operation, currentOperation: oneOf('Bind', 'Unbind'), unbindStatus: oneOf(...ended) },
  },
};

/** The paths at which a Go decoder of that shape would fail. What it does not know it passes over, null is its zero. */
function misfits(value: unknown, shape: Shape, path = ''): string[] {
  if (value === undefined || value === null) return [];
  if (typeof shape === 'function') return shape(value) ? [] : [path];
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return [path];
    const [item] = shape as readonly [Shape];
    return value.flatMap((one, index) => misfits(one, item, `${path}[${index}]`));
  }
  if (typeof value !== 'object' || Array.isArray(value)) return [path];
  return Object.entries(shape).flatMap(([field, inner]) =>
    misfits((value as JsonObject)[field], inner, `${path}.${field}`),
  );
}

const CREDENTIALS = { body: { credentials: {}, metadata: { expires_at: '2026-01-02T00:00:00Z' } } };
const UPGRADABLE = JSON.stringify(catalogOf('db', 'small', 'large')).replace(
  '"name":"small"',
  '"name":"small","maintenance_info":{"version":"1.0.0"},"maximum_polling_duration":60,"binding_rotatable":true',
);

let harness: Harness;
let seen: KubeObject[];

beforeEach(async () => {
  harness = await Harness.start(JSON.parse(UPGRADABLE) as JsonObject);
  await harness.controller();
  seen = [];
});

afterEach(async () => {
  await harness.stop();
});

async function remember(): Promise<void> {
  for (const kind of Object.keys(UPSTREAM)) {
    const { items } = await harness.kube.list({ apiVersion: API_VERSION, kind });
    seen.push(...items);
  }
}

test('whatever is stored, the types of the archived controller can read it', async () => {
  await harness.register();
  await harness.register('ServiceBroker');
  const small = { PlanExternalName: 'small' };
  for (const [name, scope] of [
    ['everywhere', 'clusterService'],
    ['here', 'service'],
  ] as const) {
    const spec = {
      [`${scope}ClassExternalName`]: 'db',
      [`${scope}PlanExternalName`]: small.PlanExternalName,
      parameters: { a: 1 },
    };
    await harness.create('ServiceInstance', name, spec);
    await harness.until('ServiceInstance', name, isReady);
    harness.broker.script('PUT', /service_bindings/, { status: 201, ...CREDENTIALS });
    await harness.create('ServiceBinding', name, { instanceRef: { name }, parameters: { b: 1 } });
    await harness.until('ServiceBinding', name, isReady);
  }
  const refused = { clusterServiceClassExternalName: 'db', clusterServicePlanExternalName: 'large' };
  harness.broker.script('PUT', /./, { status: 400, body: {} });
  await harness.create('ServiceInstance', 'refused', refused);
  await harness.untilReason('ServiceInstance', 'refused', 'ClusterServiceBrokerReturnedFailure', 'Failed');
  harness.broker.script('PUT', /./, { status: 202, body: { operation: 'op' } });
  await harness.create('ServiceInstance', 'slow', refused);
  await harness.untilReason('ServiceInstance', 'slow', 'Provisioning');
  await remember();

  // The rest of a rotation: a predecessor is still to be unbound.
  const ref = { apiVersion: API_VERSION, kind: 'ServiceBinding', namespace: NAMESPACE, name: 'here' };
  const annotations = { 'mesitis/rotate': '1' };
  await harness.kube.patch(ref, { type: 'merge', body: { metadata: { annotations } } });
  await harness.until(
    'ServiceBinding',
    'here',
    ({ status }) => (status as JsonObject)['predecessors'] !== undefined,
  );
  await remember();

  expect(new Set(seen.map(({ kind }) => kind))).toEqual(new Set(Object.keys(UPSTREAM)));
  for (const stored of seen) {
    const where = `${stored.kind} ${stored.metadata.name ?? ''}`;
    expect([where, ...misfits(stored, UPSTREAM[stored.kind] ?? {})]).toEqual([where]);
  }
});

test('a stored object that would not fit is found', () => {
  const status = { conditions: [{ status: 'Maybe' }], operationStartTime: '2026-01-01T00:00:00.5Z' };
  expect(misfits({ status, spec: { parameters: [] } }, UPSTREAM['ServiceInstance'] ?? {})).toEqual([
    '.spec.parameters',
    '.status.conditions[0].status',
    '.status.operationStartTime',
  ]);
});
