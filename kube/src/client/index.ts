export { KubeconfigError } from './kubeconfig.js';
export { loadClient } from './load-client.js';
export type { ClientOptions } from './load-client.js';
export type { KubeClient } from './kube-client.js';
