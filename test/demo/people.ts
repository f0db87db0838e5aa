import { readFile, writeFile } from 'node:fs/promises';
import { isKubeError, type KubeObject } from '@mesitis/kube';
import type { KubeClient } from '@mesitis/kube/client';
import { parse, stringify } from 'yaml';

/** Somebody of the story: a context of that name, at home in a namespace, with `edit` in some namespaces and nothing else. */
export interface Person {
  name: string;
  home: string;
  edits: readonly string[];
}

/** The cast. The platform engineer is whoever runs the demo, with the rights of the kubeconfig that it was given. */
export const CAST: readonly Person[] = [
  { name: 'provider', home: 'provider-ns', edits: ['provider-ns', 'api-ns'] },
  { name: 'client', home: 'client-ns', edits: ['client-ns'] },
  { name: 'other', home: 'other-ns', edits: ['other-ns'] },
];

/** Where consumers of the story live. */
export const CONSUMER_NAMESPACES = ['client-ns', 'other-ns'];

/** Where the provider team of the story lives, and where its broker makes objects. */
export const PROVIDER_NAMESPACES = ['provider-ns', 'api-ns'];

/** How long a person's token lives: longer than any telling of the story. */
const TOKEN_SECONDS = 3600;

/** A kubeconfig, as far as a context for a person needs it. */
interface Kubeconfig {
  'current-context': string;
  clusters: { name: string; cluster: Record<string, unknown> }[];
  contexts: { name: string; context: Record<string, string> }[];
  users: { name: string; user: Record<string, unknown> }[];
  [other: string]: unknown;
}

/** The objects that give people their rights, in namespaces that exist. Pure. */
export function rightsOf(people: readonly Person[]): KubeObject[] {
  return people.flatMap((person) => [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: person.name, namespace: person.home } },
    ...person.edits.map((namespace) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: `${person.name}-edits`, namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
      subjects: [{ kind: 'ServiceAccount', name: person.name, namespace: person.home }],
    })),
  ]);
}

/** The kubeconfig with one more context for each person; the current context stays. Pure. */
export function withContexts(kubeconfig: Kubeconfig, tokens: ReadonlyMap<Person, string>): Kubeconfig {
  const current = kubeconfig.contexts.find(({ name }) => name === kubeconfig['current-context']);
  const cluster = current?.context['cluster'] ?? '';
  const people = [...tokens];
  return {
    ...kubeconfig,
    users: [...kubeconfig.users, ...people.map(([{ name }, token]) => ({ name, user: { token } }))],
    contexts: [
      ...kubeconfig.contexts,
      ...people.map(([{ name, home }]) => ({ name, context: { cluster, user: name, namespace: home } })),
    ],
  };
}

/**
 * Makes one namespace and gives its name.
 * @throws an Error when it is there already: nobody's namespace is ever touched.
 */
export async function makeNamespace(kube: KubeClient, name: string): Promise<string> {
  try {
    await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  } catch (error) {
    if (!isKubeError(error, 'already-exists')) throw error;
    throw new Error(`The namespace ${name} exists already; delete it, or use another cluster.`, {
      cause: error,
    });
  }
  return name;
}

/**
 * Gives the cast their ServiceAccounts, rights and tokens, and writes a kubeconfig with a context for each to `file`.
 * @param admin the path of the kubeconfig of the person who runs the demo
 */
export async function invitePeople(kube: KubeClient, admin: string, file: string): Promise<void> {
  for (const object of rightsOf(CAST)) await kube.create(object);
  const tokens = new Map<Person, string>();
  for (const person of CAST) tokens.set(person, await tokenOf(kube, person));
  const kubeconfig = parse(await readFile(admin, 'utf8')) as Kubeconfig;
  await writeFile(file, stringify(withContexts(kubeconfig, tokens)), { mode: 0o600 });
}

async function tokenOf(kube: KubeClient, person: Person): Promise<string> {
  const answer = await kube.raw(
    'POST',
    `/api/v1/namespaces/${person.home}/serviceaccounts/${person.name}/token`,
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: TOKEN_SECONDS },
    },
  );
  const { status } = answer as { status: { token: string } };
  return status.token;
}
