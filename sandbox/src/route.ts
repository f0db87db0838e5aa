/** What a URL of the API names (API concepts, "Resource URIs"). */
export interface ResourceRoute {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** The plural. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** Reads a path below `/api/v1` or `/apis/<group>/<version>`; undefined for every other path. */
export function resourceRoute(path: string): ResourceRoute | undefined {
  // A stray "%" is nobody's name.
  if (/%(?![0-9A-Fa-f]{2})/.test(path)) return undefined;
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  const [root, first = '', second = ''] = parts;
  if (root === 'api') return below('', first, parts.slice(2));
  return root === 'apis' ? below(first, second, parts.slice(3)) : undefined;
}

function below(group: string, version: string, parts: readonly string[]): ResourceRoute | undefined {
  const [first, second, third] = parts;
  const inNamespace =
    first === 'namespaces' &&
    second !== undefined &&
    third !== undefined &&
    !(group === '' && third === 'status');
  const [resource, name, subresource, ...rest] = inNamespace ? parts.slice(2) : parts;
  if (resource === undefined || rest.length > 0) return undefined;
  return {
    group,
    version,
    resource,
    ...(inNamespace ? { namespace: second } : {}),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

/** The verb of a request, as RBAC names it. */
export function verbOf(method: string, route: ResourceRoute, query: URLSearchParams): string {
  const isOne = route.name !== undefined;
  switch (method) {
    case 'GET':
      if (['true', '1'].includes(query.get('watch') ?? '')) return 'watch';
      return isOne ? 'get' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return isOne ? 'delete' : 'deletecollection';
    default:
      return method.toLowerCase();
  }
}
