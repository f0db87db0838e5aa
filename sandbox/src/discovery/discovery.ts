import { apiVersionOf } from '@mesitis/kube/memory';
import type { ResourceKind } from '@mesitis/kube/memory';

/** The discovery documents: which groups, versions and resources there are (API concepts, "API Discovery"). */

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** Kinds that are only asked, never stored: group, version, kind, plural. */
export const REVIEWS = [
  ['authorization.k8s.io', 'v1', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews'],
  ['authorization.k8s.io', 'v1', 'SubjectAccessReview', 'subjectaccessreviews'],
  ['authentication.k8s.io', 'v1', 'SelfSubjectReview', 'selfsubjectreviews'],
  ['authentication.k8s.io', 'v1', 'TokenReview', 'tokenreviews'],
] as const;

/** The document at a discovery path; undefined when there is none. */
export function discoveryDocument(path: string, kinds: readonly ResourceKind[]): unknown {
  const parts = path.split('/').filter((part) => part !== '');
  const [root, first, second, ...rest] = parts;
  if (rest.length > 0) return undefined;
  if (root === 'version' && first === undefined) return VERSION;
  if (root === 'api') {
    if (first === undefined) return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };
    return first === 'v1' && second === undefined ? resourceList('', 'v1', kinds) : undefined;
  }
  if (root !== 'apis') return undefined;
  const groups = groupsOf(kinds);
  if (first === undefined) return { kind: 'APIGroupList', apiVersion: 'v1', groups };
  if (second !== undefined) return resourceList(first, second, kinds);
  const group = groups.find(({ name }) => name === first);
  return group === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...group };
}

/** All `apiVersion`s that are served. */
export function apiVersions(kinds: readonly ResourceKind[]): string[] {
  const reviews = REVIEWS.map(([group, version]) => apiVersionOf({ group, version }));
  return [...new Set([...kinds.map(apiVersionOf), ...reviews])];
}

const VERSION = {
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.0+mesitis-sandbox',
  gitCommit: '',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: `${process.platform}/${process.arch}`,
};

interface Group {
  name: string;
  versions: { groupVersion: string; version: string }[];
  preferredVersion: { groupVersion: string; version: string } | undefined;
}

function groupsOf(kinds: readonly ResourceKind[]): Group[] {
  const versions = apiVersions(kinds)
    .filter((groupVersion) => groupVersion.includes('/'))
    .map((groupVersion) => {
      const [name = '', version = ''] = groupVersion.split('/');
      return { name, version: { groupVersion, version } };
    });
  return [...new Set(versions.map(({ name }) => name))].sort().map((name) => {
    const served = versions.filter((entry) => entry.name === name).map(({ version }) => version);
    return { name, versions: served, preferredVersion: served[0] };
  });
}

function resourceList(group: string, version: string, kinds: readonly ResourceKind[]): unknown {
  const stored = kinds
    .filter((kind) => kind.group === group && kind.version === version)
    .flatMap((kind) => [
      {
        name: kind.plural,
        singularName: kind.singular,
        namespaced: kind.namespaced,
        kind: kind.kind,
        verbs: VERBS,
        shortNames: kind.shortNames,
        categories: kind.categories,
      },
      ...(kind.status ? [subresource(`${kind.plural}/status`, kind, ['get', 'patch', 'update'])] : []),
      ...(kind.plural === 'serviceaccounts' && group === ''
        ? [{ ...subresource('serviceaccounts/token', kind, ['create']), ...TOKEN_REQUEST }]
        : []),
    ]);
  const reviews = REVIEWS.filter((review) => review[0] === group && review[1] === version).map(
    ([, , kind, name]) => ({ name, singularName: '', namespaced: false, kind, verbs: ['create'] }),
  );
  const resources = [...stored, ...reviews];
  if (resources.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version }),
    resources,
  };
}

const TOKEN_REQUEST = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' };

function subresource(name: string, kind: ResourceKind, verbs: readonly string[]): Record<string, unknown> {
  return { name, singularName: '', namespaced: kind.namespaced, kind: kind.kind, verbs };
}
