import { parse, stringify } from 'yaml';

/** How a client proves who it is; `none` for servers that don't ask. */
export type Identity =
  | { kind: 'certificate'; certificate: string; key: string }
  | { kind: 'token'; token: string }
  | { kind: 'none' };

/** The API server of a kubeconfig, with what a client needs to trust it, as the file spells it. */
export interface ClusterEndpoint {
  server: string;
  [field: string]: unknown;
}

/** The text of a kubeconfig with one cluster, one user and one context, all three named `mesitis`. */
export function kubeconfigText(cluster: ClusterEndpoint, identity: Identity, namespace = 'default'): string {
  const name = 'mesitis';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user: userOf(identity) }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    'current-context': name,
  });
}

/** The endpoint with the CA inline; `certificateAuthority` is PEM. */
export function endpoint(server: string, certificateAuthority: string): ClusterEndpoint {
  return { server, 'certificate-authority-data': base64(certificateAuthority) };
}

/**
 * The endpoint that the only or current context of a kubeconfig names. The text is what
 * `kubectl config view --minify --flatten --raw` prints, so paths are inline and one context is left.
 *
 * @throws an Error when the text names no server.
 */
export function endpointOf(kubeconfig: string): ClusterEndpoint {
  const config: unknown = parse(kubeconfig);
  const cluster = readPath(config, 'clusters', 0, 'cluster');
  if (!isRecord(cluster) || typeof cluster['server'] !== 'string') {
    throw new Error('The kubeconfig names no API server: clusters[0].cluster.server is missing.');
  }
  return { ...cluster, server: cluster['server'] };
}

/** Whether the API server is asked on this machine's loopback interface. */
export function isLoopback(server: string): boolean {
  const { hostname } = new URL(server);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}

function userOf(identity: Identity): object {
  switch (identity.kind) {
    case 'certificate':
      return {
        'client-certificate-data': base64(identity.certificate),
        'client-key-data': base64(identity.key),
      };
    case 'token':
      return { token: identity.token };
    case 'none':
      return {};
  }
}

function readPath(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>((at, key) => {
    if (Array.isArray(at)) return typeof key === 'number' ? at[key] : undefined;
    return isRecord(at) ? at[key] : undefined;
  }, value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
