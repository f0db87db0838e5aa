import type { CallOptions, Json, Kube } from '../port.js';

/** The port, and what only a real server has. */
export interface KubeClient extends Kube {
  /** The namespace of the context or of the pod. */
  readonly defaultNamespace: string;
  readonly serverUrl: string;
  /** Any other request: discovery, /version, subresources such as serviceaccounts/token. `path` may have a query. */
  raw(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: Json,
    options?: CallOptions,
  ): Promise<Json>;
  /** Closes all connections. */
  close(): void;
}
