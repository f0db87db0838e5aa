import { describe, expect, it } from '@jest/globals';
import { resourceRoute, verbOf } from './route.js';

const core = { group: '', version: 'v1' };

describe('a path', () => {
  it.each([
    ['/api/v1/namespaces', { ...core, resource: 'namespaces' }],
    ['/api/v1/namespaces/a', { ...core, resource: 'namespaces', name: 'a' }],
    ['/api/v1/namespaces/a/status', { ...core, resource: 'namespaces', name: 'a', subresource: 'status' }],
    ['/api/v1/namespaces/a/configmaps', { ...core, resource: 'configmaps', namespace: 'a' }],
    ['/api/v1/configmaps', { ...core, resource: 'configmaps' }],
    [
      '/apis/apps/v1/namespaces/a/deployments/d/status',
      {
        group: 'apps',
        version: 'v1',
        resource: 'deployments',
        namespace: 'a',
        name: 'd',
        subresource: 'status',
      },
    ],
    ['/apis/g.io/v1/things/a%3Ab', { group: 'g.io', version: 'v1', resource: 'things', name: 'a:b' }],
    ['/apis/apps/v1', undefined],
    ['/api/v1/configmaps/a/b/c', undefined],
    ['/version', undefined],
  ])('%s names %j', (path, expected) => {
    expect(resourceRoute(path)).toEqual(expected);
  });

  it.each([
    ['GET', '/api/v1/configmaps', '', 'list'],
    ['GET', '/api/v1/configmaps', 'watch=1', 'watch'],
    ['GET', '/api/v1/namespaces/a', '', 'get'],
    ['DELETE', '/api/v1/namespaces/a', '', 'delete'],
    ['DELETE', '/api/v1/namespaces/a/configmaps', '', 'deletecollection'],
    ['PUT', '/api/v1/namespaces/a', '', 'update'],
  ])('%s %s?%s is the verb %s', (method, path, query, verb) => {
    const route = resourceRoute(path);
    expect(route && verbOf(method, route, new URLSearchParams(query))).toBe(verb);
  });
});
