import { apiVersionOf } from '@mesitis/kube/memory';
import type { ResourceKind } from '@mesitis/kube/memory';
import { apiVersions } from './discovery.js';

/**
 * As much of OpenAPI v3 as kubectl reads before it creates or applies: that PATCH takes `fieldValidation`, so that
 * validation is left to the server. There are no schemas.
 */
export function openApiDocument(path: string, kinds: readonly ResourceKind[]): unknown {
  if (path === '/openapi/v3') {
    const paths = apiVersions(kinds).map((apiVersion) => {
      const root = rootOf(apiVersion);
      return [root, { serverRelativeURL: `/openapi/v3/${root}` }];
    });
    return { paths: Object.fromEntries(paths) as unknown };
  }
  const apiVersion = apiVersions(kinds).find((candidate) => path === `/openapi/v3/${rootOf(candidate)}`);
  if (apiVersion === undefined) return undefined;
  const paths = kinds
    .filter((kind) => apiVersionOf(kind) === apiVersion)
    .map((kind) => {
      const namespace = kind.namespaced ? '/namespaces/{namespace}' : '';
      return [`/${rootOf(apiVersion)}${namespace}/${kind.plural}/{name}`, { patch: patchOperation(kind) }];
    });
  return {
    openapi: '3.0.0',
    info: { title: 'Mesitis sandbox', version: 'v1' },
    paths: Object.fromEntries(paths) as unknown,
    components: { schemas: {} },
  };
}

function rootOf(apiVersion: string): string {
  return apiVersion.includes('/') ? `apis/${apiVersion}` : `api/${apiVersion}`;
}

function patchOperation({ group, version, kind }: ResourceKind): unknown {
  const content = { schema: { type: 'object' } };
  return {
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': { group, version, kind },
    parameters: [
      { name: 'fieldValidation', in: 'query', schema: { type: 'string' } },
      { name: 'dryRun', in: 'query', schema: { type: 'string' } },
    ],
    requestBody: {
      content: { 'application/merge-patch+json': content, 'application/apply-patch+yaml': content },
    },
    responses: { 200: { description: 'OK' } },
  };
}
