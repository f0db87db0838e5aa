import { beforeEach, describe, expect, test } from '@jest/globals';
import { KubeError, type KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import { classLabels, planLabels } from '../model/labels.js';
import { CLUSTER_SCOPE, NAMESPACED_SCOPE, type Scope } from '../model/kinds.js';
import type { ServiceClass, ServicePlan } from '../model/objects.js';
import { mutateWrite, validateWrite, type Refusal, type Write } from './index.js';

const apiVersion = 'servicecatalog.k8s.io/v1beta1';
const user = { username: 'jane' };
const never = new AbortController().signal;
const SCHEMA = {
  type: 'object',
  required: ['size'],
  additionalProperties: false,
  properties: { size: { enum: ['s', 'm'] }, name: { type: 'string' } },
};

let kube: MemoryKube;
let mayRead: boolean;

const inScope = (scope: Scope, name: string): { name: string; namespace?: string } =>
  scope.namespaced ? { name, namespace: 'client-ns' } : { name };

function broker(scope: Scope): KubeObject {
  const status = { lastCatalogRetrievalTime: '2026-01-01T00:00:00Z' };
  return {
    apiVersion,
    kind: scope.brokerKind,
    metadata: inScope(scope, 'team'),
    spec: { url: 'http://a' },
    status,
  };
}

function serviceClass(scope: Scope, name: string, more: object = {}): KubeObject {
  const spec = {
    [scope.brokerName]: 'team',
    externalName: name,
    externalID: `id-of-${name}`,
    ...more,
  } as unknown as ServiceClass['spec'];
  const metadata = { ...inScope(scope, `k8s-${name}`), labels: classLabels(scope, spec) };
  return { apiVersion, kind: scope.classKind, metadata, spec };
}

function plan(scope: Scope, [of, name]: [string, string], more: object = {}): KubeObject {
  const spec = {
    [scope.brokerName]: 'team',
    externalName: name,
    externalID: `id-of-${of}-${name}`,
    [scope.classRef]: { name: `k8s-${of}` },
    ...more,
  } as unknown as ServicePlan['spec'];
  const metadata = { ...inScope(scope, `k8s-${of}-${name}`), labels: planLabels(scope, spec) };
  return { apiVersion, kind: scope.planKind, metadata, spec };
}

const instance = (spec: object, name = 'my-db'): KubeObject => ({
  apiVersion,
  kind: 'ServiceInstance',
  metadata: { name, namespace: 'client-ns' },
  spec,
});
const QUEUE = { clusterServiceClassExternalName: 'queue', clusterServicePlanExternalName: 'small' };
const created = (object: KubeObject): Write => ({ operation: 'CREATE', object, user });
const updated = (object: KubeObject, oldObject: KubeObject): Write => ({
  operation: 'UPDATE',
  object,
  oldObject,
  user,
});
const validated = (write: Write, locking = true): Promise<Refusal[]> =>
  validateWrite(
    {
      get: (ref, options) => kube.get(ref, options),
      list: (query, options) => kube.list(query, options),
      create: (review) =>
        mayRead
          ? Promise.resolve({ ...review, status: { allowed: true } })
          : Promise.resolve({ ...review, status: { allowed: false, reason: 'no rule' } }),
    },
    write,
    { signal: never, locking },
  );

beforeEach(() => {
  mayRead = true;
  kube = new MemoryKube();
  kube.seed(
    broker(CLUSTER_SCOPE),
    serviceClass(CLUSTER_SCOPE, 'db', { planUpdatable: false }),
    plan(CLUSTER_SCOPE, ['db', 'only'], {
      instanceCreateParameterSchema: SCHEMA,
      serviceBindingCreateParameterSchema: SCHEMA,
    }),
    serviceClass(CLUSTER_SCOPE, 'queue', { planUpdatable: true }),
    plan(CLUSTER_SCOPE, ['queue', 'small']),
    plan(CLUSTER_SCOPE, ['queue', 'big'], { instanceUpdateParameterSchema: SCHEMA }),
    broker(NAMESPACED_SCOPE),
    serviceClass(NAMESPACED_SCOPE, 'own'),
    plan(NAMESPACED_SCOPE, ['own', 'only']),
  );
});

describe('the default plan', () => {
  const mutated = (spec: object): ReturnType<typeof mutateWrite> =>
    mutateWrite(kube, created(instance(spec)), { newId: () => 'id', signal: never });

  test.each([
    [{ clusterServiceClassExternalName: 'db' }, { clusterServicePlanExternalName: 'only' }],
    [{ clusterServiceClassExternalID: 'id-of-db' }, { clusterServicePlanExternalID: 'id-of-db-only' }],
    [{ clusterServiceClassName: 'k8s-db' }, { clusterServicePlanName: 'k8s-db-only' }],
    [{ serviceClassExternalName: 'own' }, { servicePlanExternalName: 'only' }],
  ])('of %j is the only one, named in the same way', async (spec, expected) => {
    const { spec: stored, refusals } = await mutated(spec);
    expect(refusals).toEqual([]);
    expect(stored).toEqual({ ...spec, ...expected, externalID: 'id', userInfo: expect.anything() });
  });

  test.each([
    [
      'there are several',
      { clusterServiceClassExternalName: 'queue' },
      /has more than one plan, PlanName must be specified$/,
    ],
    ['there is no such class', { clusterServiceClassExternalName: 'none' }, /does not exist/],
    ['no class is named', {}, /must have a class reference set/],
  ])('is refused when %s', async (_, spec, message) => {
    expect((await mutated(spec)).refusals).toEqual([
      { rule: 'default-plan', code: 403, message: expect.stringMatching(message) },
    ]);
  });

  test('does not matter when a plan is named, existing or not', async () => {
    const spec = { clusterServiceClassExternalName: 'none', clusterServicePlanExternalName: 'none' };
    expect(await mutated(spec)).toMatchObject({ refusals: [], spec });
  });
});

describe('an instance', () => {
  const DB = { clusterServiceClassExternalName: 'db', clusterServicePlanExternalName: 'only' };
  const BIG = { ...QUEUE, clusterServicePlanExternalName: 'big' };
  const from = { parametersFrom: [{ secretKeyRef: { name: 's', key: 'k' } }] };

  test.each<[string, Write, string[]]>([
    ['fits its schema', created(instance({ ...DB, parameters: { size: 's' } })), []],
    ['lacks a parameter', created(instance(DB)), ["spec.parameters: must have required property 'size'"]],
    ['may have it from a Secret', created(instance({ ...DB, ...from })), []],
    [
      'does not fit in two ways',
      created(instance({ ...DB, parameters: { size: 'xl', nmae: 'a' } })),
      [
        'spec.parameters: must NOT have additional properties: "nmae"',
        'spec.parameters.size: must be "s" or "m"',
      ],
    ],
    [
      'of nothing that is known is accepted',
      created(instance({ ...DB, clusterServiceClassExternalName: 'none' })),
      [],
    ],
    [
      'is updated by the schema for updates',
      updated(instance({ ...BIG, parameters: { size: 'xl' } }), instance(BIG)),
      ['spec.parameters.size: must be "s" or "m"'],
    ],
    ['whose spec stays is not judged', updated(instance(DB), instance(DB)), []],
    [
      'of a class that allows it changes its plan',
      updated(instance({ ...BIG, parameters: { size: 's' } }), instance(QUEUE)),
      [],
    ],
    [
      'of a class that does not allow it keeps its plan',
      updated(
        instance({ ...DB, parameters: { size: 's' } }),
        instance({ ...DB, clusterServicePlanExternalName: 'old' }),
      ),
      [': The Service Class db does not allow plan changes.'],
    ],
  ])('%s', async (_, write, expected) => {
    const refusals = await validated(write);
    expect(refusals.map(({ path = '', message }) => `${path}: ${message}`).sort()).toEqual(expected.sort());
  });
});

describe('an instance that its broker works on', () => {
  const ready = {
    type: 'Ready',
    status: 'False',
    reason: 'Provisioning',
    message: '',
    lastTransitionTime: '',
  };
  const atWork = { ...instance(QUEUE), status: { currentOperation: 'Provision', conditions: [ready] } };
  const wanted = instance({ ...QUEUE, parameters: { size: 's' } });

  test('is locked', async () => {
    expect(await validated(updated(wanted, atWork))).toEqual([
      {
        rule: 'locked',
        path: 'spec',
        message:
          'Forbidden: Another update for this service instance is in progress; wait until that is over, then apply this again',
        code: 403,
      },
    ]);
  });

  test('keeps what is not asked for anew: labels, and the same manifest applied again', async () => {
    expect(await validated(updated(instance(QUEUE), atWork))).toEqual([]);
  });

  test('is not locked where the platform has it otherwise', async () => {
    expect(await validated(updated(wanted, atWork), false)).toEqual([]);
  });
});

describe('a binding', () => {
  const binding = (parameters?: object): Write =>
    created({
      apiVersion,
      kind: 'ServiceBinding',
      metadata: { name: 'my-db', namespace: 'client-ns' },
      spec: { instanceRef: { name: 'my-db' }, ...(parameters === undefined ? {} : { parameters }) },
    });

  test('is accepted without its instance', async () => {
    expect(await validated(binding())).toEqual([]);
  });

  test('is refused while its instance is deleted', async () => {
    const object = instance({
      clusterServiceClassExternalName: 'queue',
      clusterServicePlanExternalName: 'small',
    });
    kube.seed({ ...object, metadata: { ...object.metadata, finalizers: ['x/y'] } });
    expect(await validated(binding())).toEqual([]);
    await kube.remove({ apiVersion, kind: 'ServiceInstance', namespace: 'client-ns', name: 'my-db' });
    expect(await validated(binding())).toMatchObject([
      {
        code: 403,
        message:
          'ServiceBinding client-ns/my-db references a ServiceInstance that is being deleted: client-ns/my-db',
      },
    ]);
  });

  test('fits the schema of the plan', async () => {
    kube.seed(instance({ clusterServiceClassExternalName: 'db', clusterServicePlanExternalName: 'only' }));
    expect(await validated(binding({ size: 's' }))).toEqual([]);
    expect(await validated(binding({ size: 'xl' }))).toMatchObject([
      { path: 'spec.parameters.size', code: 422 },
    ]);
  });
});

describe('a broker', () => {
  const authInfo = { basic: { secretRef: { namespace: 'secrets', name: 'login' } } };
  const of = (spec: object): KubeObject => ({
    apiVersion,
    kind: 'ClusterServiceBroker',
    metadata: { name: 'team' },
    spec: { url: 'http://a', ...spec },
  });

  test('names only Secrets that its author may read', async () => {
    expect(await validated(created(of({ authInfo })))).toEqual([]);
    mayRead = false;
    expect(await validated(created(of({ authInfo })))).toEqual([
      {
        rule: 'broker-secret',
        code: 403,
        message:
          'broker forbidden access to auth secret (login): Reason: no rule, EvaluationError: ; grant jane get of secrets "login" in namespace "secrets"',
      },
    ]);
    expect(await validated(created(of({})))).toEqual([]);
  });

  test('is judged by every change of its spec: another address gets the Secret too', async () => {
    mayRead = false;
    expect(await validated(updated(of({ authInfo, url: 'http://b' }), of({ authInfo })))).toHaveLength(1);
    expect(await validated(updated(of({ authInfo }), of({ authInfo })))).toEqual([]);
  });

  test('is refused when that can not be checked', async () => {
    const failing = {
      get: () => Promise.resolve(undefined),
      list: () => Promise.resolve({ items: [], resourceVersion: '1' }),
      create: () => Promise.reject(new KubeError('unavailable', 'no route to host')),
    };
    expect(
      await validateWrite(failing, created(of({ authInfo })), { signal: never, locking: true }),
    ).toMatchObject([{ code: 403, message: expect.stringContaining('no route to host; try again') }]);
  });
});
