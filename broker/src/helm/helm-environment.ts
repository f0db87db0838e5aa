import { join } from 'node:path';

/**
 * What helm may know of this process's environment: how to find programs and the API server of the Pod's cluster, how
 * to get through a proxy, whom to trust, and how to log in to registries.
 */
const PASSED_ON = [
  'PATH',
  'KUBERNETES_SERVICE_HOST',
  'KUBERNETES_SERVICE_PORT',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'HELM_REGISTRY_CONFIG',
] as const;

/**
 * The environment of one helm process. Whatever helm keeps on disk (caches, plugins, configuration) is in the folder and
 * gone with it: runs can't disturb each other, and nobody's own settings change what a release becomes.
 * @param kubeconfig as kubectl reads KUBECONFIG, with absolute paths
 */
export function helmEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  folder: string,
  kubeconfig: string | undefined,
): Record<string, string> {
  const passed = PASSED_ON.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(passed),
    ...(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig }),
    HOME: folder,
    TMPDIR: folder,
    HELM_CACHE_HOME: join(folder, 'cache'),
    HELM_CONFIG_HOME: join(folder, 'config'),
    HELM_DATA_HOME: join(folder, 'data'),
  };
}
