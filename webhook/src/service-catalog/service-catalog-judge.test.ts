import { beforeEach, describe, expect, test } from '@jest/globals';
import { KubeError, type JsonObject, type KubeObject } from '@mesitis/kube';
import { MemoryKube } from '@mesitis/kube/memory';
import type { AdmissionRequest } from '../admission.js';
import { serviceCatalogMutator, serviceCatalogValidator } from './service-catalog-judge.js';

const never = new AbortController().signal;
const CONTROLLER = 'system:serviceaccount:mesitis-system:mesitis-catalog';
const SPEC = { clusterServiceClassExternalName: 'db', clusterServicePlanExternalName: 'small' };
const UNJUDGED = { allowed: true, warnings: [], rules: [] };

let kube: MemoryKube;

beforeEach(() => {
  kube = new MemoryKube();
});

const options = (): Parameters<typeof serviceCatalogMutator>[0] => ({
  kube,
  controller: CONTROLLER,
  locking: true,
  newId: () => 'new-id',
});

function request(kind: string, spec: JsonObject, changes: object = {}): AdmissionRequest {
  return {
    uid: 'u',
    operation: 'CREATE',
    kind: { group: 'servicecatalog.k8s.io', version: 'v1beta1', kind },
    namespace: 'client-ns',
    name: 'my-db',
    userInfo: { username: 'jane', groups: ['team'] },
    object: { apiVersion: 'servicecatalog.k8s.io/v1beta1', kind, metadata: { name: 'my-db' }, spec },
    ...changes,
  };
}

describe('mutating', () => {
  test('writes who asks into the spec, as a JSON patch', async () => {
    expect(await serviceCatalogMutator(options())(request('ServiceInstance', SPEC), never)).toEqual({
      ...UNJUDGED,
      patch: [
        {
          op: 'add',
          path: '/spec',
          value: { ...SPEC, externalID: 'new-id', userInfo: { username: 'jane', uid: '', groups: ['team'] } },
        },
      ],
    });
  });

  test('changes nothing of what is as it should be', async () => {
    const { object: oldObject } = request('ServiceInstance', SPEC);
    const update = request('ServiceInstance', SPEC, { operation: 'UPDATE', oldObject });
    expect(await serviceCatalogMutator(options())(update, never)).toEqual(UNJUDGED);
  });

  test.each([
    ['the controller', { userInfo: { username: CONTROLLER } }],
    ['who writes a status', { subResource: 'status' }],
    ['who deletes', { operation: 'DELETE', object: null }],
  ])('leaves alone %s', async (_, changes) => {
    const judge = serviceCatalogMutator(options());
    expect(await judge(request('ServiceInstance', SPEC, changes), never)).toEqual(UNJUDGED);
  });

  test('refuses an instance that names no plan where none can be chosen', async () => {
    const { clusterServiceClassExternalName } = SPEC;
    const asked = request('ServiceInstance', { clusterServiceClassExternalName });
    expect(await serviceCatalogMutator(options())(asked, never)).toMatchObject({
      allowed: false,
      code: 403,
      rules: ['default-plan'],
    });
  });
});

describe('validating', () => {
  const unreachable = new KubeError('unavailable', 'no route to host');

  test('only warns of an instance when its plan can not be read', async () => {
    kube.failNext('list', unreachable);
    expect(await serviceCatalogValidator(options())(request('ServiceInstance', SPEC), never)).toEqual({
      allowed: true,
      rules: ['unchecked'],
      warnings: ['spec: could not be checked against its class and plan (no route to host)'],
    });
  });

  test('says when it took too long', async () => {
    kube.failNext('list', new KubeError('timeout', 'aborted'));
    const timeout = (): AbortSignal => AbortSignal.abort(new Error('late'));
    const judge = serviceCatalogValidator({ ...options(), timeout });
    expect(await judge(request('ServiceInstance', SPEC), never)).toMatchObject({
      warnings: ['spec: could not be checked against its class and plan (no answer within 1500 ms)'],
    });
  });

  test('refuses a broker whose author may not read its Secret', async () => {
    const authInfo = { basic: { secretRef: { name: 'login' } } };
    const asked = request('ServiceBroker', { url: 'http://a', authInfo });
    const refusing = {
      get: () => Promise.resolve(undefined),
      list: () => Promise.resolve({ items: [], resourceVersion: '1' }),
      create: (review: KubeObject) => Promise.resolve({ ...review, status: { allowed: false } }),
    };
    expect(await serviceCatalogValidator({ ...options(), kube: refusing })(asked, never)).toMatchObject({
      allowed: false,
      code: 403,
      rules: ['broker-secret'],
      message: expect.stringContaining('secrets "login" in namespace "client-ns"'),
    });
  });
});
