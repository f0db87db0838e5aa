import { pick, renderChart } from './chart.js';
import { serverSpecOf } from './deployment.js';
import { install } from './installation.js';
import { kubectlFor } from './kubectl.js';
import type { Cluster } from './launch.js';
import { startServer, type Server, type ServerOptions } from './server.js';

/** Options of {@link startBroker}. */
export interface BrokerOptions {
  /** The provider team's namespace, where its ConfigMaps are; made when it isn't there. */
  namespace: string;
  /** The Helm release's name. Default `mesitis`. */
  release?: string;
  /** Where it may make objects; made when they aren't there. */
  provisionNamespaces?: string[];
  /** Where it may look at shared Services; made when they aren't there. */
  existingServiceNamespaces?: string[];
  /** Of the chart, beside those that follow from the above. */
  values?: object;
  /** How its process differs from the Pod. */
  process?: Omit<ServerOptions, 'port'>;
}

/** One process of a broker. */
export interface Replica extends Server {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
}

/** A running broker and how to call it. */
export interface Broker extends Replica {
  readonly namespace: string;
  readonly username: string;
  readonly password: string;
  /** The Secret in the broker's namespace with both, for `spec.authInfo.basic.secretRef`. */
  readonly secretName: string;
  /** Starts one more process of the same Deployment; whoever asked for it stops it. */
  startReplica: () => Promise<Replica>;
  /** Stops it and removes everything that was installed. */
  uninstall: () => Promise<void>;
}

/**
 * Installs the chart `mesitis` on a cluster and runs its server as a process with the rights of the chart's
 * ServiceAccount.
 *
 * @throws an Error that tells which step failed; nothing is left running then.
 */
export async function startBroker(cluster: Cluster, options: BrokerOptions): Promise<Broker> {
  const {
    namespace,
    release = 'mesitis',
    provisionNamespaces = [],
    existingServiceNamespaces = [],
  } = options;
  const kubectl = await kubectlFor(cluster);
  const objects = await renderChart({
    chart: 'mesitis',
    name: release,
    namespace,
    // The process below stands in for the Pod.
    values: { ...options.values, provisionNamespaces, existingServiceNamespaces, replicas: 0 },
  });
  const namespaces = [namespace, ...provisionNamespaces, ...existingServiceNamespaces];
  const installed = await install(cluster, kubectl, namespaces, objects);
  const spec = serverSpecOf(pick(objects, 'Deployment'));
  const secretName = String(pick(objects, 'Secret').metadata.name);
  const { username = '', password = '' } = await kubectl.secretValues(namespace, secretName);
  const startReplica = async (): Promise<Replica> => {
    const server = await startServer(cluster, kubectl, spec, options.process);
    if (server.port === undefined) throw new Error(`Deployment ${spec.name} must set PORT.`);
    return { ...server, url: `http://127.0.0.1:${server.port}` };
  };
  const first = await startReplica();
  return {
    ...first,
    namespace,
    username,
    password,
    secretName,
    startReplica,
    uninstall: async () => {
      await first.stop();
      await kubectl.remove(installed.toReversed());
    },
  };
}
