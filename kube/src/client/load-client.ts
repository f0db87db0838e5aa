import { homedir } from 'node:os';
import * as tls from 'node:tls';
import type { PodEnvironment } from './config.js';
import { CredentialStore } from './credentials.js';
import type { CredentialSource } from './credentials.js';
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
  /**
   * Whether nothing in the process uses TLS but this client. Then Node need not read the authorities that it knows, which
   * takes it 7 ms even where the cluster has its own, as nearly all have.
   */
  alone?: boolean;
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
    alone = false,
    ...choice
  } = options;
  // Late, because a kubeconfig is YAML, whose reader help texts don't need.
  const { loadServerAccess } = await import('./config.js');
  const { serverUrl, defaultNamespace, ...access } = loadServerAccess(kubeconfig, choice, {
    home: homedir(),
    root: '',
    environment,
  });
  const read = alone && access.fromFiles ? trustingAlone(access.readCredentials) : access.readCredentials;
  const credentials = new CredentialStore(read, () => Date.now());
  const transport = new Transport({ serverUrl, credentials, timeoutMs });
  return new RestKube({ transport, serverUrl, defaultNamespace, fieldManager });
}

/** Makes the authorities of the credentials, if they have any, the only ones that the process knows. */
function trustingAlone(read: CredentialSource): CredentialSource {
  return async () => {
    const credentials = await read();
    // Older than the project's own Node is the one that a user of the plugin may have.
    if (credentials.tls.ca !== undefined && 'setDefaultCACertificates' in tls)
      tls.setDefaultCACertificates([]);
    return credentials;
  };
}
