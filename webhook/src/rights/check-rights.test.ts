import { describe, expect, test } from '@jest/globals';
import { askAccess, KubeError, type KubeObject } from '@mesitis/kube';
import { checkRights, type RightsSource } from './check-rights.js';
import type { NeededRight } from './needed-rights.js';

const never = new AbortController().signal;
const jane = { username: 'jane', uid: 'u1', groups: ['team'], extra: { scopes: ['s'] } };
const right: NeededRight = {
  path: 'data.wrapped-resource: kind',
  deed: 'has the broker create a Deployment',
  verb: 'create',
  type: { apiVersion: 'apps/v1', kind: 'Deployment' },
  namespace: 'api-ns',
};

/** An API server that gives this answer to every review, and keeps the questions. */
function answering(status: unknown): { kube: RightsSource; asked: KubeObject[] } {
  const asked: KubeObject[] = [];
  return {
    asked,
    kube: {
      resourceOf: ({ kind }) => Promise.resolve(kind === 'Absent' ? undefined : `${kind.toLowerCase()}s`),
      ask: (question) => {
        const create = (object: KubeObject): Promise<KubeObject> => {
          asked.push(object);
          return Promise.resolve({ ...object, status });
        };
        return askAccess({ create }, question);
      },
    },
  };
}

test('asks about the user with all that the API server said of them', async () => {
  const { kube, asked } = answering({ allowed: true });
  expect(await checkRights(kube, jane, [right], never)).toEqual([]);
  expect(asked).toEqual([
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: {
        user: 'jane',
        uid: 'u1',
        groups: ['team'],
        extra: { scopes: ['s'] },
        resourceAttributes: { verb: 'create', group: 'apps', resource: 'deployments', namespace: 'api-ns' },
      },
    },
  ]);
});

describe('tells what the user may not do', () => {
  const { namespace: _, ...everywhere } = right;
  test.each<[string, NeededRight, string]>([
    ['create a kind', right, 'create deployments.apps in namespace api-ns'],
    ['in every namespace', everywhere, 'create deployments.apps in every namespace'],
    [
      'read one object',
      { ...right, verb: 'get', type: { apiVersion: 'v1', kind: 'Secret' }, name: 'db' },
      'get secrets "db" in namespace api-ns',
    ],
    [
      'get tokens',
      { ...right, type: { apiVersion: 'v1', kind: 'ServiceAccount' }, subresource: 'token' },
      'create serviceaccounts/token in namespace api-ns',
    ],
    [
      'do everything',
      { path: right.path, deed: right.deed, namespace: 'api-ns', verb: '*' },
      'do everything (verb * on *.*) in namespace api-ns',
    ],
  ])('%s', async (_case, needed, what) => {
    const { kube } = answering({ allowed: false });
    expect(await checkRights(kube, jane, [needed], never)).toEqual([
      {
        rule: 'MES078',
        severity: 'error',
        path: right.path,
        message: `has the broker create a Deployment, and jane may not ${what}; get that right, or have it published by somebody who has it`,
      },
    ]);
  });
});

describe('refuses what it can not check', () => {
  const failing: RightsSource = {
    resourceOf: () => Promise.resolve('deployments'),
    ask: () => Promise.reject(new KubeError('unavailable', 'no route to host')),
  };
  const allowing = answering({ allowed: true }).kube;
  const absent = { apiVersion: 'a.example.com/v1', kind: 'Absent' };
  test.each<{ title: string; kube: RightsSource; user?: typeof jane; needed?: NeededRight; message: RegExp }>(
    [
      {
        title: 'the API server does not answer',
        kube: failing,
        user: jane,
        message: /could not be checked \(no route to host\); try again$/,
      },
      {
        title: 'the answer says nothing',
        kube: answering(undefined).kube,
        user: jane,
        message: /jane may not create deployments.apps/,
      },
      { title: 'nobody is named', kube: allowing, message: /the request names no user$/ },
      {
        title: 'the kind is not served',
        kube: allowing,
        user: jane,
        needed: { ...right, type: absent },
        message: /this cluster serves no Absent of a.example.com\/v1; install it first/,
      },
    ],
  )('$title', async ({ kube, user, needed = right, message }) => {
    expect(await checkRights(kube, user, [needed], never)).toMatchObject([
      { severity: 'error', message: expect.stringMatching(message) },
    ]);
  });

  test('unless nobody waits any more', async () => {
    const late = AbortSignal.abort(new Error('late'));
    await expect(checkRights(failing, jane, [right], late)).rejects.toThrow('late');
  });
});
