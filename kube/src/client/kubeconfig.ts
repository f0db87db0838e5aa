/** A kubeconfig that can't be used. One sentence with the file or entry, what is wrong and what to do; no contents. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError';
}

/** One file of a kubeconfig as parsed from YAML; nothing in it is trusted yet. */
export interface KubeconfigFile {
  path: string;
  content: unknown;
}

/** What the command line or the environment says on top of the files. */
export interface KubeconfigChoice {
  context?: string;
  cluster?: string;
  user?: string;
  namespaceOverride?: string;
  as?: string;
  asGroups?: string[];
  asUid?: string;
  /** The address of the API server, before the one of the cluster. */
  server?: string;
  /** Whether to take whatever certificate the server shows; nothing of the cluster's authority counts then. */
  insecure?: boolean;
  /** The path of the authority's certificate, before the cluster's. */
  certificateAuthority?: string;
  /** What to show for oneself, before whatever the user's entry sends along; its client certificate stays. */
  token?: string;
}

/** The one cluster, user and namespace that a client uses, in the file format's own words. */
export interface ChosenAccess {
  server: string;
  namespace: string;
  /** The `cluster` entry, paths absolute. */
  cluster: Entry;
  /** The `user` entry, paths absolute; empty for anonymous access. */
  user: Entry;
  /** `as-groups` of the user or of the choice. */
  asGroups: string[];
  /** `as-uid` of the user or of the choice. */
  asUid?: string;
}

type Entry = Record<string, unknown>;
type Section = 'clusters' | 'users' | 'contexts';

const PATH_FIELDS = {
  clusters: ['certificate-authority'],
  users: ['client-certificate', 'client-key', 'tokenFile'],
  contexts: [],
} as const;

/**
 * Picks what a client needs out of one or several kubeconfig files. Of entries with the same name the first file's
 * counts, and so does the first `current-context` ("Organizing Cluster Access Using kubeconfig Files", "Merging").
 *
 * @param resolve makes a path absolute that a file gives relative to itself
 * @throws KubeconfigError when a context, cluster or user is named that no file defines, or none is named at all
 */
export function chooseAccess(
  files: readonly KubeconfigFile[],
  choice: KubeconfigChoice,
  resolve: (file: string, path: string) => string,
): ChosenAccess {
  const where = files.map((file) => file.path).join(', ');
  const lookUp = (section: Section, name: string): Entry => {
    for (const { path, content } of files) {
      const entry = named(content, section, name);
      if (entry !== undefined)
        return withAbsolutePaths(entry, PATH_FIELDS[section], (value) => resolve(path, value));
    }
    const kind = section.slice(0, -1);
    throw new KubeconfigError(`There is no ${kind} "${name}" in ${where}; name one that is defined there.`);
  };

  const contextName = choice.context ?? firstText(files, 'current-context');
  const context = contextName === undefined ? {} : lookUp('contexts', contextName);
  const clusterName = choice.cluster ?? text(context, 'cluster');
  if (clusterName === undefined && choice.server === undefined) {
    throw new KubeconfigError(
      `No cluster is chosen in ${where}; set current-context there or name a context that has a cluster.`,
    );
  }
  const entry = clusterName === undefined ? {} : lookUp('clusters', clusterName);
  const cluster = reached(entry, choice);
  const userName = choice.user ?? text(context, 'user');
  return {
    server: serverOf(cluster, subjectOf(choice.server, `The cluster "${clusterName ?? ''}" in ${where}`)),
    namespace: choice.namespaceOverride ?? text(context, 'namespace') ?? 'default',
    cluster,
    ...impersonating(authenticated(userName === undefined ? {} : lookUp('users', userName), choice), choice),
  };
}

/** The cluster's entry with what the choice says instead. */
function reached(cluster: Entry, { server, insecure, certificateAuthority }: KubeconfigChoice): Entry {
  const there = server === undefined ? cluster : { ...cluster, server };
  const { 'certificate-authority': _path, 'certificate-authority-data': _data, ...trusting } = there;
  if (insecure === true) return { ...trusting, 'insecure-skip-tls-verify': true };
  if (certificateAuthority === undefined) return there;
  return { ...trusting, 'certificate-authority': certificateAuthority, 'insecure-skip-tls-verify': false };
}

/** Fields of a user's entry that end up in the one header which a token takes. */
const AUTHORIZATION = ['token', 'tokenFile', 'exec', 'auth-provider', 'username', 'password'];

function authenticated(user: Entry, { token }: KubeconfigChoice): Entry {
  if (token === undefined) return user;
  const others = Object.entries(user).filter(([field]) => !AUTHORIZATION.includes(field));
  return { ...Object.fromEntries(others), token };
}

function subjectOf(server: string | undefined, cluster: string): string {
  return server === undefined ? cluster : `"${server}"`;
}

function serverOf(cluster: Entry, subject: string): string {
  const server = text(cluster, 'server');
  if (server !== undefined && /^https?:\/\//.test(server) && URL.canParse(server))
    return server.replace(/\/+$/, '');
  throw new KubeconfigError(`${subject} has no usable server; write its address as https://host:port.`);
}

/** Whoever is named by the choice takes the place of both the entry's user and that user's groups. */
function impersonating(
  user: Entry,
  { as, asGroups, asUid }: KubeconfigChoice,
): Pick<ChosenAccess, 'user' | 'asGroups' | 'asUid'> {
  if (as !== undefined) return { user: { ...user, as }, asGroups: asGroups ?? [], ...uid(asUid) };
  return { user, asGroups: asGroups ?? texts(user['as-groups']), ...uid(asUid ?? text(user, 'as-uid')) };
}

function uid(asUid: string | undefined): Pick<ChosenAccess, 'asUid'> {
  return asUid === undefined ? {} : { asUid };
}

function named(content: unknown, section: Section, name: string): Entry | undefined {
  const entries: unknown = isEntry(content) ? content[section] : undefined;
  if (!Array.isArray(entries)) return undefined;
  const found = entries.find((entry) => isEntry(entry) && entry['name'] === name) as Entry | undefined;
  if (found === undefined) return undefined;
  const value = found[section.slice(0, -1)];
  return isEntry(value) ? value : {};
}

function withAbsolutePaths(
  entry: Entry,
  fields: readonly string[],
  resolve: (path: string) => string,
): Entry {
  const resolved = { ...entry };
  for (const field of fields) {
    const path = text(entry, field);
    if (path !== undefined) resolved[field] = resolve(path);
  }
  return resolved;
}

function firstText(files: readonly KubeconfigFile[], field: string): string | undefined {
  for (const { content } of files) {
    const value = isEntry(content) ? text(content, field) : undefined;
    if (value !== undefined) return value;
  }
  return undefined;
}

function text(entry: Entry, field: string): string | undefined {
  const value = entry[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
