import { homedir } from 'node:os';
import type { PodEnvironment } from './config.js';
import { CredentialStore } from './credentials.js';
import type { KubeClient } from './kube-client.js';
import type { KubeconfigChoice } from './kubeconfig.js';
import { RestKube } from './rest-kube.js';
import { Transport } from './transport.js';

/** Which API server, as whom, and how patiently. Flags of kubectl have the same names. */
export interface ClientOptions extends KubeconfigChoice {
  /** A list of paths as in the variable KUBECONFIG. Left out: ~/.kube/config, else the pod's service account. */
  kubeconfig?: string;
  /** The process's variables, for those by which a Pod finds the API server; without them it is asked of DNS. */
  environment?: PodEnvironment;
  /** How long a call without a signal may take; 15 000 ms when left out. */
  timeoutMs?: number;
  /** The field manager of all writes; `mesitis` when left out. */
  fieldManager?: string;
}

const DEFAULT_TIMEOUT_MS = 15_000;

/**
 * A client of the API server that the options lead to. No request is made yet.
 *
 * @throws KubeconfigError when no usable configuration is found
 */
export async function loadClient(options: ClientOptions = {}): Promise<KubeClient> {
  const {
    kubeconfig,
    environment = {},
    timeoutMs = DEFAULT_TIMEOUT_MS,
    fieldManager = 'mesitis',
    ...choice
  } = options;
  // Late, because a kubeconfig is YAML, whose reader help texts don't need.
  const { loadServerAccess } = await import('./config.js');
  const { serverUrl, defaultNamespace, readCredentials } = loadServerAccess(kubeconfig, choice, {
    home: homedir(),
    root: '',
    environment,
  });
  const credentials = new CredentialStore(readCredentials, () => Date.now());
  const transport = new Transport({ serverUrl, credentials, timeoutMs });
  return new RestKube({ transport, serverUrl, defaultNamespace, fieldManager });
}
