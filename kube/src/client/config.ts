import { existsSync, readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { delimiter, dirname, join, resolve } from 'node:path';
import { load as loadYaml } from 'js-yaml';
import { KubeError } from '../errors.js';
import type { CredentialSource, Credentials } from './credentials.js';
import { KubeconfigError, chooseAccess } from './kubeconfig.js';
import type { KubeconfigChoice } from './kubeconfig.js';
import { areOwn, readOwnCredentials, type Identity } from './own-credentials.js';

/** Where the API server is and how to authenticate to it. */
export interface ServerAccess {
  serverUrl: string;
  defaultNamespace: string;
  /** Reads files and runs plugins anew with each call; throws a KubeError `unauthorized` when they fail. */
  readCredentials: CredentialSource;
  /** Whether that connects to nobody: what they are made of stands in files. */
  fromFiles: boolean;
}

/** The variables by which a Pod finds the API server. */
export type PodEnvironment = Readonly<
  Partial<Record<'KUBERNETES_SERVICE_HOST' | 'KUBERNETES_SERVICE_PORT', string | undefined>>
>;

/** What is looked at without a kubeconfig. */
export interface DefaultPlaces {
  home: string;
  /** Put before /var/run/secrets/kubernetes.io/serviceaccount. */
  root: string;
  environment: PodEnvironment;
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
  places: DefaultPlaces,
): ServerAccess {
  const paths = kubeconfigPaths(kubeconfig, places);
  // Whoever names a server means that one, and needs no file for it.
  if (paths.length === 0 && choice.server === undefined) return inClusterAccess(choice, places);
  const files = paths.map((path) => ({ path, content: parse(path) }));
  const chosen = chooseAccess(files, choice, (file, path) => resolve(dirname(file), path));
  return {
    serverUrl: chosen.server,
    defaultNamespace: chosen.namespace,
    readCredentials: () => readCredentials(chosen),
    fromFiles: areOwn(chosen),
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
    return text.trim() === '' ? undefined : loadYaml(text);
  } catch (error) {
    // Only the first line: the others quote the file, which holds keys.
    throw new KubeconfigError(
      `The kubeconfig ${path} cannot be read (${firstLine(error)}); correct it or name another.`,
    );
  }
}

/** Where a Pod finds the API server ("Accessing the Kubernetes API from a Pod"). */
function inClusterAccess(
  { as, asGroups = [], asUid, token, namespaceOverride }: KubeconfigChoice,
  { root, environment }: DefaultPlaces,
): ServerAccess {
  const file = (name: string): string => join(root, '/var/run/secrets/kubernetes.io/serviceaccount', name);
  if (!existsSync(file('token'))) {
    throw new KubeconfigError(
      'There is neither a kubeconfig nor a service account; set KUBECONFIG to a file or run in a pod.',
    );
  }
  const identity: Identity = {
    cluster: { 'certificate-authority': file('ca.crt') },
    user: {
      ...(token === undefined ? { tokenFile: file('token') } : { token }),
      ...(as === undefined ? {} : { as }),
    },
    asGroups,
    ...(asUid === undefined ? {} : { asUid }),
  };
  return {
    serverUrl: inClusterServer(environment),
    defaultNamespace: namespaceOverride ?? namespaceIn(file('namespace')) ?? 'default',
    readCredentials: () => readCredentials(identity),
    fromFiles: areOwn(identity),
  };
}

/** The Service's address, which needs no DNS; its name where a Pod lacks the variables. */
function inClusterServer({
  KUBERNETES_SERVICE_HOST: host,
  KUBERNETES_SERVICE_PORT: port,
}: PodEnvironment): string {
  if (host === undefined || port === undefined) return 'https://kubernetes.default.svc';
  return `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function namespaceIn(path: string): string | undefined {
  const namespace = existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
  return namespace === '' ? undefined : namespace;
}

async function readCredentials(identity: Identity): Promise<Credentials> {
  try {
    if (areOwn(identity)) return await readOwnCredentials(identity);
    const { readClientCredentials } = await import('./client-credentials.js');
    return await readClientCredentials(identity);
  } catch (error) {
    const authority = identity.cluster['certificate-authority'];
    if (authority !== undefined && (error as NodeJS.ErrnoException).path === authority) {
      throw new KubeError(
        'unavailable',
        `The certificate of its authority can't be read (${firstLine(error)}); name another file in the cluster entry of the kubeconfig, or with --certificate-authority.`,
      );
    }
    // Only the first line: a plugin may have said anything in the others.
    throw new KubeError(
      'unauthorized',
      `No credentials could be had for the API server (${firstLine(error)}); check the user entry of the kubeconfig.`,
    );
  }
}

function firstLine(error: unknown): string {
  const { message } = error as { message?: unknown };
  return typeof message === 'string' ? (message.split('\n')[0] ?? '') : 'unknown reason';
}
