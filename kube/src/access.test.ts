import { expect, it } from '@jest/globals';
import { askAccess } from './access.js';
import type { KubeObject } from './port.js';

const attributes = { verb: 'get', group: '', resource: 'secrets', namespace: 'team', name: 'login' };

it.each<[string, unknown, boolean]>([
  ['a plain yes', { allowed: true }, true],
  ['a no', { allowed: false, denied: true }, false],
  ['the text "true"', { allowed: 'true' }, false],
  ['no status', undefined, false],
  ['a status that is a text', 'allowed', false],
])('takes %s for what it is', async (_, status, allowed) => {
  const create = (object: KubeObject): Promise<KubeObject> => Promise.resolve({ ...object, status });
  expect((await askAccess({ create }, { user: { username: 'jane' }, attributes })).allowed).toBe(allowed);
});

it('asks with all that is known of the user, and passes on why not', async () => {
  const asked: KubeObject[] = [];
  const create = (object: KubeObject): Promise<KubeObject> => {
    asked.push(object);
    return Promise.resolve({
      ...object,
      status: { allowed: false, reason: 'no rule', evaluationError: 'broken' },
    });
  };
  const user = { username: 'jane', uid: 'u', groups: ['g'], extra: { scopes: ['s'] } };
  expect(await askAccess({ create }, { user, attributes })).toEqual({
    allowed: false,
    reason: 'no rule',
    evaluationError: 'broken',
  });
  expect(asked).toEqual([
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: {
        user: 'jane',
        uid: 'u',
        groups: ['g'],
        extra: { scopes: ['s'] },
        resourceAttributes: attributes,
      },
    },
  ]);
});
