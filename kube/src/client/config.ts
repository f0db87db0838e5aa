import { existsSync, readFileSync } from 'node:fs';
import type { Agent, OutgoingHttpHeaders } from 'node:http';
import type { RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { KubeConfig, loadYaml } from '@kubernetes/client-node';
import { KubeError } from '../errors.js';
import type { CredentialSource, Credentials, TlsSettings } from './credentials.js';
import { KubeconfigError, chooseAccess } from './kubeconfig.js';
import type { ChosenAccess, KubeconfigChoice } from './kubeconfig.js';

// The only file that imports the Kubernetes client, and only what knows kubeconfig, exec plugins, OIDC and proxies.
// Objects never go through it: its typed serializer drops the fields that its models don't have.

/** Where the API server is and how to authenticate to it. */
export interface ServerAccess {
  serverUrl: string;
  defaultNamespace: string;
  /** Reads files and runs plugins anew with each call; throws a KubeError `unauthorized` when they fail. */
  readCredentials: CredentialSource;
}

/** The two places that are looked at without a kubeconfig; parameters for tests. */
export interface DefaultPlaces {
  home: string;
  /** Put before /var/run/secrets/kubernetes.io/serviceaccount. */
  root: string;
}

/**
 * Finds the API server as kubectl does: the files named, else ~/.kube/config, else the pod's service account.
 *
 * @param kubeconfig a list of paths as in the variable KUBECONFIG; of several, missing ones are passed over
 * @throws KubeconfigError when no usable configuration is found
 */
export function loadServerAccess(
  kubeconfig: string | undefined,
  choice: KubeconfigChoice,
  places: DefaultPlaces = { home: homedir(), root: '' },
): ServerAccess {
  const paths = kubeconfigPaths(kubeconfig, places);
  // Whoever names a server means that one, and needs no file for it.
  if (paths.length === 0 && choice.server === undefined) return inClusterAccess(choice, places.root);
  const files = paths.map((path) => ({ path, content: parse(path) }));
  const chosen = chooseAccess(files, choice, (file, path) => resolve(dirname(file), path));
  return {
    serverUrl: chosen.server,
    defaultNamespace: chosen.namespace,
    // A new KubeConfig each time: it keeps tokens that it read or got, and ours is asked when those were refused.
    readCredentials: () => readCredentials(fromChosen(chosen), chosen),
  };
}

function kubeconfigPaths(kubeconfig: string | undefined, places: DefaultPlaces): string[] {
  const named = (kubeconfig ?? '').split(delimiter).filter((path) => path !== '');
  if (named.length === 0) return [join(places.home, '.kube', 'config')].filter((path) => existsSync(path));
  const present = named.filter((path) => existsSync(path));
  if (present.length > 0) return present.map((path) => resolve(path));
  throw new KubeconfigError(`The kubeconfig ${named.join(', ')} does not exist; name an existing file.`);
}

function parse(path: string): unknown {
  try {
    const text = readFileSync(path, 'utf8');
    // An empty file says nothing, as kubectl takes it; YAML has no document for it.
    return text.trim() === '' ? undefined : loadYaml<unknown>(text);
  } catch (error) {
    // Only the first line: the others quote the file, which holds keys.
    const [reason] = error instanceof Error ? error.message.split('\n') : ['unknown reason'];
    throw new KubeconfigError(
      `The kubeconfig ${path} cannot be read (${reason ?? ''}); correct it or name another.`,
    );
  }
}

function inClusterAccess(choice: KubeconfigChoice, root: string): ServerAccess {
  if (!existsSync(join(root, '/var/run/secrets/kubernetes.io/serviceaccount/token'))) {
    throw new KubeconfigError(
      'There is neither a kubeconfig nor a service account; set KUBECONFIG to a file or run in a pod.',
    );
  }
  const load = (): KubeConfig => {
    const config = new KubeConfig();
    config.loadFromCluster(root);
    config.clusters = config.clusters.map((cluster) => ({
      ...cluster,
      server: inClusterServer(cluster.server),
    }));
    const { as, token } = choice;
    if (token !== undefined) config.users = config.users.map(({ name }) => ({ name, token }));
    if (as !== undefined) config.users = config.users.map((user) => ({ ...user, impersonateUser: as }));
    return config;
  };
  const config = load();
  const namespace = config.getContextObject(config.getCurrentContext())?.namespace?.trim();
  return {
    serverUrl: config.getCurrentCluster()?.server ?? '',
    defaultNamespace:
      choice.namespaceOverride ?? (namespace === undefined || namespace === '' ? 'default' : namespace),
    readCredentials: () => readCredentials(load(), choice),
  };
}

/** The client makes up the address from variables that a pod may lack; the Service is always there. */
function inClusterServer(server: string): string {
  return server.includes('undefined') ? 'https://kubernetes.default.svc' : server;
}

function fromChosen({ server, cluster, user }: ChosenAccess): KubeConfig {
  const config = new KubeConfig();
  config.loadFromString(
    JSON.stringify({
      clusters: [
        {
          name: 'chosen',
          // The client refuses plain HTTP unless it is told that nothing is to be verified.
          cluster: server.startsWith('http:')
            ? { ...cluster, server, 'insecure-skip-tls-verify': true }
            : cluster,
        },
      ],
      users: [{ name: 'chosen', user: clientUser(user) }],
      contexts: [{ name: 'chosen', context: { cluster: 'chosen', user: 'chosen' } }],
      'current-context': 'chosen',
    }),
  );
  return config;
}

/** The user entry in the client's dialect: it does not read `tokenFile`, nor tell exec plugins who calls them. */
function clientUser(user: Record<string, unknown>): Record<string, unknown> {
  const { tokenFile, exec, ...rest } = user;
  if (typeof tokenFile === 'string') {
    return { ...rest, token: undefined, 'auth-provider': { name: 'tokenFile', config: { tokenFile } } };
  }
  return typeof exec === 'object' && exec !== null ? { ...rest, exec: withExecInfo(exec) } : rest;
}

function withExecInfo(exec: { apiVersion?: unknown; env?: unknown }): object {
  // client-go credential plugins, "Input and output formats": plugins read this variable and some insist on it.
  const info = { apiVersion: exec.apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  const env: unknown[] = Array.isArray(exec.env) ? exec.env : [];
  return { ...exec, env: [{ name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }, ...env] };
}

type Impersonated = Pick<KubeconfigChoice, 'asGroups' | 'asUid'>;

async function readCredentials(config: KubeConfig, impersonated: Impersonated): Promise<Credentials> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    const [reason] = error instanceof Error ? error.message.split('\n') : ['unknown reason'];
    throw new KubeError(
      'unauthorized',
      `No credentials could be had for the API server (${reason ?? ''}); check the user entry of the kubeconfig.`,
    );
  }
  const proxied = config.getCurrentCluster()?.proxyUrl !== undefined;
  return {
    tls: tlsSettings(options),
    headers: headers(options, impersonated),
    ...(proxied && typeof options.agent === 'object' ? { proxyAgent: options.agent satisfies Agent } : {}),
  };
}

function tlsSettings(options: RequestOptions): TlsSettings {
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  return Object.fromEntries(
    Object.entries({ ca, cert, key, servername, rejectUnauthorized }).filter(
      ([, value]) => value !== undefined,
    ),
  );
}

function headers(options: RequestOptions, { asGroups = [], asUid }: Impersonated): OutgoingHttpHeaders {
  const result: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    // Token files usually end in a newline, which no header may contain.
    result[name] = typeof value === 'string' ? value.trim() : value;
  }
  if (typeof options.auth === 'string') {
    result['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  }
  if (asGroups.length > 0) result['Impersonate-Group'] = asGroups;
  if (asUid !== undefined) result['Impersonate-Uid'] = asUid;
  return result;
}
